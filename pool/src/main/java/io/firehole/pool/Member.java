package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.Recipient;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A monitor's stream as the control thread sees it: what it asks, and its places on streams of the provider.
 *
 * <p>It has one place, but while it moves: then the new one is taken first, and the old ones are left when the new one
 * is served.
 */
final class Member {

    private static final Logger log = LoggerFactory.getLogger(Member.class);

    /**
     * Places a monitor may hold while it moves by its own wish; what it asks beyond that waits, and only the last of it
     * counts. A connection that is replaced under it gives it one more.
     */
    private static final int PLACES_MAX = 3;

    private final MonitorStream stream;
    private final Placement placement;
    private final List<Place> places = new ArrayList<>();
    private @Nullable Subscription asked;
    private @Nullable Subscription waiting;

    /** While what it asked last is being tried. */
    private @Nullable Examination examination;

    private final Integrity integrity = new Integrity();

    /** Its group and whether it wants a stream for itself, which may have changed since it joined. */
    private Monitor standing;

    /** Its exact move to its newest place, while that is under way. */
    private @Nullable Move move;

    /** Whether what it asked last is asked where that leads to only, and not in the place from which it comes. */
    private boolean askedOnTheWay;

    /** Whether it is to be placed anew as soon as that can be done without loss. */
    private boolean toBeRelocated;

    private final MonitorRate rate;

    /** When it was moved last because of its rate. */
    private OptionalLong movedByRateNanos = OptionalLong.empty();

    /** When it was made, by the pool's clock. */
    private final long openedNanos;

    private String placedBecause = "";
    private long placesTaken;
    private boolean gone;

    /** Any thread: what makes it hears of it later. */
    Member(PoolContext pool, Placement placement, Monitor monitor, Runnable wakeup) {
        this.placement = placement;
        this.standing = monitor;
        this.rate = new MonitorRate(monitor.group());
        this.openedNanos = pool.now();
        this.stream = new MonitorStream(
                monitor,
                pool.config().mailboxOf(monitor.id()),
                pool.clock(),
                pool.memory(),
                pool.spilling(),
                pool.config().profile().filters(),
                wakeup,
                pool.loop().signal(this::attend)::raise);
    }

    /** Looks what the monitor wants. */
    void attend() {
        if (gone) {
            return;
        }
        placement.losses().look(this);
        if (stream.isOver()) {
            if (stream.isToBeEnded()) {
                stream.end(placement.overran(this));
            }
            leave();
            return;
        }
        Subscription next = stream.takeRequest();
        if (next != null) {
            ask(next);
        }
    }

    private void ask(Subscription next) {
        asked = next;
        waiting = null;
        placement.waitsNoMore(this);
        stopExamination();
        if (next.isEmpty()) {
            leaveAll(places.size());
            return;
        }
        Examination begun = examine(next);
        if (begun == null) {
            take(next);
        } else if (!begun.isOver()) {
            examination = begun;
        }
    }

    private @Nullable Examination examine(Subscription next) {
        Place newest = newest();
        Consumer<Verdict> told = verdict -> judged(next, verdict);
        if (newest != null
                && newest.stream() instanceof SharedStream shared
                && isToBeAlone(newest)
                && newest.accepts(next)
                && movable().isEmpty()) {
            // It is to have a stream for itself but has to ask where it is, so the others there are at risk as ever.
            return placement.vetting().examine(this, shared, next, told);
        }
        return placement.examine(this, newest, next, told);
    }

    private void judged(Subscription next, Verdict verdict) {
        examination = null;
        if (stream.isOver()) {
            // It is about to leave, and would give back at once, to the next of those who wait, whatever place it took.
            return;
        }
        placement.noteVerdict(this, verdict);
        switch (verdict) {
            case Verdict.Taken taken -> take(next);
            case Verdict.Unknown unknown -> take(next);
            case Verdict.Untriable untriable -> take(next);
            case Verdict.Refused(GrpcStatus why, boolean remembered) -> end(why);
            case Verdict.Apart apart -> ask(next);
            case Verdict.Moot moot -> ask(next);
        }
    }

    private void stopExamination() {
        Examination open = examination;
        if (open != null) {
            examination = null;
            open.cancel();
            placement.vetting().abandoned();
        }
    }

    /** There may be room now for what there was none before. */
    void tryAgain(Subscription next) {
        if (gone || stream.isOver() || !next.equals(asked)) {
            return;
        }
        if (move == null) {
            take(next);
        } else {
            // Room may be made by its own way to where others are.
            placement.waitsStill(this, next);
        }
    }

