package io.firehole.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.history.GroupBy;
import io.firehole.history.History;
import io.firehole.history.HistoryQuery;
import io.firehole.history.HistoryRow;
import io.firehole.history.HistorySettings;
import io.firehole.history.Period;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever asks a whole Firehole for its history with something other than a period and a group gets 400, and the history stays. */
@Timeout(60)
class HistoryInjectionTest {

    private static final List<String> ATTEMPTS = List.of(
            "30m; DROP TABLE second",
            "30m'; DROP TABLE second; --",
            "30m' OR '1'='1",
            "1m UNION SELECT name FROM sqlite_master",
            "30m--",
            "30m/**/",
            "30m\0",
            "30m\n",
            " 30m",
            "-30m",
            "３０m",
            "99999999999999999999m",
            "interval '1 day'",
            "connection; DROP TABLE second",
            "monitor_id",
            "monitor, (SELECT 1)",
            "monitor' --",
            "1",
            "%27");

    @TempDir
    private Path state;

    @Test
    void attemptsInPeriodAndGroupAreRefusedAndTheHistoryStays() throws Exception {
        try (Daemon daemon = Daemon.start(ConfigReader.read(
                        Map.of(),
                        Map.of(
                                "GRPC_URL", "http://127.0.0.1:1",
                                "FIREHOLE_GATEWAY_LISTEN", "127.0.0.1:0",
                                "FIREHOLE_CONSOLE_LISTEN", "127.0.0.1:0",
                                "FIREHOLE_STATE", state.toString()),
                        null));
                HttpClient http = HttpClient.newHttpClient()) {
            Instant second = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
            daemon.history()
                    .orElseThrow()
                    .accept(new MetricsSecond(
                            second, List.of(new StreamSecond(1, "a", "high", 5, 500, 0, 0, 0, LatencySecond.NONE))));
            String history =
                    "http://" + Values.show(daemon.consoleAddress().orElseThrow()) + "/api/grpc-pool/metrics/history?";
            for (String attempt : ATTEMPTS) {
                for (String parameter : List.of("period", "group_by")) {
                    String query = parameter + "=" + URLEncoder.encode(attempt, StandardCharsets.UTF_8);
                    assertThat(get(http, history + query)).as(query).isEqualTo(400);
                }
            }
            assertThat(get(http, history + "period=30m&group_by=monitor")).isEqualTo(200);
        }
        try (History after = History.open(HistorySettings.in(state.resolve("history"), "host"))) {
            assertThat(after.rows(new HistoryQuery(Period.DEFAULT, GroupBy.MONITOR))
                            .rows())
                    .extracting(HistoryRow::groupId, HistoryRow::messages)
                    .containsExactly(tuple("a", 5L));
        }
    }

    private static int get(HttpClient http, String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }
}
