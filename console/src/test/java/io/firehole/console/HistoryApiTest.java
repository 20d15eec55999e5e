package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.api.MetricsHistory;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        MetricsHistory history = new FakeHistory() {
            @Override
            public Page read(Duration period, GroupBy groupBy, int rowsMax) throws IOException {
                asked.add(period + " " + groupBy);
                return super.read(period, groupBy, rowsMax);
            }
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
        OpenConsole console = with(new FakeHistory() {
            @Override
            public Page read(Duration period, GroupBy groupBy, int rowsMax) {
                return new Page(full.subList(0, rowsMax), groupBy == GroupBy.MONITOR);
            }
        });
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
        OpenConsole console = with(new FakeHistory() {
            @Override
            public Page read(Duration period, GroupBy groupBy, int rowsMax) throws IOException {
                if (slow.get()) {
                    asked.countDown();
                    awaitQuietly(go);
                }
                return super.read(period, groupBy, rowsMax);
            }
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

    @Test
    void secondsAreThoseOfAllOfOneMonitorOrOfOneConnection() throws IOException {
        OpenConsole console = with(new FakeHistory());
        assertThat(console.get("/api/grpc-pool/metrics/history/seconds").text())
                .isEqualTo("{\"success\":true,\"data\":[{\"second\":\"1970-01-01T00:00:00Z\",\"messages\":3,"
                        + "\"bytes\":2048,\"errors\":1,\"dropped\":0,\"avg_latency\":0.75,\"max_latency\":3.25,"
                        + "\"p99_latency\":2.5}],\"period\":\"5m\",\"truncated\":false}");
        assertThat(messages(console, "?connection=7")).isEqualTo(1);
        assertThat(messages(console, "?monitor=a")).isEqualTo(2);
        assertThat(console.get("/api/grpc-pool/metrics/history/seconds?monitor=a&connection=7")
                        .detail())
                .isEqualTo("one of connection and monitor can be asked for, not both");
        assertThat(console.get("/api/grpc-pool/metrics/history/seconds?period=2h")
                        .detail())
                .startsWith("period must be from 1m to 1h");
    }

    private static int messages(OpenConsole console, String query) throws IOException {
        return console.get("/api/grpc-pool/metrics/history/seconds" + query)
                .json()
                .at("/data/0/messages")
                .asInt();
    }

    @Test
    void latenciesOfAPeriodHaveItsPercentiles() throws IOException {
        OpenConsole console = with(new FakeHistory());
        console.get("/api/grpc-pool/metrics/history?period=7d&group_by=monitor"); // and is no answer to this one
        JsonNode answer = console.get("/api/grpc-pool/metrics/history/latencies?period=7d&group_by=monitor")
                .json();
        JsonNode row = answer.at("/data/0");
        assertThat(row.get("count").asInt()).isEqualTo(100);
        assertThat(row.get("p50").asDouble()).isEqualTo(0.1, within(0.01));
        assertThat(row.get("p99").asDouble()).isEqualTo(1_000, within(91.0));
        assertThat(answer.get("group_by").asText()).isEqualTo("monitor");
    }

    @Test
    void howTheHistoryStandsIsToldInTheApiAndInTheRealtimeDocument() throws IOException {
        FakeHistory history = new FakeHistory();
        history.standing = FakeHistory.standing(
                Map.of("file-full", 5L), Optional.empty(), Optional.of(FakeHistory.database(Optional.of("refused"))));
        OpenConsole console = with(history);
        assertThat(console.get("/api/grpc-pool/history").json().get("data"))
                .hasToString("{\"kept\":true,\"healthy\":false,\"life\":1234,"
                        + "\"file\":\"/var/lib/firehole/history.db\",\"waiting\":3,\"written\":1000,"
                        + "\"dropped\":{\"queue-full\":0,\"file-full\":5},\"trouble\":null,"
                        + "\"database\":{\"place\":\"jdbc:postgresql://db/firehole\",\"edition\":\"TimescaleDB\","
                        + "\"unsentSeconds\":12,\"oldestUnsent\":\"1970-01-01T00:00:00Z\",\"sent\":900,"
                        + "\"alreadyThere\":0,\"trouble\":\"refused\",\"remarks\":[\"a remark\"]}}");
        assertThat(console.get("/api/grpc-pool/metrics/realtime").json().at("/data/history"))
                .hasToString("{\"kept\":true,\"waiting\":3,\"dropped\":5,\"trouble\":\"refused\"}");
        assertThat(opened(new OpenConsole())
                        .get("/api/grpc-pool/history")
                        .json()
                        .get("data"))
                .hasToString("{\"kept\":false}");
    }

    @Test
    void troubleOfTheHistoryIsAnEvent() throws IOException {
        FakeHistory history = new FakeHistory();
        OpenConsole console = with(history);
        history.standing = FakeHistory.standing(Map.of(), Optional.of("disk full"), Optional.empty());
        for (int i = 0; i < 5; i++) {
            console.timers.tick();
        }
        assertThat(console.get("/api/grpc-pool/events?kind=history").json().at("/data/events"))
                .extracting(event -> event.get("text").asText())
                .containsExactly(
                        "the history's file /var/lib/firehole/history.db takes nothing: disk full; rows wait in"
                                + " memory");
    }
}