    private void take(Subscription next) {
        Place newest = newest();
        boolean toBeLeft = newest != null && (newest.stream().isRetiring() || isToBeAlone(newest));
        boolean fits = newest != null && newest.accepts(next);
        if (newest == null || (fits && !toBeLeft)) {
            askHere(newest, next);
        } else if (placement.moves(this, next)) {
            log.debug("Monitor {} asks for something else than where it is can serve, and moves", id());
            askedOnTheWay = true;
            toBeRelocated = false;
        } else if (fits) {
            // Even if it is not to stay there: it leaves as soon as that can be done without loss.
            askHere(newest, next);
            toBeRelocated = true;
        } else if (canMoveLater(newest, next)) {
            waiting = next;
            Move other = move;
            if (other != null) {
                other.turnBack("it asks for something else than where that leads can serve");
            }
        } else if (places.size() < PLACES_MAX) {
            takePlace(next);
        } else {
            waiting = next;
        }
    }

    private void askHere(@Nullable Place newest, Subscription next) {
        if (newest == null) {
            takePlace(next);
        } else {
            newest.change(next);
            askedOnTheWay = true;
        }
    }

    private void takePlace(Subscription next) {
        Place place = placement.place(this, next);
        if (place != null) {
            // Listed before it is served, which may be told while it is being taken.
            places.add(place);
        }
    }

    /** Whether it can be expected to be where it can set out from to where that is served. */
    private boolean canMoveLater(Place newest, Subscription next) {
        return movable().isEmpty() && Placement.movesFrom(newest, next);
    }

    private @Nullable Place newest() {
        return places.isEmpty() ? null : places.getLast();
    }

    /** Whether it shares that place although it is to share with nobody. */
    private boolean isToBeAlone(Place place) {
        return standing.dedicated() && !(place.stream() instanceof OwnStream);
    }

    /** The provider has been seen to serve that place: those taken before it are of no use any more. */
    void served(Place place) {
        int at = places.indexOf(place);
        if (at > 0) {
            leaveAll(at);
        }
        tellActive();
        Subscription next = waiting;
        if (next != null && places.size() < PLACES_MAX) {
            ask(next);
        } else if (toBeRelocated) {
            relocate();
        }
    }

    // Exact moves.

    /** The place that it can leave for another without loss now; empty while it is on its way or not yet served. */
    Optional<Place> movable() {
        if (gone || move != null || waiting != null || places.size() != 1) {
            return Optional.empty();
        }
        Place place = places.getFirst();
        boolean settled =
                place.isServed() && place.stream().isOpen() && place.onward().isPresent();
        return settled ? Optional.of(place) : Optional.empty();
    }

    /** Has it placed anew, now or as soon as that can be done without loss. */
    void relocate() {
        toBeRelocated = !placement.relocate(this);
    }

    /** Whether it still waits to be placed anew. */
    boolean isToBeRelocated() {
        return toBeRelocated;
    }

    /** It has begun to move to that place. */
    void setsOut(Move begun, Place to) {
        move = begun;
        askedOnTheWay = false;
        places.add(to);
    }

    boolean isMovingTo(Place place) {
        return move != null && move.leadsTo(place);
    }

    void moveIsOver(Move over) {
        if (over.equals(move)) {
            move = null;
        }
    }

    /** It has come to where it wanted. */
    void arrived() {
        tellActive();
        if (toBeRelocated) {
            relocate();
        }
    }

    /**
     * It stays where it was; what it asked meanwhile is asked there.
     *
     * @param again whether it is to be placed anew as soon as that can be tried again
     */
    void turnedBack(Place from, Place to, boolean again) {
        left(to);
        toBeRelocated = again || isToBeAlone(from);
        boolean askAgain = (askedOnTheWay || waiting != null) && isNewest(from);
        // Others may have left for another connection meanwhile; then it follows them with what was asked there.
        from.stream().allHaveArrived();
        Subscription last = asked;
        if (askAgain && last != null && !gone && !stream.isOver()) {
            ask(last);
        }
        if (isNewest(from) && from.stream().isRetiring()) {
            relocate();
        }
    }

    /** Its call is over, and nothing follows it there: it goes on elsewhere, with a gap. */
    void stranded(OptionalLong lastSealedSlot, GrpcStatus why) {
        Subscription last = asked;
        waiting = null;
        leaveAll(places.size());
        if (last != null && !last.isEmpty()) {
            Place place = placement.place(this, last);
            if (place == null) {
                placement.noteStranded(this, lastSealedSlot, why);
                return;
            }
            places.add(place);
            place.stream()
                    .moves()
                    .missed(new Moves.Missed(
                            this,
                            place,
                            Optional.empty(),
                            lastSealedSlot,
                            why.toString(),
                            place.stream().pool().now()));
        }
    }

    /** A place is of no use any more. */
    void left(Place place) {
        if (places.remove(place)) {
            place.leave();
        }
    }

