package io.firehole.pool;

import io.firehole.pool.buffer.Recording;
import io.firehole.pool.merging.Carriage;
import io.firehole.pool.merging.MergedSubscription;
import io.firehole.pool.merging.Packing;
import io.firehole.pool.merging.Seat;
import io.firehole.pool.merging.StreamRules;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.planning.Plan;
import io.firehole.pool.planning.Wish;
import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.Handover;
import io.firehole.pool.routing.LabelRouter;
import io.firehole.pool.routing.Recipient;
import io.firehole.pool.routing.Router;
import io.firehole.pool.routing.Target;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream of monitors that agree on group, commitment and data slices. Control thread. */
final class SharedStream extends Upstream<LabelRouter> {

    private static final Logger log = LoggerFactory.getLogger(SharedStream.class);

    private final Placement placement;
    private final StreamKey key;
    private final MergedSubscription merged;
    private final Map<Seat, SharedPlace> places = new LinkedHashMap<>();

    /** With how many filters the provider was seen to refuse it although it takes each of them. */
    private int refusedWithLabels = Integer.MAX_VALUE;

    /** What the present call received lately; null if that is not kept. */
    private @Nullable RecordedCall recorded;

    SharedStream(PoolContext pool, Placement placement, long id, Link link, StreamKey key) {
        this(pool, placement, id, link, key, null, null);
    }

    private SharedStream(
            PoolContext pool,
            Placement placement,
            long id,
            Link link,
            StreamKey key,
            @Nullable SharedStream predecessor,
            @Nullable Handover arrival) {
        super(pool, id, link, key.group(), predecessor, arrival);
        this.placement = placement;
        this.key = key;
        this.merged = new MergedSubscription(
                key.commitment(),
                key.slices(),
                pool.config().linger().toNanos(),
                StreamRules.of(pool.config().profile()));
    }

    StreamKey key() {
        return key;
    }

    /** How everybody's filters and those of one more would travel. */
    Packing packingWith(Subscription subscription) {
        return merged.packingWith(subscription, null);
    }

    boolean hasRoomFor(Subscription subscription) {
        return merged.labelCount() + subscription.filterCount() < refusedWithLabels
                && packingWith(subscription) instanceof Packing.Packed;
    }

    /** The provider refuses it with these filters, although it takes each of them. */
    void isFullWith(Subscription subscription) {
        refusedWithLabels = merged.labelCount() + subscription.filterCount();
    }

    /** Whether it serves anybody else. */
    boolean servesOthersThan(Member member) {
        return places.values().stream().anyMatch(place -> place.member != member);
    }

    /** The complete request as it would be with these as well; empty if there is no room for them. */
    Optional<SubscribeRequest> preview(List<Subscription> newcomers) {
        return merged.preview(newcomers);
    }

    @Override
    List<Watched> watched(LabelRouter router) {
        if (isRetiring() || arrival() != null) {
            return List.of();
        }
        long highest = router.slots().highest().orElse(0);
        List<Watched> crew = new ArrayList<>();
        places.values().forEach(place -> place.watched(highest).ifPresent(crew::add));
        return crew;
    }

    @Override
    void record(LabelRouter router) {
        if (!pool().buffer().isOff()) {
            Recording begun = pool().buffer().record(key.commitment());
            router.record(begun);
            recorded = new RecordedCall(begun, merged.history());
        }
    }

    @Override
    Optional<RecordedCall> recorded() {
        return Optional.ofNullable(recorded);
    }

    @Override
    void callOver() {
        if (recorded != null) {
            recorded.recording().end();
            recorded = null;
        }
    }

    @Override
    void opened() {
        placement.vetting().changed(this);
    }

    @Override
    void ended() {
        placement.vetting().changed(this);
    }

    Place join(Member member, Subscription subscription) {
        if (subscription.replayFrom().isPresent()) {
            return joinAfterReplay(
                    member, subscription.lasting(), subscription.replayFrom().getAsLong());
        }
        Way way = new Way(this::joining);
        Seat seat = merged.join(member.recipients(way), subscription, pool().now());
        SharedPlace place =
                new SharedPlace(member, seat, way, isRecovering() || arrival() != null, OptionalLong.empty());
        places.put(seat, place);
        requestChanged();
        return place;
    }

    private Place joinAfterReplay(Member member, Subscription subscription, long fromSlot) {
        Way way = new Way(this::joining);
        Recovery recovery = recoveries().newcomer();
        way.recoversBy(recovery);
        Supplier<Recipient> recipients = member.recipients(way);
        Recipient replayed = way.directly(recipients);
        Seat seat = merged.join(recipients, subscription, pool().now());
        SharedPlace place = new SharedPlace(member, seat, way, true, OptionalLong.of(fromSlot));
        place.owedFrom = OptionalLong.of(fromSlot);
        place.owedFor = subscription;
        recovery.add(CutOff.asking(member, place, subscription, replayed, fromSlot));
        places.put(seat, place);
        requestChanged();
        return place;
    }

