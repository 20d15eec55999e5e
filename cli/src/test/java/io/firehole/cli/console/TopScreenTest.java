package io.firehole.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopScreenTest {

    private final TopScreen screen = new TopScreen();

    /** Monitor i of n has i updates a second, and the more waits for it the fewer it gets. */
    private static JsonNode document(int n) throws IOException {
        ObjectNode data = (ObjectNode) new ObjectMapper().readTree("""
                {"status": "degraded", "reasons": ["1 of 3 \\u001b[31mmonitors' streams are not served"],
                 "connections": {"total": 3, "healthy": 2}, "rateLimit": {"limit": 60, "tokensAvailable": 57, "queuedRequests": 1},
                 "monitors": {"active": 2, "total": 3},
                 "upstream": {"messagesPerSecond": 1234.5, "bytesPerSecond": 2048000},
                 "delivered": {"messagesPerSecond": 2.5, "bytesPerSecond": 10},
                 "totals": {"gaps": 4, "dropped": 5}, "memory": {"used": 1024, "max": 209715200},
                 "savings": {"bytes": {"savedPercent": 66.6}}}
                """);
        ArrayNode monitors = data.putArray("monitorList");
        for (int i = 0; i < n; i++) {
            monitors.addObject()
                    .put("id", "monitor-" + (char) ('a' + i % 26) + i)
                    .put("group", "medium")
                    .put("connection", i == 0 ? 0 : 7)
                    .put("messagesPerSecond", i)
                    .put("bytesPerSecond", i * 1_000)
                    .put("waiting", n - i)
                    .put("p99Latency", i % 2 == 0 ? 1.5 : 20.25)
                    .put("active", i != 1);
        }
        return data;
    }

    @ParameterizedTest
    @CsvSource({"80, 24", "80, 8", "40, 10", "200, 60", "20, 3"})
    void fitsItsTerminal(int width, int height) throws IOException {
        List<String> lines = screen.lines(document(100), width, height);
        assertThat(lines)
                .hasSizeLessThanOrEqualTo(height)
                .allSatisfy(
                        line -> assertThat(line).hasSizeLessThanOrEqualTo(width).doesNotMatch(".*\\p{Cntrl}.*"));
    }

    @Test
    void showsThePoolAboveAndMonitorsByTheirRate() throws IOException {
        List<String> lines = screen.lines(document(3), 80, 24);
        assertThat(lines).hasSize(24);
        assertThat(lines.get(0)).startsWith("firehole  degraded: 1 of 3 ?[31mmonitors'");
        assertThat(lines.get(1))
                .isEqualTo("connections 2/3 healthy   permits 57/60 left, 1 wait   monitors 2/3 served");
        assertThat(lines.get(2)).isEqualTo("received  1235/s 2.0M/s   delivered  2.5/s 10B/s");
        assertThat(lines.get(5)).startsWith("MONITOR");
        assertThat(lines.subList(6, 9))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("monitor-c2"),
                        line -> assertThat(line).startsWith("monitor-b1").endsWith("!"),
                        line -> assertThat(line).startsWith("monitor-a0"));
        assertThat(lines.getLast()).startsWith("q quit  s order: rate  / filter");
    }

    @Test
    void ordersFiltersScrollsAndEndsByKeys() throws IOException {
        JsonNode data = document(100);
        screen.press("s");
        assertThat(screen.lines(data, 80, 24).get(6)).startsWith("monitor-a0");
        screen.press(Keys.DOWN);
        assertThat(screen.lines(data, 80, 24).get(6)).startsWith("monitor-b1");
        screen.press(Keys.PAGE_DOWN);
        assertThat(screen.lines(data, 80, 24).get(6)).startsWith("monitor-s18");
        for (int i = 0; i < 200; i++) {
            screen.press(Keys.DOWN);
        }
        assertThat(screen.lines(data, 80, 24))
                .anySatisfy(line -> assertThat(line).startsWith("monitor-v99"));
        for (String key : List.of("/", "v", "9", "q")) {
            screen.press(key);
        }
        assertThat(screen.isOver()).as("q is a letter of the filter").isFalse();
        screen.press(Keys.BACKSPACE);
        assertThat(screen.lines(data, 80, 24).getLast()).startsWith("filter: v9_");
        screen.press(Keys.ENTER);
        assertThat(screen.lines(data, 80, 24).get(6)).startsWith("monitor-v99");
        assertThat(screen.lines(data, 80, 24).getLast())
                .contains("/ filter: v9")
                .contains("1 monitors' streams");
        screen.press(Keys.ESCAPE);
        assertThat(screen.lines(data, 80, 24).getLast()).contains("100 monitors' streams");
        screen.press("q");
        assertThat(screen.isOver()).isTrue();
    }

    @Test
    void readsKeysAsTerminalsSendThem() throws IOException {
        byte[] sent = "qs/\u001b[A\u001b[B\u001bOA\u001b[5~\u001b[6~\r\u007f\u001b".getBytes(StandardCharsets.US_ASCII);
        Keys keys = new Keys(new ByteArrayInputStream(sent));
        List<String> read = new ArrayList<>();
        for (String key = keys.next(); key != null; key = keys.next()) {
            read.add(key);
        }
        assertThat(read)
                .containsExactly(
                        "q",
                        "s",
                        "/",
                        Keys.UP,
                        Keys.DOWN,
                        Keys.UP,
                        Keys.PAGE_UP,
                        Keys.PAGE_DOWN,
                        Keys.ENTER,
                        Keys.BACKSPACE,
                        Keys.ESCAPE);
    }

    @ParameterizedTest
    @CsvSource({"0, 0B", "999, 999B", "1000, 1.0K", "20480, 20K", "2048000, 2.0M", "5000000000, 4.7G"})
    void sizesAreShort(double bytes, String shown) {
        assertThat(Figures.size(bytes)).isEqualTo(shown);
    }
}
