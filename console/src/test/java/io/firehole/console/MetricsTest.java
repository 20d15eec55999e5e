package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.Gap;
import io.firehole.pool.PoolStats;
import io.firehole.pool.metrics.ConnectionSecond;
import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What Prometheus reads. */
class MetricsTest extends WithConsoles {

    private static List<String> lines(OpenConsole console, String name) throws IOException {
        return console.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .toList();
    }

    /** So many latencies of so many microseconds. */
    private static LatencySecond latencies(int count, long micros) {
        long[] counts = new long[LatencyBuckets.SIZE];
        counts[LatencyBuckets.indexOf(micros)] = count;
        return new LatencySecond(count, count * micros, micros, micros, micros, LatencyBuckets.of(counts));
    }

    @Test
    void latenciesAreHistogramsByGroupThatGoOnAddingUp() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        assertThat(lines(console, "firehole_handover_seconds_count"))
                .as("there from the start, so that rates are right")
                .containsExactly(
                        "firehole_handover_seconds_count{group=\"high\"} 0",
                        "firehole_handover_seconds_count{group=\"low\"} 0",
                        "firehole_handover_seconds_count{group=\"medium\"} 0");
        for (int i = 0; i < 2; i++) {
            console.second(new MetricsSecond(
                    Instant.EPOCH.plusSeconds(i),
                    List.of(
                            new StreamSecond(1, "a", "high", 3, 30, 0, 0, 0, latencies(3, 100)),
                            new StreamSecond(1, "b", "high", 1, 10, 0, 0, 0, latencies(1, 70_000_000))),
                    List.of(
                            new ConnectionSecond(1, "high", 4, 40, latencies(2, 1_000)),
                            new ConnectionSecond(2, "", 1, 10, latencies(1, 1_000)))));
        }
        console.timers.tick();
        assertThat(lines(console, "firehole_handover_seconds"))
                .contains(
                        "firehole_handover_seconds_bucket{group=\"high\",le=\"6.4E-5\"} 0",
                        "firehole_handover_seconds_bucket{group=\"high\",le=\"1.28E-4\"} 6",
                        "firehole_handover_seconds_bucket{group=\"high\",le=\"67.108864\"} 6",
                        "firehole_handover_seconds_bucket{group=\"high\",le=\"+Inf\"} 8",
                        "firehole_handover_seconds_count{group=\"high\"} 8",
                        "firehole_handover_seconds_sum{group=\"high\"} 140.0006")
                .filteredOn(line -> line.contains("le="))
                .hasSize(3 * 22);
        assertThat(lines(console, "firehole_provider_delay_seconds_count"))
                .contains(
                        "firehole_provider_delay_seconds_count{group=\"high\"} 4",
                        "firehole_provider_delay_seconds_count{group=\"none\"} 2");
    }

    @Test
    void everyGapIsCountedByMonitorAndCauseAndByCauseAlone() throws IOException {
        List<PoolStats.GapCount> gaps = new ArrayList<>();
        OpenConsole console = opened(new OpenConsole(stats -> ConsoleTest.with(stats, Map.of("gapCounts", gaps))));
        assertThat(lines(console, "firehole_gaps_by_cause_total{"))
                .as("every cause is there before its first gap, so that an alert sees the first as well")
                .hasSameSizeAs(Gap.Cause.values())
                .allMatch(line -> line.endsWith(" 0.0"));
        for (Gap.Cause cause : Gap.Cause.values()) {
            gaps.add(new PoolStats.GapCount("a", cause, cause.word().length(), 10));
            gaps.add(new PoolStats.GapCount("b", cause, 100, 1_000));
        }
        console.timers.tick();
        for (Gap.Cause cause : Gap.Cause.values()) {
            double ofA = cause.word().length();
            assertThat(lines(console, "firehole_gaps"))
                    .contains(
                            "firehole_gaps_total{cause=\"" + cause.word() + "\",monitor=\"a\"} " + ofA,
                            "firehole_gaps_total{cause=\"" + cause.word() + "\",monitor=\"b\"} 100.0",
                            "firehole_gaps_by_cause_total{cause=\"" + cause.word() + "\"} " + (ofA + 100));
        }
        assertThat(lines(console, "firehole_gap_slots_total{cause=\"moved\",monitor=\"b\"}"))
                .singleElement()
                .asString()
                .endsWith(" 1000.0");
    }

    @Test
    void theHistoryTellsWhatItCouldNotKeep() throws IOException {
        FakeHistory history = new FakeHistory();
        OpenConsole console = opened(
                new OpenConsole(stats -> stats, rules -> rules, surroundings -> surroundings.withHistory(history)));
        assertThat(lines(console, "firehole_history"))
                .containsExactly(
                        "firehole_history_dropped_rows_total{reason=\"queue-full\"} 0.0",
                        "firehole_history_healthy 1.0",
                        "firehole_history_waiting_rows 3.0",
                        "firehole_history_written_rows_total 1000.0");
        history.standing = FakeHistory.standing(
                Map.of("queue-full", 7L), Optional.empty(), Optional.of(FakeHistory.database(Optional.of("refused"))));
        console.timers.tick();
        assertThat(lines(console, "firehole_history"))
                .contains(
                        "firehole_history_dropped_rows_total{reason=\"queue-full\"} 7.0",
                        "firehole_history_healthy 0.0",
                        "firehole_history_sent_rows_total 900.0",
                        "firehole_history_unsent_seconds 12.0");
        assertThat(lines(opened(new OpenConsole()), "firehole_history")).isEmpty();
    }
}
