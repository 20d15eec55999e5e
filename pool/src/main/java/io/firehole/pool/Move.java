package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.Handover;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One monitor's way from its place to another, while the calls of both go on and may serve others. Control thread.
 *
 * <p>It takes the new place first, is handed over at the boundary of a slot (see {@link Handover}), and then leaves the
 * old one, so that it misses nothing and gets nothing twice.
 *
 * <p>If the new call ends before the boundary is settled, or shows no slot that it has whole for {@link #OFFER_PATIENCE},
 * the monitor stays where it was as if nothing had been. If the old call ends, or shows no seal for
 * {@link Upstream#HANDOVER_PATIENCE}, the monitor goes on with what the new one has, and what it may have missed is recorded
 * as a gap; likewise if the new call ends when the old one has already left slots to it.
 */
final class Move {

    /** How long the new call may take, its connection included, until it knows a slot that it has whole. */
    static final Duration OFFER_PATIENCE = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(Move.class);

    /** How it stands. */
    private enum State {
        UNDER_WAY,
        /** The new place serves the monitor, or is to. */
        ARRIVED,
        /** The monitor stays where it was, or has left altogether. */
        GIVEN_UP
    }

    /** Where the monitor was cut off. */
    private record Cut(OptionalLong lastSealedSlot, String cause) {}

    private final PoolContext pool;
    private final Member member;
    private final Place from;
    private final Subscription subscription;

    /** Whether it asks for the same as before, and is to be elsewhere only. */
    private final boolean isRelocation;

    private final Handover handover;
    private @Nullable Place to;
    private @Nullable Timer patience;
    private @Nullable Cut cut;
    private boolean offered;
    private State state = State.UNDER_WAY;

    /** @param subscription what it asks in the new place: at the same commitment, and without a replay */
    Move(PoolContext pool, Member member, Place from, Subscription subscription) {
        this.pool = pool;
        this.member = member;
        this.from = from;
        this.subscription = subscription;
        this.isRelocation = from.onward()
                .filter(here -> here.request().equals(subscription.request()))
                .isPresent();
        this.handover = new Handover(from.stream().level());
    }

    /**
     * Sets out.
     *
     * @param target the stream of the new place
     * @param take takes that place
     */
    void begin(Upstream<?> target, Supplier<Place> take) {
        from.stream().moves().goes(this);
        target.moves().comes(this);
        Place taken = take.get();
        to = taken;
        member.setsOut(this, taken);
        patience = pool.loop().after(OFFER_PATIENCE.toNanos(), () -> {
            if (!offered) {
                giveUp("the new call showed no whole slot within " + OFFER_PATIENCE.toSeconds() + " s");
            }
        });
    }

    Member member() {
        return member;
    }

    Place from() {
        return from;
    }

    Subscription subscription() {
        return subscription;
    }

    /** Whether the provider is known to take what is asked. */
    boolean isAccepted() {
        return isRelocation && from.isAccepted();
    }

    Handover handover() {
        return handover;
    }

    /** How a new recipient comes: as all on that stream do, once the move is over. */
    @Nullable
    Arrival arrivalOr(Supplier<? extends @Nullable Arrival> ofAll) {
        return state == State.UNDER_WAY ? handover : ofAll.get();
    }

    boolean leadsTo(Place place) {
        return place.equals(to);
    }

    boolean isBetween(Place place) {
        return place.equals(from) || place.equals(to);
    }

    /** The new call has told something. */
    void look() {
        if (state != State.UNDER_WAY) {
            return;
        }
        if (handover.isComplete()) {
            arrive();
        } else if (handover.isOffered() && !offered) {
            offered = true;
            bePatient(from.stream().lastSealed());
        }
    }

    private void bePatient(OptionalLong sealed) {
        cancelTimer();
        patience = pool.loop().after(Upstream.HANDOVER_PATIENCE.toNanos(), () -> {
            if (state != State.UNDER_WAY) {
                return;
            }
            OptionalLong sealedNow = from.stream().lastSealed();
            if (sealedNow.equals(sealed)) {
                cutNow("no slot was sealed within " + Upstream.HANDOVER_PATIENCE.toSeconds() + " s");
                handover.force();
            }
            bePatient(sealedNow);
        });
    }

    private void cutNow(String cause) {
        if (cut == null) {
            cut = new Cut(from.stream().lastSealed(), cause);
        }
    }

    private void arrive() {
        Place arrived = over(State.ARRIVED);
        boolean whole = !handover.wasForced();
        if (!whole) {
            cutNow("too much had to be held back");
            missed(arrived);
        }
        arrived.arrived(whole ? from.wholeFromSlot(subscription) : OptionalLong.empty());
        log.info(
                "Monitor {} goes on on stream {} instead of stream {}",
                member.id(),
                arrived.stream().id(),
                from.stream().id());
        member.arrived();
        arrived.stream().moves().checkAllArrived();
    }

    /** The call of the old place has ended. */
    void oldCallEnded(GrpcStatus why) {
        if (state == State.UNDER_WAY) {
            cutNow(why.toString());
            handover.force();
            member.left(from);
        }
    }

    /** The call of the new place has ended. */
    void newCallEnded(GrpcStatus why) {
        if (state == State.UNDER_WAY) {
            if (handover.isComplete()) {
                arrive();
            } else {
                giveUp(why.toString());
            }
        }
    }

    /** Stays where it was, if that is still possible. */
    void turnBack(String why) {
        if (state == State.UNDER_WAY && handover.cancel()) {
            Place target = over(State.GIVEN_UP);
            log.info(
                    "Monitor {} stays on stream {} and does not go to stream {}: {}",
                    member.id(),
                    from.stream().id(),
                    target.stream().id(),
                    why);
            stay(target);
        }
    }

    private void stay(Place target) {
        member.turnedBack(from, target, isRelocation);
        target.stream().moves().checkAllArrived();
    }

    private void giveUp(String why) {
        if (handover.cancel()) {
            Place target = over(State.GIVEN_UP);
            log.warn(
                    "Monitor {} stays on stream {}, since its way to stream {} is barred: {}",
                    member.id(),
                    from.stream().id(),
                    target.stream().id(),
                    why);
            stay(target);
            return;
        }
        // The old call has left slots to the new one, or is gone: there is no way back.
        if (cut == null) {
            long boundary = handover.boundary().orElse(0);
            cut = new Cut(boundary > 0 ? OptionalLong.of(boundary - 1) : OptionalLong.empty(), why);
        }
        Place target = over(State.ARRIVED);
        missed(target);
        target.arrived(OptionalLong.empty());
        member.arrived();
        target.stream().moves().checkAllArrived();
    }

    /** The monitor has left one of the two places for another reason. */
    void drop() {
        if (state == State.UNDER_WAY) {
            handover.cancel();
            over(State.GIVEN_UP);
        }
    }

    private void missed(Place arrived) {
        Cut mine = Objects.requireNonNull(cut);
        arrived.stream()
                .moves()
                .missed(new Moves.Missed(
                        member, arrived, Optional.of(handover), mine.lastSealedSlot(), mine.cause(), pool.now()));
    }

    private Place over(State how) {
        state = how;
        cancelTimer();
        Place target = Objects.requireNonNull(to, "a move that has begun");
        member.moveIsOver(this);
        from.stream().moves().over(this, false);
        target.stream().moves().over(this, how == State.ARRIVED);
        return target;
    }

    private void cancelTimer() {
        if (patience != null) {
            patience.cancel();
        }
    }
}
