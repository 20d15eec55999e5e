package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a permit: urgent classes first, within a class first come first served.
 *
 * <p>Three things change that order:
 *
 * <ul>
 *   <li>Who has less than {@link #LIFTED_WITHIN} until what it missed can no longer be replayed is <em>lifted</em>: it goes
 *       before all others, the earliest deadline first, and may use the whole rule. Past its deadline it has nothing more to
 *       lose and waits as before. Who had a permit within the last minute is not lifted: many that flap would use up what is
 *       reserved for those who do not.
 *   <li>Strict order would starve the lowest class while others stay busy. So the head of a class that got nothing for a
 *       whole window, its <em>patience</em>, is <em>overdue</em>: it goes before the other classes and may use the whole
 *       rule. A class can be overdue once per window, so the reserve loses no more than one permit per class and window to
 *       that.
 *   <li>Who asks to connect has one place only, and had enough for now after {@link SubjectGrants#MAX} permits in a
 *       minute; others go meanwhile. The latter counts only while some connection lives: when none does, everybody depends
 *       on the one who tries.
 * </ul>
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class PermitQueue {

    /** So long before a replay deadline a wish is as urgent as any. */
    static final Duration LIFTED_WITHIN = Duration.ofSeconds(20);

    private static final PermitClass MOST_URGENT = PermitClass.RECONNECT_HIGH;
    private static final long LIFTED_NANOS = LIFTED_WITHIN.toNanos();

    /** How long until the rules and the restraint admit one of that kind and class; 0 if now. */
    @FunctionalInterface
    interface Admission {
        long inNanos(AttemptKind kind, PermitClass purpose);
    }

    private final int max;
    private final long patienceNanos;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Waiting> withDeadline = new ArrayList<>();
    private final Map<Long, Waiting> connecting = new HashMap<>();
    private final SubjectGrants grants = new SubjectGrants();
    private int size;
    private boolean capping;
    private long capped;

    PermitQueue(int max, long patienceNanos, long nowNanos) {
        this.max = max;
        this.patienceNanos = patienceNanos;
        for (PermitClass purpose : PermitClass.values()) {
            for (AttemptKind kind : AttemptKind.values()) {
                lanes.add(new Lane(kind, purpose, nowNanos));
            }
        }
    }

    int max() {
        return max;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** How often somebody was passed over because it had had enough for now. */
    long capped() {
        return capped;
    }

    /** Whether the cap per asker counts now. */
    void capSubjects(boolean counts) {
        capping = counts;
    }

    /** What became of one who came. */
    sealed interface Offer {

        /** It waits. If the same asker waited already, that one is out, and this one has its place. */
        record Taken(@Nullable Waiting replaced) implements Offer {}

        /** There is no room. */
        record Full() implements Offer {}
    }

    Offer offer(Waiting waiting) {
        PermitWish wish = waiting.wish;
        Waiting before = wish.kind() == AttemptKind.CONNECT ? connecting.get(wish.subject()) : null;
        if (before == null && size >= max) {
            return new Offer.Full();
        }
        if (before == null) {
            lane(waiting).waiting.addLast(waiting);
        } else {
            replace(before, waiting);
        }
        remember(waiting);
        return new Offer.Taken(before);
    }

    /** Who asks again neither loses its place nor gains one. */
    private void replace(Waiting before, Waiting waiting) {
        Lane lane = lane(before);
        forget(before);
        waiting.sinceNanos = before.sinceNanos;
        if (lane != lane(waiting)) {
            lane.waiting.remove(before);
            lane(waiting).waiting.addLast(waiting);
            return;
        }
        for (int i = lane.waiting.size(); i > 0; i--) {
            Waiting each = lane.waiting.removeFirst();
            lane.waiting.addLast(each == before ? waiting : each);
        }
    }

    /** False if it waits no more. */
    boolean remove(Waiting waiting) {
        boolean removed = lane(waiting).waiting.remove(waiting);
        if (removed) {
            forget(waiting);
        }
        return removed;
    }

    /**
     * Takes out whoever is next, if one is admitted; null if nobody waits or may go.
     *
     * <p>The permit it is about to get counts as given, until {@link #putBack} says otherwise.
     */
    @Nullable
    Waiting next(long nowNanos, Admission admission) {
        Waiting lifted = lifted(nowNanos, admission);
        if (lifted != null) {
            return take(lifted, nowNanos);
        }
        Waiting overdue = overdue(nowNanos, admission);
        if (overdue != null) {
            return take(overdue, nowNanos);
        }
        for (Lane lane : lanes) {
            if (!lane.waiting.isEmpty() && admission.inNanos(lane.kind, lane.purpose) == 0) {
                Waiting first = first(lane, nowNanos);
                if (first != null) {
                    return take(first, nowNanos);
                }
            }
        }
        return null;
    }

    /** It got nothing after all and is first in its lane again; false if its asker has come anew meanwhile. */
    boolean putBack(Waiting waiting) {
        lane(waiting).servedNanos = waiting.laneServedNanos;
        if (waiting.wish.kind() == AttemptKind.CONNECT) {
            grants.undo(waiting.wish.subject(), waiting.takenNanos);
            if (connecting.containsKey(waiting.wish.subject())) {
                return false;
            }
        }
        lane(waiting).waiting.addFirst(waiting);
        remember(waiting);
        return true;
    }

    /** How long until {@link #next} may give someone; {@code Long.MAX_VALUE} if nobody waits. */
    long nextInNanos(long nowNanos, Admission admission) {
        long soonest = Long.MAX_VALUE;
        for (Lane lane : lanes) {
            if (!lane.waiting.isEmpty()) {
                soonest = Math.min(soonest, nextInNanos(lane, nowNanos, admission));
            }
        }
        for (Waiting waiting : withDeadline) {
            long leftNanos = waiting.deadlineNanos() - nowNanos;
            if (leftNanos > 0 && !flaps(waiting, nowNanos)) {
                long liftedNanos = leftNanos - LIFTED_NANOS;
                soonest = Math.min(soonest, Math.max(liftedNanos, admission.inNanos(waiting.wish.kind(), MOST_URGENT)));
            }
        }
        return soonest == Long.MAX_VALUE ? soonest : Math.max(0, soonest);
    }

    private long nextInNanos(Lane lane, long nowNanos, Admission admission) {
        Waiting first = first(lane, nowNanos);
        if (first == null) {
            long cappedNanos = Long.MAX_VALUE;
            for (Waiting waiting : lane.waiting) {
                cappedNanos = Math.min(cappedNanos, cappedForNanos(waiting, nowNanos));
            }
            return Math.max(cappedNanos, admission.inNanos(lane.kind, lane.purpose));
        }
        long inTurnNanos = admission.inNanos(lane.kind, lane.purpose);
        if (inTurnNanos == 0) {
            return 0;
        }
        long overdueNanos = Math.max(overdueInNanos(lane, first, nowNanos), admission.inNanos(lane.kind, MOST_URGENT));
        return Math.min(overdueNanos, inTurnNanos);
    }

    Map<PermitClass, Integer> sizes() {
        Map<PermitClass, Integer> sizes = new EnumMap<>(PermitClass.class);
        for (Lane lane : lanes) {
            sizes.merge(lane.purpose, lane.waiting.size(), Integer::sum);
        }
        return sizes;
    }

    private @Nullable Waiting lifted(long nowNanos, Admission admission) {
        Waiting earliest = null;
        for (Waiting waiting : withDeadline) {
            long leftNanos = waiting.deadlineNanos() - nowNanos;
            if (leftNanos > 0
                    && leftNanos <= LIFTED_NANOS
                    && (earliest == null || waiting.deadlineNanos() - earliest.deadlineNanos() < 0)
                    && !flaps(waiting, nowNanos)
                    && admission.inNanos(waiting.wish.kind(), MOST_URGENT) == 0) {
                earliest = waiting;
            }
        }
        return earliest;
    }

    private @Nullable Waiting overdue(long nowNanos, Admission admission) {
        Waiting longest = null;
        long longestNanos = 0;
        for (Lane lane : lanes) {
            Waiting first = lane.waiting.isEmpty() ? null : first(lane, nowNanos);
            if (first != null) {
                long overdueNanos = overdueInNanos(lane, first, nowNanos);
                if (overdueNanos <= 0
                        && (longest == null || overdueNanos < longestNanos)
                        && admission.inNanos(lane.kind, MOST_URGENT) == 0) {
                    longest = first;
                    longestNanos = overdueNanos;
                }
            }
        }
        return longest;
    }

    /** Until it has waited a whole patience in which its lane got nothing. */
    private long overdueInNanos(Lane lane, Waiting first, long nowNanos) {
        long idleSinceNanos = first.sinceNanos - lane.servedNanos > 0 ? first.sinceNanos : lane.servedNanos;
        return idleSinceNanos + patienceNanos - nowNanos;
    }

    /** The first that has not had enough for now. */
    private @Nullable Waiting first(Lane lane, long nowNanos) {
        for (Waiting waiting : lane.waiting) {
            if (cappedForNanos(waiting, nowNanos) == 0) {
                return waiting;
            }
            if (!waiting.passedOver) {
                waiting.passedOver = true;
                capped++;
            }
        }
        return null;
    }

    private long cappedForNanos(Waiting waiting, long nowNanos) {
        return capping && waiting.wish.kind() == AttemptKind.CONNECT
                ? grants.cappedForNanos(waiting.wish.subject(), nowNanos)
                : 0;
    }

    /** Whether it had a permit not long ago; as with the cap, of no matter while nothing lives. */
    private boolean flaps(Waiting waiting, long nowNanos) {
        return capping && waiting.wish.kind() == AttemptKind.CONNECT && grants.hadOne(waiting.wish.subject(), nowNanos);
    }

    private Waiting take(Waiting waiting, long nowNanos) {
        Lane lane = lane(waiting);
        lane.waiting.remove(waiting);
        forget(waiting);
        waiting.takenNanos = nowNanos;
        waiting.laneServedNanos = lane.servedNanos;
        lane.servedNanos = nowNanos;
        if (waiting.wish.kind() == AttemptKind.CONNECT) {
            grants.add(waiting.wish.subject(), nowNanos);
        }
        return waiting;
    }

    private void remember(Waiting waiting) {
        size++;
        if (waiting.wish.replayDeadlineNanos().isPresent()) {
            withDeadline.add(waiting);
        }
        if (waiting.wish.kind() == AttemptKind.CONNECT) {
            connecting.put(waiting.wish.subject(), waiting);
        }
    }

    private void forget(Waiting waiting) {
        size--;
        if (waiting.wish.replayDeadlineNanos().isPresent()) {
            withDeadline.remove(waiting);
        }
        if (waiting.wish.kind() == AttemptKind.CONNECT) {
            connecting.remove(waiting.wish.subject());
        }
    }

    private Lane lane(Waiting waiting) {
        for (Lane lane : lanes) {
            if (lane.kind == waiting.wish.kind() && lane.purpose == waiting.wish.purpose()) {
                return lane;
            }
        }
        throw new AssertionError("every kind and class has its lane");
    }

    /** One who waits; two of them are never equal. */
    static final class Waiting {

        /** Where it is. */
        enum Place {
            QUEUED,
            DECIDED,
            ANSWERED,
            CANCELLED
        }

        private final PermitWish wish;
        private final Consumer<PermitAnswer> answer;
        private long sinceNanos;
        private long takenNanos;
        private long laneServedNanos;
        private boolean passedOver;
        private Place place = Place.QUEUED;

        Waiting(PermitWish wish, long sinceNanos, Consumer<PermitAnswer> answer) {
            this.wish = wish;
            this.sinceNanos = sinceNanos;
            this.answer = answer;
        }

        PermitWish wish() {
            return wish;
        }

        long sinceNanos() {
            return sinceNanos;
        }

        Consumer<PermitAnswer> answer() {
            return answer;
        }

        Place place() {
            return place;
        }

        void move(Place to) {
            place = to;
        }

        /** Only for one that has a deadline. */
        private long deadlineNanos() {
            return wish.replayDeadlineNanos().getAsLong();
        }
    }

    private static final class Lane {
        final AttemptKind kind;
        final PermitClass purpose;
        final Deque<Waiting> waiting = new ArrayDeque<>();
        long servedNanos;

        Lane(AttemptKind kind, PermitClass purpose, long nowNanos) {
            this.kind = kind;
            this.purpose = purpose;
            this.servedNanos = nowNanos;
        }
    }
}