    // Its rate.

    void measure(long nowNanos, GroupRates rules) {
        rate.measure(!places.isEmpty() && places.getFirst().isServed(), stream.updates(), nowNanos, rules);
    }

    MonitorRate rate() {
        return rate;
    }

    /** Whether its rate fits another group, and it may be moved there now. */
    boolean fitsElsewhere(long nowNanos, GroupRates rules) {
        boolean rested = movedByRateNanos.isEmpty()
                || nowNanos - movedByRateNanos.getAsLong() >= rules.rest().toNanos();
        return rested
                && !standing.fixed()
                && rate.suggested() != group()
                && movable().isPresent();
    }

    void movesByRate(Group fitting, long nowNanos) {
        movedByRateNanos = OptionalLong.of(nowNanos);
        stands(standing.inGroup(fitting));
        relocate();
    }

    Monitor standing() {
        return standing;
    }

    /** It belongs to another group from now on, or wants a stream for itself, or no more. */
    void stands(Monitor changed) {
        standing = changed;
    }

    /** Whether that is the place it took last. */
    boolean isNewest(Place place) {
        return !places.isEmpty() && places.getLast().equals(place);
    }

    /** It has been given another place instead of that one. */
    void moved(Place from, Place to) {
        places.remove(from);
        places.add(to);
    }

    /** Whether it is to share a stream with nobody. */
    boolean isDedicated() {
        return standing.dedicated();
    }

    /** It gets a stream of its own. */
    void isolate() {
        if (!standing.dedicated()) {
            stands(standing.asDedicated());
            relocate();
        }
    }

    /** Whether that is the only place it has. */
    boolean hasOnly(Place place) {
        return places.size() == 1 && places.getFirst().equals(place);
    }

    /** How often it got what its filters say. */
    Integrity integrity() {
        return integrity;
    }

    /** Ends the monitor's stream: it is told why after what waits for it. */
    void end(GrpcStatus why) {
        stream.end(why);
        leave();
    }

    /** The same where a place cannot be left at once: it gets nothing more, and leaves with the next turn of the loop. */
    void endsSoon(GrpcStatus why, PoolLoop loop) {
        stream.end(why);
        loop.after(0, this::attend);
    }

    /** It has missed something for a reason of its own: recorded as its gap, and its stream ends if it wants that. */
    void missed(GapLog.Hole hole) {
        if (places.isEmpty()) {
            placement.noteGap(this, hole);
        } else {
            places.getLast().stream().noteGap(hole, List.of(id()));
        }
    }

    /** At which commitment it asked last. */
    CommitmentLevel commitment() {
        Subscription last = asked;
        return last == null ? CommitmentLevel.PROCESSED : last.commitment();
    }

    /** Ends the monitor's stream and forgets what waits for it. */
    void cut(GrpcStatus why) {
        stream.cut(why);
        leave();
    }

    /**
     * The last slot that the monitor has whole when it has read what waits, after an update did not fit: the last one that
     * is sealed on the calls that serve it, but below every slot of which something was not let in; empty if it has none whole,
     * because none was sealed since its request took effect.
     *
     * <p>Nothing of that slot or of those before it comes on those calls any more, but statuses, and content of a fork which
     * comes after the seal of a later slot. So a client that asks from the slot after it misses nothing.
     */
    OptionalLong lastWholeSlot() {
        // The calls first: whatever was refused before that seal is in the other figure then.
        OptionalLong sealed = OptionalLong.empty();
        for (Place place : places) {
            OptionalLong its = place.stream().wholeTo();
            if (its.isEmpty()) {
                return its;
            }
            sealed = sealed.isEmpty() || its.getAsLong() < sealed.getAsLong() ? its : sealed;
        }
        if (sealed.isEmpty()) {
            return sealed;
        }
        long whole = stream.lowestRefusedSlot().isPresent()
                ? Math.min(sealed.getAsLong(), stream.lowestRefusedSlot().getAsLong() - 1)
                : sealed.getAsLong();
        OptionalLong from = places.reversed().stream()
                .map(Place::wholeFromSlot)
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
        return from.isPresent() && from.getAsLong() <= whole ? OptionalLong.of(whole) : OptionalLong.empty();
    }

    /** The same where its stream ends although all fits; empty while it is on its way to another one. */
    OptionalLong lastWholeSlotAtEnd() {
        if (gone || move != null || waiting != null || places.size() != 1) {
            return OptionalLong.empty();
        }
        Place place = places.getFirst();
        Upstream<?> serving = place.stream();
        boolean interrupted = !serving.isOpen() || serving.isRecovering();
        boolean settled = place.isServed() && place.onward().isPresent() && serving.comingTo() == null;
        boolean newest = serving.isRecovering() || place.isNewestActive();
        return newest && (interrupted || settled) ? lastWholeSlot() : OptionalLong.empty();
    }

