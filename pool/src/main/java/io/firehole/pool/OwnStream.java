package io.firehole.pool;

import io.firehole.pool.merging.OwnSubscription;
import io.firehole.pool.merging.StreamRules;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.planning.Plan;
import io.firehole.pool.planning.Wish;
import io.firehole.pool.routing.Handover;
import io.firehole.pool.routing.Recipient;
import io.firehole.pool.routing.Router;
import io.firehole.pool.routing.VerbatimRouter;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream that one monitor has for itself, since what it asks cannot be shared. Its request goes to the provider as it
 * is, so a replay, its errors and whatever our schema does not know are the provider's. Control thread.
 */
final class OwnStream extends Upstream<VerbatimRouter> implements Place {

    private final Placement placement;
    private final Member member;
    private final OwnSubscription own;

    /** From which slot on the monitor got everything on the stream from which it comes. */
    private OptionalLong activeFromBefore;

    /** From which slot on it has owed its monitor everything since a call broke off first. */
    private OptionalLong owedFrom = OptionalLong.empty();

    /** What it had asked then. */
    private @Nullable Subscription owedFor;

    /** Whether its monitor came by a move of its own, so that another stream owed it what came before. */
    private boolean movedHere;

    private boolean begun;
    private boolean served;
    private boolean left;

    /** Whether the monitor is still served by another call, from which it comes by a move of its own. */
    private boolean arriving;

    /** Whether it asked for something else since it set out. */
    private boolean changedOnTheWay;

    OwnStream(PoolContext pool, Placement placement, long id, Link link, Member member, Subscription subscription) {
        this(pool, placement, id, link, member, subscription, null, null);
    }

    /** One for a monitor that comes from another call by that move. */
    OwnStream(PoolContext pool, Placement placement, long id, Link link, Move move) {
        super(pool, id, link, move.member().group());
        this.placement = placement;
        this.member = move.member();
        this.activeFromBefore = OptionalLong.empty();
        this.arriving = true;
        this.movedHere = true;
        this.own = new OwnSubscription(
                member.recipients(() -> move.arrivalOr(this::catchingUp)),
                move.subscription(),
                StreamRules.of(pool.config().profile()));
    }

    private OwnStream(
            PoolContext pool,
            Placement placement,
            long id,
            Link link,
            Member member,
            Subscription subscription,
            @Nullable OwnStream predecessor,
            @Nullable Handover arrival) {
        super(pool, id, link, member.group(), predecessor, arrival);
        this.placement = placement;
        this.member = member;
        this.activeFromBefore = predecessor == null ? OptionalLong.empty() : predecessor.wholeFromSlot(subscription);
        this.own = new OwnSubscription(
                member.recipients(this::comingTo),
                subscription,
                StreamRules.of(pool.config().profile()));
    }

    @Override
    CommitmentLevel level() {
        return own.subscription().commitment();
    }

    /** A replay that has not begun begins on the next call; and for a moment there are two calls, which the provider must allow. */
    @Override
    boolean canBeHandedOver() {
        return !own.awaitsReplay() && maySpareStream();
    }

    @Override
    @Nullable
    OwnStream follower(Handover arrival) {
        if (!member.isNewest(this)) {
            return null;
        }
        OwnStream follower =
                new OwnStream(pool(), placement, placement.nextStreamId(), link(), member, own.onward(), this, arrival);
        follower.owedFrom = owedFrom.isPresent() ? owedFrom : movedHere ? own.activeFromSlot() : activeFromSlot();
        follower.owedFor = follower.own.subscription();
        member.movesTo(follower);
        return follower;
    }

    @Override
    void settleIn() {
        if (begun) {
            serve();
        }
    }

    @Override
    public void arrived(OptionalLong wholeFrom) {
        arriving = false;
        activeFromBefore = changedOnTheWay ? OptionalLong.empty() : wholeFrom;
        if (begun) {
            serve();
        }
    }

    @Override
    List<Recipient> leaving() {
        return List.of(own.recipient());
    }

    private void serve() {
        served = true;
        member.served(this);
    }

    @Override
    List<CutOff> cutOff() {
        if (left || arriving || !member.isNewest(this)) {
            return List.of();
        }
        Subscription asked = own.subscription();
        OptionalLong since = movedHere ? own.activeFromSlot() : activeFromSlot();
        if (since.isPresent() && (owedFrom.isEmpty() || (!asked.equals(owedFor) && own.isConfirmed()))) {
            owedFrom = since;
            owedFor = asked;
        }
        return owedFrom.isEmpty()
                ? List.of()
                : List.of(CutOff.broken(
                        member, this, own.onward(), own.another(), own.term().contentToCome(), owedFrom.getAsLong()));
    }

    @Override
    void inherits(Upstream<?> before) {
        if (before instanceof OwnStream theirs && owedFrom.isEmpty()) {
            owedFrom = theirs.owedFrom.isPresent()
                    ? theirs.owedFrom
                    : theirs.movedHere ? theirs.own.activeFromSlot() : theirs.activeFromSlot();
            owedFor = own.subscription();
            if (activeFromBefore.isEmpty()) {
                activeFromBefore = theirs.activeFromSlot();
            }
        }
    }

