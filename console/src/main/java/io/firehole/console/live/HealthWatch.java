package io.firehole.console.live;

import io.firehole.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges whether monitors are being served. A pool that is quiet, has just started, or has used up its permits is healthy, as
 * long as nobody waits. One thread.
 */
final class HealthWatch {

    /** Who waits for no longer than this is on the way: a connection that breaks is usually replaced within it. */
    static final Duration GRACE = Duration.ofSeconds(15);

    /** Monitors named as waiting. */
    private static final int NAMED_MAX = 5;

    /** A monitor's stream: an id may have several, and one that comes back waits anew. */
    private record Opened(String id, long atNanos) {}

    /** Since when each stream that waits has waited. */
    private Map<Opened, Long> waitingSince = new HashMap<>();

    private OptionalLong awaySinceNanos = OptionalLong.empty();

    Health judge(PoolStats stats) {
        Set<Long> open = stats.streams().stream()
                .filter(PoolStats.StreamStats::open)
                .map(PoolStats.StreamStats::id)
                .collect(Collectors.toCollection(HashSet::new));
        Map<Opened, Long> since = new HashMap<>();
        List<String> late = new ArrayList<>();
        int waiting = 0;
        int failed = 0;
        for (PoolStats.MonitorStats monitor : stats.monitors()) {
            if (isServed(monitor, open)) {
                continue;
            }
            waiting++;
            Opened stream = new Opened(monitor.id(), monitor.openedNanos());
            long began = waitingSince.getOrDefault(stream, stats.atNanos());
            since.put(stream, began);
            if (stats.atNanos() - began > GRACE.toNanos()) {
                failed++;
                late.add(monitor.id());
            }
        }
        waitingSince = since;
        List<String> reasons = new ArrayList<>();
        if (failed > 0) {
            reasons.add(failed + " of " + stats.monitors().size() + " monitors' streams are not served since more than "
                    + GRACE.toSeconds() + " s: "
                    + late.stream().distinct().limit(NAMED_MAX).collect(Collectors.joining(", "))
                    + (late.stream().distinct().count() > NAMED_MAX ? " and others" : ""));
        }
        if (isAway(stats)) {
            reasons.add("the provider cannot be reached since more than " + GRACE.toSeconds() + " s");
        }
        return new Health(stats.monitors().size() - waiting, waiting, failed, reasons);
    }

    private static boolean isServed(PoolStats.MonitorStats monitor, Set<Long> open) {
        return monitor.filters() == 0 || (monitor.active() && open.contains(monitor.streamId()));
    }

    private boolean isAway(PoolStats stats) {
        if (stats.ready()) {
            awaySinceNanos = OptionalLong.empty();
            return false;
        }
        if (awaySinceNanos.isEmpty()) {
            awaySinceNanos = OptionalLong.of(stats.atNanos());
        }
        return stats.atNanos() - awaySinceNanos.getAsLong() > GRACE.toNanos();
    }
}
