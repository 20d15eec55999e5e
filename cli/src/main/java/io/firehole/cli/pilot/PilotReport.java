package io.firehole.cli.pilot;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What came of a comparison.
 *
 * @param fromSlot the first slot compared; empty if it never began
 * @param counts by kind of update
 * @param outOfOrder updates that came through the gateway in another order than straight
 * @param differences the first ones
 * @param medianNanos how much later an update came through the gateway; negative if earlier; empty without updates
 * @param p99Nanos the same, below which 99 of 100 lie
 * @param failure why it ended before its time; empty if it did not
 */
public record PilotReport(
        Optional<Long> fromSlot,
        Map<String, Count> counts,
        long outOfOrder,
        List<Difference> differences,
        OptionalLong medianNanos,
        OptionalLong p99Nanos,
        Optional<String> failure) {

    public PilotReport {
        counts = Collections.unmodifiableMap(new TreeMap<>(counts));
        differences = List.copyOf(differences);
    }

    /**
     * Updates of one kind.
     *
     * @param same on both ways
     * @param missing only straight
     * @param extra only through the gateway
     * @param changed on both, and not the same
     */
    public record Count(long same, long missing, long extra, long changed) {

        Count plus(Count other) {
            return new Count(same + other.same, missing + other.missing, extra + other.extra, changed + other.changed);
        }

        /** How many were not the same. */
        public long different() {
            return missing + extra + changed;
        }
    }

    /** All kinds together. */
    public Count total() {
        return counts.values().stream().reduce(new Count(0, 0, 0, 0), Count::plus);
    }

    /** Whether the gateway did what a connection of one's own would have done, and something was compared at all. */
    public boolean good() {
        return failure.isEmpty() && total().different() == 0 && outOfOrder == 0 && total().same() > 0;
    }
}
