package io.firehole.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.Group;
import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.PoolStats;
import io.firehole.pool.memory.MemoryPressure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HealthWatchTest {

    private final HealthWatch watch = new HealthWatch();

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** A stream that waits. */
    private static PoolStats.MonitorStats waiting(String id, long openedNanos) {
        return new PoolStats.MonitorStats(
                id,
                Group.HIGH,
                openedNanos,
                0,
                0,
                1,
                false,
                OptionalLong.empty(),
                0,
                0,
                0,
                0,
                new PoolStats.Lag(OptionalLong.empty(), OverrunPolicy.DISCONNECT, 0, 0, 0, 0),
                0,
                0,
                0,
                Group.HIGH);
    }

    private static PoolStats stats(long atNanos, List<PoolStats.MonitorStats> monitors) {
        return new PoolStats(
                atNanos,
                true,
                15,
                List.of(),
                List.of(),
                monitors,
                List.of(),
                new PoolStats.Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                new PoolStats.VettingStats(0, 0, 0, 0, 0, 0, 0),
                new PoolStats.IntegrityStats(0, 0, 0, 0),
                new PoolStats.SlowStats(0, 0, 0, 0, new PoolStats.SpillStats(0, 0, 0, 0, 0, 0)),
                new PoolStats.MemoryStats(0, 0, 0, 0, 0, MemoryPressure.NONE, 0, 0, 0, 0, 0),
                new PoolStats.BufferStats(0, 0, 0, 0, 0, 0, Map.of(), 0, 0, 0),
                new PoolStats.FillingStats(0, 0, 0, 0, 0, 0),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    @Test
    void whoWaitsForLongerThanMayBeHasFailed() {
        watch.judge(stats(seconds(0), List.of(waiting("a", 0))));
        assertThat(watch.judge(stats(seconds(15), List.of(waiting("a", 0)))).failed())
                .isZero();
        Health late = watch.judge(stats(seconds(16), List.of(waiting("a", 0))));
        assertThat(late.failed()).isEqualTo(1);
        assertThat(late.reasons()).singleElement().asString().endsWith("since more than 15 s: a");
    }

    @Test
    void eachStreamOfAMonitorWaitsByItself() {
        watch.judge(stats(seconds(0), List.of(waiting("a", 0))));
        watch.judge(stats(seconds(10), List.of(waiting("a", 0), waiting("a", seconds(10)))));
        assertThat(watch.judge(stats(seconds(16), List.of(waiting("a", 0), waiting("a", seconds(10)))))
                        .failed())
                .as("the second one is on the way")
                .isEqualTo(1);
    }

    @Test
    void whoComesBackWaitsAnew() {
        watch.judge(stats(seconds(0), List.of(waiting("a", 0))));
        assertThat(watch.judge(stats(seconds(16), List.of(waiting("a", seconds(15)))))
                        .isHealthy())
                .isTrue();
    }
}
