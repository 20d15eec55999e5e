package io.firehole.pool;

import io.firehole.pool.time.NanoClock;
import io.firehole.wire.proto.CommitmentLevel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

        /** Whether the provider has forgotten more meanwhile of what is missing since then: both are one gap. */
        private boolean goesOn(Gap before, long beforeBrokeAtNanos) {
            return cause == Gap.Cause.REPLAY_TOO_FAR
                    && before.commitment() == commitment
                    && before.lastSlot() + 1 == firstSlot
                    && beforeBrokeAtNanos == brokeAtNanos
                    && before.filling().isEmpty()
                    && filling.isEmpty();
        }
    }

    /**
     * A gap that was noted.
     *
     * @param goesOn whether it was there before, and has come to a later slot
     */
    record Noted(Gap gap, boolean goesOn) {

        /** As in {@code Missing: slots 100 to 104 at confirmed (replay-too-far)}. */
        String told() {
            return (goesOn ? "Missing more" : gap.word()) + ": " + gap.told();
        }
    }

    private static final class Counts {
        private long gaps;
        private long slots;

        /** The number of the latest gap. */
        private long latest;

        private long brokeAtNanos;
    }

    private final NanoClock clock;
    private final InstantSource timeOfDay;
    private final NavigableMap<Long, Gap> latest = new TreeMap<>();
    private final Map<String, EnumMap<Gap.Cause, Counts>> counts = new TreeMap<>();
    private long total;

    GapLog(NanoClock clock, InstantSource timeOfDay) {
        this.clock = clock;
        this.timeOfDay = timeOfDay;
    }

    /**
     * Records one gap for each of these monitors, once for each id, and tells the log so in one line for each range. Where the
     * provider has forgotten more before it was asked again, that is no gap of its own: the one there is goes on.
     *
     * @return the gaps, in the order of the monitors
     */
    List<Noted> note(Hole hole, Collection<String> monitors) {
        List<Noted> noted = new ArrayList<>();
        for (String monitor : new LinkedHashSet<>(monitors)) {
            noted.add(note(hole, monitor));
        }
        noted.stream()
                .collect(Collectors.groupingBy(Noted::told, LinkedHashMap::new, Collectors.toList()))
                .forEach((told, same) -> log.warn("{}, to {}", told, shown(same)));
        return noted;
    }

    private static String shown(List<Noted> gaps) {
        List<String> some = gaps.stream()
                .limit(StatusBlock.MONITORS_SHOWN)
                .map(noted -> noted.gap().monitor())
                .toList();
        return String.join(", ", some)
                + (gaps.size() > some.size() ? " and " + (gaps.size() - some.size()) + " more" : "");
    }

    private Noted note(Hole hole, String monitor) {
        String counted = counts.containsKey(monitor) || counts.size() < MONITORS_COUNTED ? monitor : "";
        Counts ofCause = counts.computeIfAbsent(counted, id -> new EnumMap<>(Gap.Cause.class))
                .computeIfAbsent(hole.cause(), cause -> new Counts());
        Gap before = latest.get(ofCause.latest);
        boolean goesOn =
                before != null && before.monitor().equals(monitor) && hole.goesOn(before, ofCause.brokeAtNanos);
        Gap gap = before != null && goesOn ? longer(before, hole) : begun(hole, monitor);
        if (before != null && goesOn) {
            ofCause.slots -= before.slots();
        } else {
            ofCause.gaps++;
            ofCause.latest = gap.number();
            ofCause.brokeAtNanos = hole.brokeAtNanos();
            if (latest.size() == KEPT) {
                latest.pollFirstEntry();
            }
        }
        ofCause.slots += gap.slots();
        latest.put(gap.number(), gap);
        return new Noted(gap, goesOn);
    }

    private Gap begun(Hole hole, String monitor) {
        Instant now = timeOfDay.instant();
        return new Gap(
                ++total,
                monitor,
                hole.commitment(),
                hole.firstSlot(),
                hole.lastSlot(),
                hole.cause(),
                hole.detail(),
                now.minusNanos(Math.max(0, clock.nanos() - hole.brokeAtNanos())),
                now,
                hole.filling());
    }

    private Gap longer(Gap before, Hole hole) {
        return new Gap(
                before.number(),
                before.monitor(),
                before.commitment(),
                before.firstSlot(),
                hole.lastSlot(),
                before.cause(),
                hole.detail(),
                before.brokeAt(),
                timeOfDay.instant());
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
        return latest.descendingMap().values().stream()
                .filter(gap -> monitor.isEmpty() || monitor.get().equals(gap.monitor()))
                .limit(limit)
                .toList();
    }

    /** By monitor and cause. */
    List<PoolStats.GapCount> counts() {
        List<PoolStats.GapCount> all = new ArrayList<>();
        counts.forEach((monitor, causes) -> causes.forEach(
                (cause, count) -> all.add(new PoolStats.GapCount(monitor, cause, count.gaps, count.slots))));
        return all;
    }
}
