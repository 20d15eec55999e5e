package io.firehole.pool;

import io.firehole.pool.time.NanoClock;
import io.firehole.wire.proto.CommitmentLevel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every gap since the pool started: the latest {@link #KEPT} are kept, all are counted, by monitor and cause. Control
 * thread.
 */
final class GapLog {

    private static final Logger log = LoggerFactory.getLogger(GapLog.class);

    /** Gaps that can be asked for; the oldest are forgotten first. */
    static final int KEPT = 10_000;

    /** Monitors with counts of their own; those of more are counted together, under an empty id. */
    static final int MONITORS_COUNTED = 10_000;

    /**
     * What is missing, whoever it is missing to.
     *
     * @param firstSlot the first slot of which something may be missing
     * @param lastSlot the last one
     * @param brokeAtNanos when it began, by the pool's clock
     * @param filling how far it was filled from elsewhere; empty if that was not tried
     */
    record Hole(
            CommitmentLevel commitment,
            long firstSlot,
            long lastSlot,
            Gap.Cause cause,
            String detail,
            long brokeAtNanos,
            Optional<Filling> filling) {

        Hole(
                CommitmentLevel commitment,
                long firstSlot,
                long lastSlot,
                Gap.Cause cause,
                String detail,
                long brokeAtNanos) {
            this(commitment, firstSlot, lastSlot, cause, detail, brokeAtNanos, Optional.empty());
        }
    }

    private static final class Counts {
        private long gaps;
        private long slots;
    }

    private final NanoClock clock;
    private final InstantSource timeOfDay;
    private final Deque<Gap> latest = new ArrayDeque<>();
    private final Map<String, EnumMap<Gap.Cause, Counts>> counts = new TreeMap<>();
    private long total;

    GapLog(NanoClock clock, InstantSource timeOfDay) {
        this.clock = clock;
        this.timeOfDay = timeOfDay;
    }

    /**
     * Records one gap for each of these monitors, once for each id, and tells the log so in one line.
     *
     * @return the gaps, in the order of the monitors
     */
    List<Gap> note(Hole hole, Collection<String> monitors) {
        List<Gap> noted = new ArrayList<>();
        Instant now = timeOfDay.instant();
        Instant brokeAt = now.minusNanos(Math.max(0, clock.nanos() - hole.brokeAtNanos()));
        for (String monitor : new LinkedHashSet<>(monitors)) {
            Gap gap = new Gap(
                    ++total,
                    monitor,
                    hole.commitment(),
                    hole.firstSlot(),
                    hole.lastSlot(),
                    hole.cause(),
                    hole.detail(),
                    brokeAt,
                    now,
                    hole.filling());
            keep(gap);
            noted.add(gap);
        }
        if (!noted.isEmpty()) {
            log.warn("{}: {}, to {}", noted.getFirst().word(), noted.getFirst().told(), shown(noted));
        }
        return noted;
    }

    private static String shown(List<Gap> gaps) {
        List<String> some = gaps.stream()
                .limit(StatusBlock.MONITORS_SHOWN)
                .map(Gap::monitor)
                .toList();
        return String.join(", ", some)
                + (gaps.size() > some.size() ? " and " + (gaps.size() - some.size()) + " more" : "");
    }

    private void keep(Gap gap) {
        if (latest.size() == KEPT) {
            latest.removeFirst();
        }
        latest.addLast(gap);
        String counted = counts.containsKey(gap.monitor()) || counts.size() < MONITORS_COUNTED ? gap.monitor() : "";
        Counts ofCause = counts.computeIfAbsent(counted, id -> new EnumMap<>(Gap.Cause.class))
                .computeIfAbsent(gap.cause(), cause -> new Counts());
        ofCause.gaps++;
        ofCause.slots += gap.slots();
    }

    /** How many there have been, those that are forgotten included. */
    long total() {
        return total;
    }

    /**
     * The latest, newest first.
     *
     * @param monitor whose; empty for everybody's
     * @param limit how many at the most
     */
    List<Gap> latest(Optional<String> monitor, int limit) {
        List<Gap> found = new ArrayList<>();
        for (Iterator<Gap> each = latest.descendingIterator(); each.hasNext() && found.size() < limit; ) {
            Gap gap = each.next();
            if (monitor.isEmpty() || monitor.get().equals(gap.monitor())) {
                found.add(gap);
            }
        }
        return found;
    }

    /** By monitor and cause. */
    List<PoolStats.GapCount> counts() {
        List<PoolStats.GapCount> all = new ArrayList<>();
        counts.forEach((monitor, causes) -> causes.forEach(
                (cause, count) -> all.add(new PoolStats.GapCount(monitor, cause, count.gaps, count.slots))));
        return all;
    }
}
