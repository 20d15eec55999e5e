package io.firehole.pool.budget;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a permit: urgent classes first, within a class first come first served.
 *
 * <p>Strict order would starve the lowest class while others stay busy. So the head of a class that got nothing for a
 * whole window, its <em>patience</em>, is <em>overdue</em>: it goes before all others and may use the whole rule. A class
 * can be overdue once per window, so the reserve loses no more than one permit per class and window to that.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class PermitQueue {

    private static final PermitClass MOST_URGENT = PermitClass.RECONNECT_HIGH;

    private final int max;
    private final long patienceNanos;
    private final Map<PermitClass, Lane> lanes = new EnumMap<>(PermitClass.class);
    private int size;

    PermitQueue(int max, long patienceNanos, long nowNanos) {
        if (max < 1) {
            throw new IllegalArgumentException("the queue for permits must hold at least 1, was " + max);
        }
        this.max = max;
        this.patienceNanos = patienceNanos;
        for (PermitClass purpose : PermitClass.values()) {
            lanes.put(purpose, new Lane(purpose, nowNanos));
        }
    }

    int max() {
        return max;
    }

    /** False if it is full. */
    boolean offer(Waiting waiting) {
        if (size == max) {
            return false;
        }
        size++;
        lane(waiting.purpose).waiting.addLast(waiting);
        return true;
    }

    /** False if it waits no more. */
    boolean remove(Waiting waiting) {
        boolean removed = lane(waiting.purpose).waiting.remove(waiting);
        if (removed) {
            size--;
        }
        return removed;
    }

    /** Takes out whoever is next, if the rules admit one; null if nobody waits or may go. */
    @Nullable
    Waiting next(long nowNanos, Predicate<PermitClass> admits) {
        Lane overdue = longestOverdue(nowNanos);
        if (overdue != null && admits.test(MOST_URGENT)) {
            return take(overdue, nowNanos);
        }
        for (Lane lane : lanes.values()) {
            if (!lane.waiting.isEmpty() && admits.test(lane.purpose)) {
                return take(lane, nowNanos);
            }
        }
        return null;
    }

    /** How long until {@link #next} may give someone; {@code Long.MAX_VALUE} if nobody waits. */
    long nextInNanos(long nowNanos, ToLongFunction<PermitClass> admitsInNanos) {
        long soonest = Long.MAX_VALUE;
        for (Lane lane : lanes.values()) {
            if (!lane.waiting.isEmpty()) {
                long whenOverdue = Math.max(lane.overdueInNanos(nowNanos), admitsInNanos.applyAsLong(MOST_URGENT));
                soonest = Math.min(soonest, Math.min(whenOverdue, admitsInNanos.applyAsLong(lane.purpose)));
            }
        }
        return soonest;
    }

    Map<PermitClass, Integer> sizes() {
        Map<PermitClass, Integer> sizes = new EnumMap<>(PermitClass.class);
        lanes.forEach((purpose, lane) -> sizes.put(purpose, lane.waiting.size()));
        return sizes;
    }

    private Waiting take(Lane lane, long nowNanos) {
        size--;
        lane.servedNanos = nowNanos;
        return lane.waiting.removeFirst();
    }

    private @Nullable Lane longestOverdue(long nowNanos) {
        Lane longest = null;
        for (Lane lane : lanes.values()) {
            if (!lane.waiting.isEmpty()
                    && lane.overdueInNanos(nowNanos) <= 0
                    && (longest == null || lane.overdueInNanos(nowNanos) < longest.overdueInNanos(nowNanos))) {
                longest = lane;
            }
        }
        return longest;
    }

    private Lane lane(PermitClass purpose) {
        Lane lane = lanes.get(purpose);
        if (lane == null) {
            throw new AssertionError("every class has its lane");
        }
        return lane;
    }

    /** One who waits; two of them are never equal. */
    static final class Waiting {
        private final PermitClass purpose;
        private final long sinceNanos;
        private final Consumer<PermitAnswer> answer;

        Waiting(PermitClass purpose, long sinceNanos, Consumer<PermitAnswer> answer) {
            this.purpose = purpose;
            this.sinceNanos = sinceNanos;
            this.answer = answer;
        }

        PermitClass purpose() {
            return purpose;
        }

        long sinceNanos() {
            return sinceNanos;
        }

        Consumer<PermitAnswer> answer() {
            return answer;
        }
    }

    private final class Lane {
        final PermitClass purpose;
        final Deque<Waiting> waiting = new ArrayDeque<>();
        long servedNanos;

        Lane(PermitClass purpose, long nowNanos) {
            this.purpose = purpose;
            this.servedNanos = nowNanos;
        }

        /** Until its head has waited a whole patience in which the class got nothing. */
        long overdueInNanos(long nowNanos) {
            long sinceNanos = waiting.getFirst().sinceNanos;
            long idleSinceNanos = sinceNanos - servedNanos > 0 ? sinceNanos : servedNanos;
            return idleSinceNanos + patienceNanos - nowNanos;
        }
    }
}
