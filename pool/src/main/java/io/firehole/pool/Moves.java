package io.firehole.pool;

import io.firehole.pool.routing.Handover;
import io.firehole.pool.routing.Router;
import io.firehole.wire.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The monitors that come to a stream or leave it alone, while it goes on for others. Control thread. */
final class Moves {

    /**
     * Handovers that a call may have in mind at once, those of the last minutes included: each of them looks at every
     * update.
     */
    static final int ARRIVALS_MAX = 64;

    /**
     * What a monitor may have missed on its way, until it is known from which slot on it has everything again.
     *
     * @param handover by which it came, if by one
     * @param lastSealedSlot the last slot it is known to have whole
     * @param sinceNanos when it was cut off
     */
    record Missed(
            Member member,
            Place place,
            Optional<Handover> handover,
            OptionalLong lastSealedSlot,
            String cause,
            long sinceNanos) {

        private OptionalLong resumedAtSlot() {
            OptionalLong offered =
                    handover.filter(Handover::isComplete).map(Handover::offered).orElse(OptionalLong.empty());
            OptionalLong whole = offered.isPresent() ? offered : place.activeFromSlot();
            long boundary = handover.flatMap(
                            by -> by.boundary().stream().boxed().findFirst())
                    .orElse(0L);
            return whole.isEmpty() ? whole : OptionalLong.of(Math.max(whole.getAsLong(), boundary));
        }
    }

    private final Upstream<?> stream;
    private final List<Move> coming = new ArrayList<>();
    private final List<Move> going = new ArrayList<>();
    private final List<Missed> missed = new ArrayList<>();

    /** Those by which monitors have come, while their copies of old statuses may still arrive. */
    private final List<Handover> lately = new ArrayList<>();

    Moves(Upstream<?> stream) {
        this.stream = stream;
    }

    /** Whether one more may come. */
    boolean hasRoom() {
        return coming.size() + lately.size() < ARRIVALS_MAX;
    }

    void comes(Move move) {
        coming.add(move);
        stream.openRouter().ifPresent(router -> router.arrive(move.handover()));
    }

    void goes(Move move) {
        going.add(move);
        stream.openRouter()
                .ifPresent(router ->
                        router.depart(move.handover(), List.of(move.from().recipient())));
    }

    /** @param arrived whether its monitor is on this stream by it */
    void over(Move move, boolean arrived) {
        if (going.remove(move)) {
            stream.openRouter().ifPresent(router -> router.forgetDeparture(move.handover()));
        }
        if (coming.remove(move)) {
            if (arrived && move.handover().isComplete()) {
                lately.add(move.handover());
            } else {
                stream.openRouter().ifPresent(router -> router.forgetArrival(move.handover()));
            }
        }
    }

    /** A call is about to begin. */
    void callBegins(Router router) {
        coming.forEach(move -> router.arrive(move.handover()));
    }

    /** The call has told something. */
    void look(Router router) {
        List.copyOf(coming).forEach(Move::look);
        lately.removeIf(handover -> {
            if (handover.isLongOver()) {
                router.forgetArrival(handover);
            }
            return handover.isLongOver();
        });
        noteMissed();
    }

    void callEnded(GrpcStatus why) {
        lately.clear();
        List.copyOf(coming).forEach(move -> move.newCallEnded(why));
        List.copyOf(going).forEach(move -> move.oldCallEnded(why));
    }

    /** Its connection is to be replaced: whether nobody is on the way to it any more; who can stays where it was. */
    boolean haveAllArrivedOrTurnedBack() {
        List.copyOf(coming).forEach(move -> move.turnBack("the connection is being replaced"));
        return coming.isEmpty();
    }

    /** Says so if nobody is on the way to it any more. */
    void checkAllArrived() {
        if (coming.isEmpty()) {
            stream.allHaveArrived();
        }
    }

    void missed(Missed one) {
        missed.add(one);
        noteMissed();
    }

    private void noteMissed() {
        missed.removeIf(one -> !one.member().isNewest(one.place()) || noted(one));
    }

    private boolean noted(Missed one) {
        OptionalLong resumed = one.resumedAtSlot();
        if (resumed.isEmpty()) {
            return false;
        }
        if (one.lastSealedSlot().isEmpty() || one.lastSealedSlot().getAsLong() < resumed.getAsLong() - 1) {
            stream.noteGap(
                    List.of(one.member().id()),
                    one.lastSealedSlot(),
                    resumed.getAsLong() - 1,
                    one.handover().isPresent() ? Gap.Cause.MOVED : Gap.Cause.BROKEN_CALL,
                    one.cause(),
                    one.sinceNanos());
        }
        return true;
    }

    /** The ids of those on the way, in either direction. */
    List<String> onTheirWay() {
        return Stream.concat(coming.stream(), going.stream())
                .map(move -> move.member().id())
                .toList();
    }
}
