package io.firehole.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.api.MetricsHistory.GroupBy;
import io.firehole.console.api.MetricsHistory.Row;
import io.firehole.history.History;
import io.firehole.history.HistorySettings;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
