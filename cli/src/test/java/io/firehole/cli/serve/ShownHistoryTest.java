package io.firehole.cli.serve;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.api.MetricsHistory.GroupBy;
import io.firehole.console.api.MetricsHistory.Only;
import io.firehole.console.api.MetricsHistory.Row;
import io.firehole.console.api.MetricsHistory.Second;
import io.firehole.console.live.HistoryStanding;
import io.firehole.history.DropReason;
import io.firehole.history.History;
import io.firehole.history.HistorySettings;
import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShownHistoryTest {

    @TempDir
    private Path directory;

    @Test
    void connectionsOfAProcessBeforeAreToldApartEvenWhileThisOneHasNone() throws Exception {
        HistorySettings settings = HistorySettings.in(directory, "host");
        long before;
        try (History history = History.open(settings)) {
            before = history.life();
            history.accept(new MetricsSecond(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(90),
                    List.of(new StreamSecond(1, "a", "high", 5, 500, 0, 0, 0, LatencySecond.NONE))));
        }
        try (History history = History.open(settings)) {
            ShownHistory shown = new ShownHistory(history);
            assertThat(shown.read(Duration.ofMinutes(30), GroupBy.CONNECTION, 10)
                            .rows())
                    .extracting(Row::groupId)
                    .containsExactly("1 of run " + before);
            assertThat(shown.read(Duration.ofMinutes(30), GroupBy.MONITOR, 10).rows())
                    .extracting(Row::groupId)
                    .containsExactly("a");
        }
    }

    @Test
    void secondsLatenciesAndHowItStandsComeThrough() throws Exception {
        Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(90);
        try (History history = History.open(HistorySettings.in(directory, "host"))) {
            ShownHistory shown = new ShownHistory(history);
            long[] counts = new long[LatencyBuckets.SIZE];
            counts[LatencyBuckets.indexOf(1_500)] = 5;
            history.accept(new MetricsSecond(
                    begin,
                    List.of(
                            new StreamSecond(
                                    1,
                                    "a",
                                    "high",
                                    5,
                                    500,
                                    1,
                                    2,
                                    0,
                                    new LatencySecond(5, 7_500, 1_500, 1_500, 1_500, LatencyBuckets.of(counts))),
                            new StreamSecond(2, "b", "low", 1, 100, 0, 0, 0, LatencySecond.NONE))));
            await("both rows are written", () -> shown.standing().written() >= 2);
            assertThat(shown.seconds(Duration.ofMinutes(5), Optional.of(new Only(GroupBy.MONITOR, "a"))))
                    .containsExactly(new Second(begin, 5, 500, 1, 2, 1.5, 1.5, 1.5));
            assertThat(shown.seconds(Duration.ofMinutes(5), Optional.empty()))
                    .extracting(Second::messages)
                    .containsExactly(6L);
            HistoryStanding standing = shown.standing();
            assertThat(standing.isWell()).isTrue();
            assertThat(standing.life()).isEqualTo(history.life());
            assertThat(standing.file()).startsWith(directory.toString());
            assertThat(standing.dropped()).hasSameSizeAs(DropReason.values()).containsEntry("queue-full", 0L);
        }
        try (History history = History.open(HistorySettings.in(directory, "host"))) {
            assertThat(new ShownHistory(history).latencies(Duration.ofMinutes(30), GroupBy.MONITOR))
                    .singleElement()
                    .satisfies(group -> {
                        assertThat(group.groupId()).isEqualTo("a");
                        assertThat(group.buckets().total()).isEqualTo(5);
                    });
        }
    }
}
