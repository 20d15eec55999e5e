package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.api.MetricsHistory;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the console tells of the past, and how seldom it asks for it. */
class HistoryApiTest extends WithConsoles {

    @Test
    void historySaysThatNoneIsKept() throws IOException {
        Answer answer = opened(new OpenConsole()).get("/api/grpc-pool/metrics/history");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.detail()).contains("no history is kept");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            period=30x                     | period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was "30x"
            period=91d                     | period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was "91d"
            period=30m'%20OR%201=1         | period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was "30m' OR 1=1"
            group_by=slot                  | group_by must be connection or monitor, was "slot"
            group_by=monitor;drop%20table  | group_by must be connection or monitor, was "monitor;drop table"
            """)
    void historyTakesNoOtherPeriodOrGroup(String query, String detail) throws IOException {
        Answer answer = opened(new OpenConsole()).get("/api/grpc-pool/metrics/history?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).isEqualTo(detail);
    }

    @Test
    void historyIsAskedOnceForTheSameQuestionAndSeldomForMany() throws IOException {
        List<String> asked = new ArrayList<>();
        MetricsHistory history = (period, groupBy, rowsMax) -> {
            asked.add(period + " " + groupBy);
            return new MetricsHistory.Answer(
                    List.of(new MetricsHistory.Row(Instant.EPOCH, "7", 10, 1, 512.5, 3.25)), false);
        };
        OpenConsole console = opened(
                new OpenConsole(stats -> stats, rules -> rules, surroundings -> surroundings.withHistory(history)));
        JsonNode answer = console.get("/api/grpc-pool/metrics/history").json();
        assertThat(answer.toString())
                .isEqualTo("{\"success\":true,\"data\":[{\"minute\":\"1970-01-01T00:00:00Z\",\"group_id\":\"7\","
                        + "\"messages\":10,\"errors\":1,\"avg_bytes\":512.5,\"max_latency\":3.25}],"
                        + "\"period\":\"30m\",\"group_by\":\"connection\",\"truncated\":false}");
        console.get("/api/grpc-pool/metrics/history?period=30m&group_by=connection");
        console.get("/api/grpc-pool/metrics/history?period=1800s");
        assertThat(asked).containsExactly("PT30M CONNECTION");
        console.now = OpenConsole.NOW.plusSeconds(11);
        console.get("/api/grpc-pool/metrics/history");
        assertThat(asked).hasSize(2);
        for (int i = 0; i < 58; i++) {
            assertThat(console.get("/api/grpc-pool/metrics/history?period=" + (100 + i) + "m")
                            .status())
                    .isEqualTo(200);
        }
        Answer tooMany = console.get("/api/grpc-pool/metrics/history?period=99m");
        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.head()).containsIgnoringCase("retry-after: 49\r\n");
        console.now = OpenConsole.NOW.plusSeconds(72);
        assertThat(console.get("/api/grpc-pool/metrics/history?period=99m").status())
                .isEqualTo(200);
    }

    private OpenConsole with(MetricsHistory history) throws IOException {
        return opened(
                new OpenConsole(stats -> stats, rules -> rules, surroundings -> surroundings.withHistory(history)));
    }

    @Test
    void anAnswerThatIsFullSaysWhetherThereIsMore() throws IOException {
        List<MetricsHistory.Row> full =
                Collections.nCopies(10_000, new MetricsHistory.Row(Instant.EPOCH, "7", 10, 1, 512.5, 3.25));
        OpenConsole console = with((period, groupBy, rowsMax) ->
                new MetricsHistory.Answer(full.subList(0, rowsMax), groupBy == MetricsHistory.GroupBy.MONITOR));
        assertThat(console.get("/api/grpc-pool/metrics/history")
                        .json()
                        .get("truncated")
                        .asBoolean())
                .as("all that there is")
                .isFalse();
        assertThat(console.get("/api/grpc-pool/metrics/history?group_by=monitor")
                        .json()
                        .get("truncated")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aStoreThatIsSlowHoldsUpNobodyElse() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        OpenConsole console = with((period, groupBy, rowsMax) -> {
            if (slow.get()) {
                asked.countDown();
                awaitQuietly(go);
            }
            return new MetricsHistory.Answer(List.of(), false);
        });
        assertThat(console.get("/api/grpc-pool/metrics/history").status()).isEqualTo(200);
        slow.set(true);
        List<CompletableFuture<Answer>> waiting = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            waiting.add(aside(console, "/api/grpc-pool/metrics/history?period=" + i + "h"));
        }
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        Answer busy = console.get("/api/grpc-pool/metrics/history?period=4h");
        assertThat(busy.status()).isEqualTo(503);
        assertThat(busy.head()).containsIgnoringCase("retry-after: 1\r\n");
        assertThat(busy.detail()).isEqualTo("3 questions about the past are under way; ask again in 1 s");
        assertThat(console.get("/api/grpc-pool/metrics/history").status()).isEqualTo(200);
        console.now = OpenConsole.NOW.plusSeconds(30);
        assertThat(console.get("/api/grpc-pool/metrics/history").status())
                .as("an answer of half a minute ago is better than none")
                .isEqualTo(200);
        go.countDown();
        for (CompletableFuture<Answer> one : waiting) {
            assertThat(one.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
    }

    private static CompletableFuture<Answer> aside(OpenConsole console, String path) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(console.get(path));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
