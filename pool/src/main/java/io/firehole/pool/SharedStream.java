package io.firehole.pool;

import io.firehole.pool.merging.MergedSubscription;
import io.firehole.pool.merging.Seat;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.LabelRouter;
import io.firehole.pool.routing.Router;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream of monitors that agree on group, commitment and data slices. Control thread. */
final class SharedStream extends Upstream<LabelRouter> {

    private static final Logger log = LoggerFactory.getLogger(SharedStream.class);

    private final Placement placement;
    private final StreamKey key;
    private final MergedSubscription merged;
    private final Map<Seat, SharedPlace> places = new LinkedHashMap<>();

    SharedStream(PoolContext pool, Placement placement, long id, Link link, StreamKey key) {
        super(pool, id, link, key.group());
        this.placement = placement;
        this.key = key;
        this.merged = new MergedSubscription(
                key.commitment(), key.slices(), pool.config().linger().toNanos());
    }

    StreamKey key() {
        return key;
    }

    boolean hasRoomFor(Subscription subscription) {
        return merged.hasRoomFor(subscription);
    }

    Place join(Member member, Subscription subscription) {
        Seat seat = merged.join(member.recipients(), subscription, pool().now());
        SharedPlace place = new SharedPlace(member, seat);
        places.put(seat, place);
        requestChanged();
        return place;
    }

    @Override
    void restart() {
        merged.restart(pool().now());
    }

    @Override
    LabelRouter router(Router.Events events) {
        return new LabelRouter(pool().clock(), events, merged.table());
    }

    @Override
    boolean isRequestDue() {
        return merged.isRequestDue(pool().now());
    }

    @Override
    SubscribeRequest nextRequest() {
        return merged.nextRequest(pool().now());
    }

    @Override
    int lastRequest() {
        return merged.lastRequest();
    }

    @Override
    void publish(LabelRouter router) {
        if (merged.isTableStale()) {
            router.use(merged.table());
        }
    }

    @Override
    void confirm(LabelRouter router) {
        for (Seat seat : merged.confirm(router.requestInEffect(), pool().now())) {
            SharedPlace place = places.get(seat);
            if (place != null) {
                place.member.served(place);
            }
        }
        places.values().forEach(place -> place.member.tellActive());
    }

    /**
     * A request the provider finds invalid ends the call for everybody, and the provider does not say whose filter it was.
     * It was among those it had not taken before, so who asked for such ones goes to another stream and the rest goes on.
     * Where all are under suspicion half of them go; and who is alone under suspicion has its verdict.
     */
    @Override
    boolean heed(GrpcStatus why) {
        if (why.code() != GrpcStatus.Code.INVALID_ARGUMENT) {
            return false;
        }
        pool().tally().invalidRequests++;
        List<Seat> suspects = merged.suspects();
        if (suspects.isEmpty()) {
            log.error(
                    "The provider refused stream {} although it had taken every filter on it: {}", id(), why.message());
            return false;
        }
        if (suspects.size() == 1 && places.size() == 1) {
            Member culprit = memberOf(suspects.getFirst());
            log.warn("The provider refused what monitor {} asks: {}", culprit.id(), why.message());
            culprit.end(why);
            return true;
        }
        List<Seat> leaving =
                suspects.size() < places.size() ? suspects : suspects.subList(suspects.size() / 2, suspects.size());
        SharedStream other = placement.another(this);
        log.warn(
                "The provider refused the request of stream {}: {}. Stream {} tries anew what {} asked",
                id(),
                why.message(),
                other.id(),
                leaving.stream().map(seat -> memberOf(seat).id()).toList());
        leaving.forEach(seat -> move(seat, other));
        other.start();
        return true;
    }

    private void move(Seat seat, SharedStream other) {
        Member member = memberOf(seat);
        Place here = Objects.requireNonNull(places.get(seat));
        if (member.isNewest(here)) {
            member.moved(here, other.join(member, seat.subscription()));
        }
        here.leave();
    }

    private Member memberOf(Seat seat) {
        SharedPlace place = places.get(seat);
        if (place == null) {
            throw new IllegalStateException("a seat of stream " + id() + " has no place");
        }
        return place.member;
    }

    @Override
    boolean isDeserted() {
        return merged.isDeserted(pool().now());
    }

    @Override
    OptionalLong nextChangeNanos() {
        return merged.nextExpiryNanos();
    }

    @Override
    List<String> monitorIds() {
        return places.values().stream().map(place -> place.member.id()).toList();
    }

    @Override
    int monitorCount() {
        return places.size();
    }

    @Override
    PoolStats.StreamStats stats() {
        return stats(key.description(), merged.labelCount(), merged.lingeringCount());
    }

    /** A monitor's place among others. */
    private final class SharedPlace implements Place {

        private final Member member;
        private final Seat seat;

        SharedPlace(Member member, Seat seat) {
            this.member = member;
            this.seat = seat;
        }

        @Override
        public Upstream<?> stream() {
            return SharedStream.this;
        }

        @Override
        public boolean accepts(Subscription subscription) {
            return !isEnded() && !subscription.needsOwnCall() && key.serves(subscription) && hasRoomFor(subscription);
        }

        @Override
        public void change(Subscription subscription) {
            merged.change(seat, subscription, pool().now());
            requestChanged();
        }

        @Override
        public void leave() {
            if (places.remove(seat) != null) {
                merged.leave(seat, pool().now());
                changed();
            }
        }

        @Override
        public boolean isServed() {
            return seat.isActive();
        }

        @Override
        public boolean isNewestActive() {
            return seat.isNewestActive();
        }

        @Override
        public OptionalLong activeFromSlot() {
            return seat.activeFromSlot();
        }
    }
}