    @Override
    CommitmentLevel level() {
        return key.commitment();
    }

    /** For a moment there are two calls, which the provider must allow. */
    @Override
    boolean canBeHandedOver() {
        return maySpareStream();
    }

    @Override
    @Nullable
    SharedStream follower(Handover arrival) {
        SharedStream follower =
                new SharedStream(pool(), placement, placement.nextStreamId(), link(), key, this, arrival);
        for (SharedPlace place : places.values()) {
            // Who is already on the way to another stream goes there, and not along.
            if (place.member.isNewest(place)) {
                follower.take(place);
            }
        }
        return follower.places.isEmpty() ? null : follower;
    }

    private void take(SharedPlace before) {
        Subscription subscription = before.seat.subscription();
        SharedPlace place = take(before.member, subscription, before.isAccepted(), this::comingTo, before);
        place.owes(before);
        before.member.movesTo(place);
    }

    private SharedPlace take(
            Member member,
            Subscription subscription,
            boolean accepted,
            Supplier<? extends @Nullable Arrival> arrival,
            Place before) {
        Way way = new Way(arrival);
        var recipients = member.recipients(way);
        Seat seat = accepted
                ? merged.joinAccepted(recipients, subscription, pool().now())
                : merged.join(recipients, subscription, pool().now());
        SharedPlace place = new SharedPlace(member, seat, way, true, before.wholeFromSlot(subscription));
        places.put(seat, place);
        return place;
    }

    /** Takes in a monitor that comes from another call by that move; the calls know of it already. */
    Place receive(Move move) {
        Place place = take(
                move.member(),
                move.subscription(),
                move.isAccepted(),
                () -> move.arrivalOr(this::catchingUp),
                move.from());
        requestChanged();
        return place;
    }

    @Override
    List<Recipient> leaving() {
        return places.values().stream()
                .filter(place -> place.member.isNewest(place))
                .map(SharedPlace::recipient)
                .toList();
    }

    @Override
    void settleIn() {
        for (SharedPlace place : List.copyOf(places.values())) {
            if (place.arriving && !place.member.isMovingTo(place) && place.way.recovery() == null) {
                place.settle();
            }
        }
    }

    @Override
    List<CutOff> cutOff() {
        return places.values().stream()
                .flatMap(place -> place.cutOff().stream())
                .toList();
    }

    @Override
    void inherits(Upstream<?> before) {
        if (before instanceof SharedStream theirs) {
            for (SharedPlace place : places.values()) {
                theirs.places.values().stream()
                        .filter(old -> place.arriving && place.owedFrom.isEmpty() && old.member.equals(place.member))
                        .filter(old -> old.seat.subscription().equals(place.seat.subscription()))
                        .findFirst()
                        .ifPresent(place::inherits);
            }
        }
    }

    @Override
    Replay replay(List<CutOff> cutOff) {
        MergedSubscription missed = new MergedSubscription(
                key.commitment(),
                key.slices(),
                0,
                StreamRules.of(pool().config().profile()));
        cutOff.forEach(each -> missed.joinAccepted(each::recipient, each.subscription(), pool().now()));
        SubscribeRequest request = missed.nextRequest(pool().now());
        return new Replay(request, (events, gate) -> new LabelRouter(pool().clock(), events, missed.table(), gate));
    }

    @Override
    int spareStreams() {
        return placement.spareStreams();
    }