    private OptionalLong lagSlots() {
        if (stream.waiting() == 0) {
            return OptionalLong.of(0);
        }
        OptionalLong oldest = stream.oldestSlot();
        OptionalLong sealed = places.isEmpty()
                ? OptionalLong.empty()
                : places.getLast().stream().lastSealed();
        return oldest.isEmpty() || sealed.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, sealed.getAsLong() - oldest.getAsLong() + 1));
    }

    private void leave() {
        if (!gone) {
            gone = true;
            stopExamination();
            placement.waitsNoMore(this);
            leaveAll(places.size());
            placement.left(this);
        }
    }

    private void leaveAll(int count) {
        List<Place> left = List.copyOf(places.subList(0, count));
        places.subList(0, count).clear();
        Move dropped = move;
        if (dropped != null && left.stream().anyMatch(dropped::isBetween)) {
            dropped.drop();
        }
        left.forEach(Place::leave);
    }

    /** Ways into the mailbox for the calls of one more place. */
    Supplier<Recipient> recipients() {
        return recipients(() -> null);
    }

    /** The same for a place to whose calls it comes in that way, if there is one when the call begins. */
    Supplier<Recipient> recipients(Supplier<? extends @Nullable Arrival> arrival) {
        long place = ++placesTaken;
        return () -> new MonitorRecipient(id(), stream.lane(place), arrival.get());
    }

    /** It has been given one more place, to which it moves from the others when it is served there. */
    void movesTo(Place place) {
        places.add(place);
    }

    /** Why it is where it is, or on its way to, in words for a person. */
    void placedBecause(String why) {
        placedBecause = why;
    }

    String id() {
        return standing.id();
    }

    Group group() {
        return standing.group();
    }

    MonitorStream stream() {
        return stream;
    }

    /** The link that serves what it asked last. */
    Optional<Link> link() {
        return places.isEmpty()
                ? Optional.empty()
                : Optional.of(places.getLast().stream().link());
    }

    /** The first slot of which the newest request gets everything, once it has begun. */
    OptionalLong activeFromSlot() {
        for (Place place : places.reversed()) {
            if (place.isServed()) {
                return place.activeFromSlot();
            }
        }
        return OptionalLong.empty();
    }

    /** Lets other threads know from which slot on the monitor gets everything. */
    void tellActive() {
        stream.activeFrom(activeFromSlot());
    }

    /** How it is served, and why. */
    MonitorExplanation.Stream explain() {
        Place newest = places.isEmpty() ? null : places.getLast();
        Subscription last = asked;
        String nothingYet = last == null || last.isEmpty()
                ? "it asks for nothing"
                : examination == null
                        ? "it waits for a place"
                        : "what it asks is being tried on a call of its own first";
        return new MonitorExplanation.Stream(
                group(),
                isDedicated(),
                newest == null ? 0 : newest.stream().link().connectionId(),
                newest == null ? 0 : newest.stream().id(),
                newest == null ? "" : newest.stream().stats().description(),
                newest == null ? nothingYet : newest.reason() + "; it came there because " + placedBecause,
                waiting == null && newest != null && newest.isNewestActive(),
                activeFromSlot(),
                last == null ? SubscribeRequest.getDefaultInstance() : last.request(),
                newest == null ? List.of() : newest.filters(),
                newest == null
                        ? List.of()
                        : newest.stream().monitorIds().stream()
                                .filter(other -> !other.equals(id()))
                                .distinct()
                                .sorted()
                                .toList());
    }

    /** The stream of the provider that serves what it asked last; null if none does. */
    @Nullable
    Upstream<?> servedBy() {
        return places.isEmpty() ? null : places.getLast().stream();
    }

    PoolStats.MonitorStats stats() {
        Upstream<?> served = servedBy();
        return new PoolStats.MonitorStats(
                id(),
                group(),
                openedNanos,
                served == null ? 0 : served.link().connectionId(),
                served == null ? 0 : served.id(),
                asked == null ? 0 : asked.filterCount(),
                waiting == null && !places.isEmpty() && places.getLast().isNewestActive(),
                activeFromSlot(),
                stream.updates(),
                stream.bytes(),
                stream.waiting(),
                stream.waitingBytes(),
                new PoolStats.Lag(
                        lagSlots(),
                        stream.mailboxLimits().policy(),
                        stream.dropped(),
                        stream.conflated(),
                        stream.stored(),
                        stream.storedBytes()),
                integrity.samples(),
                integrity.disagreements(),
                rate.perSecond(),
                rate.suggested());
    }
}