    @Override
    Replay replay(List<CutOff> cutOff) {
        CutOff mine = cutOff.getFirst();
        OwnSubscription missed = new OwnSubscription(
                mine::recipient,
                mine.subscription(),
                StreamRules.of(pool().config().profile()));
        SubscribeRequest request = missed.nextRequest();
        return new Replay(
                request,
                (events, gate) -> new VerbatimRouter(pool().clock(), events, missed.prefix(), missed.term(), gate));
    }

    @Override
    int spareStreams() {
        return placement.spareStreams();
    }

    @Override
    void restart() {
        activeFromBefore = isRecovering() && owedFrom.isPresent() ? activeFromSlot() : OptionalLong.empty();
        own.restart();
        begun = false;
        served = false;
    }

    @Override
    VerbatimRouter router(Router.Events events) {
        return new VerbatimRouter(pool().clock(), events, own.prefix(), own.term());
    }

    @Override
    boolean isRequestDue() {
        return own.isRequestDue();
    }

    @Override
    SubscribeRequest nextRequest() {
        return own.nextRequest();
    }

    @Override
    int lastRequest() {
        return own.lastRequest();
    }

    @Override
    void publish(VerbatimRouter router) {
        router.use(own.term());
    }

    @Override
    void confirm(VerbatimRouter router) {
        own.confirm(router.requestInEffect());
        begun |= router.requestInEffect() > 0;
        if (begun && !served && !arriving && comingTo() == null) {
            serve();
        }
        member.tellActive();
    }

    /** What the provider says to this monitor's request is for this monitor; what befell the call is not. */
    @Override
    boolean heed(GrpcStatus why) {
        boolean verdict = isVerdict(why)
                || (why.code() == GrpcStatus.Code.INTERNAL
                        && !own.isConfirmed()
                        && own.subscription().request().hasFromSlot());
        if (verdict) {
            member.end(why);
        }
        return verdict;
    }

    @Override
    boolean isDeserted() {
        return left;
    }

    @Override
    OptionalLong nextChangeNanos() {
        return OptionalLong.empty();
    }

    @Override
    List<Member> newestHere() {
        return !left && member.isNewest(this) ? List.of(member) : List.of();
    }

    @Override
    Plan.Stream planned() {
        Subscription subscription = own.subscription();
        List<Wish> wishes = left ? List.of() : List.of(Placement.wish(member, subscription));
        return new Plan.Stream(
                id(), subscription.commitment(), subscription.slices(), false, Integer.MAX_VALUE, wishes);
    }

    @Override
    List<String> monitorIds() {
        return left ? List.of() : List.of(member.id());
    }

    @Override
    int monitorCount() {
        return left ? 0 : 1;
    }

    @Override
    PoolStats.StreamStats stats() {
        String level = own.subscription().commitment().name().toLowerCase(Locale.ROOT);
        return stats(level + ", for one monitor", own.subscription().filterCount(), 0);
    }

    @Override
    public Upstream<?> stream() {
        return this;
    }

    @Override
    public boolean accepts(Subscription subscription) {
        return !isEnded() && !isRetiring() && own.accepts(subscription) && (isSettled() || isOneHandover(subscription));
    }

    private boolean isSettled() {
        return !arriving && comingTo() == null && own.recipient().isSettled();
    }

    /** Whether a handover that is not long over can go on if that is asked: it knows slots at one level, and no replay. */
    private boolean isOneHandover(Subscription subscription) {
        return subscription.commitment() == level() && !subscription.request().hasFromSlot();
    }

    @Override
    public void change(Subscription subscription) {
        activeFromBefore = OptionalLong.empty();
        changedOnTheWay |= arriving;
        own.change(subscription);
        requestChanged();
    }

    @Override
    public void leave() {
        if (!left) {
            left = true;
            own.leave();
            end();
        }
    }

    @Override
    public boolean isServed() {
        return served;
    }

    @Override
    public boolean isNewestActive() {
        return own.isConfirmed();
    }

    @Override
    public String reason() {
        Subscription asked = own.subscription();
        if (asked.request().hasFromSlot()) {
            return "it asks for a replay, which would go to everybody on a shared stream";
        }
        if (asked.needsOwnCall()) {
            return "its request has fields that Firehole does not know, which cannot be merged";
        }
        return member.isDedicated()
                ? "it is configured to have a stream for itself"
                : "it was taken apart from the others; its events say why";
    }

    @Override
    public List<MonitorExplanation.Filter> filters() {
        return MonitorExplanation.Filter.asIs(own.subscription().request());
    }

    @Override
    public boolean isHeld() {
        return !left;
    }

    /** It is never shared, so its monitor's replays are the provider's. */
    @Override
    public void recoversBy(Recovery recovery) {
        throw new IllegalStateException("a replay on stream " + id() + " goes to the provider as it is");
    }

    @Override
    public Recipient another() {
        return own.another();
    }

    @Override
    public Recipient recipient() {
        return own.recipient();
    }

    @Override
    public Optional<Subscription> onward() {
        return own.awaitsReplay() ? Optional.empty() : Optional.of(own.onward());
    }

    @Override
    public boolean isAccepted() {
        return own.isConfirmed();
    }

    @Override
    public OptionalLong activeFromSlot() {
        return activeFromBefore.isPresent() ? activeFromBefore : own.activeFromSlot();
    }

    @Override
    public OptionalLong wholeFromSlot() {
        return isServed() ? activeFromSlot() : isRecovering() ? activeFromBefore : OptionalLong.empty();
    }
}