    @Override
    void restart() {
        places.values().forEach(SharedPlace::restart);
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
        merged.history().forgetBefore(recorded == null ? Target.NEVER : recorded.oldestRequest());
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
            if (place != null && !place.arriving) {
                place.member.served(place);
            }
        }
        places.values().forEach(SharedPlace::noteProgress);
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
        if (suspects.isEmpty() && merged.hasUnions() && places.size() > 1) {
            // Each filter was taken, but as others united them this time.
            suspects = List.copyOf(merged.seats());
        }
        if (suspects.isEmpty()) {
            log.error(
                    "The provider refused stream {} although it had taken every filter on it: {}", id(), why.message());
            return false;
        }
        List<Seat> untried = suspects.stream()
                .filter(seat -> !placement.vetting().knows(seat.subscription()))
                .toList();
        if (untried.isEmpty()) {
            // None of them is at fault, it seems, but all of them together.
            refusedWithLabels = merged.labelCount();
            suspects.forEach(seat -> placement.vetting().doubt(seat.subscription()));
        } else {
            suspects = untried;
        }
        if (suspects.size() == 1 && places.size() == 1) {
            Seat culprit = suspects.getFirst();
            placement.vetting().refused(culprit.subscription(), why);
            Member member = memberOf(culprit);
            placement.noteVerdict(member, new Verdict.Refused(why, false));
            member.end(why);
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
    List<Member> newestHere() {
        return places.values().stream()
                .filter(place -> place.member.isNewest(place))
                .map(place -> place.member)
                .toList();
    }

    /** Who is on it. */
    List<Member> members() {
        return places.values().stream().map(place -> place.member).toList();
    }

    @Override
    Plan.Stream planned() {
        boolean joinable = !isEnded() && !isRetiring() && moves().hasRoom();
        List<Wish> wishes = places.values().stream()
                .map(place -> Placement.wish(place.member, place.seat.subscription()))
                .toList();
        return new Plan.Stream(id(), key.commitment(), key.slices(), joinable, refusedWithLabels, wishes);
    }

    /** Ends the monitor that came last of those whose union brings too much in vain; whether there was one. */
    boolean endTooWideUnion() {
        double max = pool().config().wideningMax();
        Optional<MergedSubscription.WideUnion> union = merged.tooWide(max);
        union.ifPresent(wide -> {
            Member member = memberOf(wide.last());
            String why = String.format(
                    Locale.ROOT,
                    "the provider allows too few filters (profile %s, %s) to ask for what this monitor wants by itself; united"
                            + " with others it brought %d updates for %d that were asked for, limit %s times"
                            + " (pool.widening-max)",
                    pool().config().profile().name(),
                    wide.rule(),
                    wide.received(),
                    wide.wanted(),
                    max);
            log.warn("Monitor {} has no place any more: {}", member.id(), why);
            pool().tally().event("too-wide", member.id(), why);
            member.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(why));
        });
        return union.isPresent();
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
    private final class SharedPlace implements Place, Watched.Post {

        private final Member member;
        private final Seat seat;
        private final Way way;

        /** Whether its monitor is still served by the stream from which it comes. */
        private boolean arriving;

        /** Whether it asked for something else since it set out. */
        private boolean changedOnTheWay;

        /** What it is to get, while that is clear. */
        private @Nullable Watched watched;

        /** What it asked last of which is known that the provider takes it. */
        private @Nullable Subscription taken;

        /** From which slot on it got everything there. */
        private OptionalLong activeFromBefore;

        /** From which slot on this stream has owed it everything since a call broke off first. */
        private OptionalLong owedFrom = OptionalLong.empty();

        /** What it had asked then. */
        private @Nullable Subscription owedFor;

        SharedPlace(Member member, Seat seat, Way way, boolean arriving, OptionalLong activeFromBefore) {
            this.member = member;
            this.seat = seat;
            this.way = way;
            this.arriving = arriving;
            this.activeFromBefore = activeFromBefore;
        }

        /** What is to be watched here, if it is clear what this monitor is to get. */
        Optional<Watched> watched(long highestSlot) {
            if (!isWatchable() || !(seat.recipient() instanceof MonitorRecipient recipient)) {
                return Optional.empty();
            }
            Watched before = watched;
            if (before == null || before.subscription() != seat.subscription() || before.recipient() != recipient) {
                watched = new Watched(this, seat.subscription(), recipient, highestSlot);
            }
            return Optional.ofNullable(watched);
        }

        private boolean isWatchable() {
            return !arriving && seat.isNewestActive() && member.hasOnly(this);
        }

        @Override
        public boolean isStill(Watched then) {
            return places.get(seat) == this
                    && watched == then
                    && isWatchable()
                    && seat.subscription() == then.subscription()
                    && seat.recipient() == then.recipient()
                    && !isEnded()
                    && !isRetiring()
                    && arrival() == null
                    && !member.stream().isOver();
        }

        @Override
        public Member member() {
            return member;
        }

        private void inherits(SharedPlace before) {
            owes(before);
            if (activeFromBefore.isEmpty()) {
                activeFromBefore = before.activeFromSlot();
            }
        }

        /** It owes what that one owed, by which its monitor was served. */
        private void owes(SharedPlace before) {
            OptionalLong since = before.owedFrom.isPresent() ? before.owedFrom : before.seat.activeFromSlot();
            if (before.seat.isNewestActive()) {
                owedFrom = since;
                owedFor = seat.subscription();
            }
        }

        /** What its monitor is owed if its call is over now; empty if it was not yet served whole. */
        private Optional<CutOff> cutOff() {
            if (member.isMovingTo(this) || !member.isNewest(this) || way.recovery() != null) {
                return Optional.empty();
            }
            Subscription asked = seat.subscription();
            OptionalLong since = seat.activeFromSlot();
            if (since.isPresent() && (owedFrom.isEmpty() || (!asked.equals(owedFor) && seat.isNewestActive()))) {
                owedFrom = since;
                owedFor = asked;
            }
            return owedFrom.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            CutOff.broken(member, this, asked, another(), seat.contentToCome(), owedFrom.getAsLong()));
        }

        @Override
        public Recipient another() {
            return way.directly(seat::another);
        }

        @Override
        public boolean isHeld() {
            return places.get(seat) == this;
        }

        @Override
        public void recoversBy(Recovery recovery) {
            way.recoversBy(recovery);
        }

        /** The next call begins. */
        private void restart() {
            if (way.recovery() != null) {
                return;
            }
            boolean goesOn = isRecovering()
                    && owedFrom.isPresent()
                    && (seat.isNewestActive() || seat.subscription().equals(owedFor));
            activeFromBefore = goesOn ? activeFromSlot() : OptionalLong.empty();
            arriving = isRecovering() || arrival() != null || member.isMovingTo(this);
        }

        void noteProgress() {
            member.tellActive();
            Subscription asked = seat.subscription();
            if (taken != asked && seat.isAccepted()) {
                taken = asked;
                placement.vetting().served(asked);
            }
        }

        @Override
        public Upstream<?> stream() {
            return SharedStream.this;
        }

        @Override
        public boolean accepts(Subscription subscription) {
            return !isEnded()
                    && !isRetiring()
                    && !subscription.needsOwnCall()
                    && subscription.replayFrom().isEmpty()
                    && key.serves(subscription)
                    && merged.packingWith(subscription, seat) instanceof Packing.Packed;
        }

        @Override
        public void change(Subscription subscription) {
            activeFromBefore = OptionalLong.empty();
            changedOnTheWay |= arriving;
            merged.change(seat, subscription, pool().now());
            requestChanged();
        }

        @Override
        public void leave() {
            if (places.remove(seat) != null) {
                Recovery mine = way.recovery();
                if (mine != null) {
                    mine.left(this);
                }
                merged.leave(seat, pool().now());
                changed();
            }
        }

        @Override
        public boolean isServed() {
            return seat.isActive() && !arriving;
        }

        @Override
        public boolean isNewestActive() {
            return seat.isNewestActive();
        }

        @Override
        public String reason() {
            long others = places.values().stream()
                    .filter(place -> !place.member.id().equals(member.id()))
                    .map(place -> place.member.id())
                    .distinct()
                    .count();
            String same = "the group " + key.group().word() + " at " + key.description();
            return others == 0
                    ? "it is the only one now of " + same + " on its connection"
                    : "it is of " + same + ", as " + (others == 1 ? "is 1 other" : "are " + others + " others")
                            + " on this stream, and all their filters fit one request";
        }

        @Override
        public List<MonitorExplanation.Filter> filters() {
            return merged.carriages(seat).stream().map(this::explained).toList();
        }

        private MonitorExplanation.Filter explained(Carriage carriage) {
            Optional<String> label = Optional.empty();
            Optional<MonitorExplanation.Union> union = Optional.empty();
            switch (carriage.vehicle()) {
                case Carriage.Vehicle.Unsent unsent -> {}
                case Carriage.Vehicle.Alone(String text) -> label = Optional.of(text);
                case Carriage.Vehicle.United united -> {
                    label = Optional.of(united.label());
                    union = Optional.of(new MonitorExplanation.Union(
                            Optional.of(united.union().message()),
                            united.filters(),
                            united.received(),
                            united.wanted()));
                }
                case Carriage.Vehicle.ByInternal internal ->
                    union = Optional.of(new MonitorExplanation.Union(Optional.empty(), 0, 0, 0));
            }
            return new MonitorExplanation.Filter(
                    carriage.filter().kind(),
                    carriage.name(),
                    carriage.filter().message(),
                    label,
                    union,
                    carriage.fellows().stream()
                            .map(fellow -> memberOf(fellow).id())
                            .filter(id -> !id.equals(member.id()))
                            .distinct()
                            .sorted()
                            .toList());
        }

        @Override
        public OptionalLong activeFromSlot() {
            return activeFromBefore.isPresent() ? activeFromBefore : seat.activeFromSlot();
        }

        @Override
        public OptionalLong wholeFromSlot() {
            return isServed() ? activeFromSlot() : isRecovering() ? activeFromBefore : OptionalLong.empty();
        }

        @Override
        public Recipient recipient() {
            return seat.recipient();
        }

        @Override
        public Optional<Subscription> onward() {
            return Optional.of(seat.subscription());
        }

        @Override
        public boolean isAccepted() {
            return seat.isAccepted();
        }

        @Override
        public void arrived(OptionalLong wholeFrom) {
            activeFromBefore = changedOnTheWay ? OptionalLong.empty() : wholeFrom;
            settle();
        }

        private void settle() {
            arriving = false;
            if (isServed()) {
                member.served(this);
            }
        }
    }
}
