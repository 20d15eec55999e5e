package io.firehole.pool;

import io.firehole.pool.merging.OwnSubscription;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.Router;
import io.firehole.pool.routing.VerbatimRouter;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * A stream that one monitor has for itself, since what it asks cannot be shared. Its request goes to the provider as it
 * is, so a replay, its errors and whatever our schema does not know are the provider's. Control thread.
 */
final class OwnStream extends Upstream<VerbatimRouter> implements Place {

    private final Member member;
    private final OwnSubscription own;
    private boolean served;
    private boolean left;

    OwnStream(PoolContext pool, long id, Link link, Member member, Subscription subscription) {
        super(pool, id, link, member.group());
        this.member = member;
        this.own = new OwnSubscription(member.recipients(), subscription);
    }

    @Override
    void restart() {
        own.restart();
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
        if (!served && router.requestInEffect() > 0) {
            served = true;
            member.served(this);
        }
        member.tellActive();
    }

    /** What the provider says to this monitor's request is for this monitor; what befell the call is not. */
    @Override
    boolean heed(GrpcStatus why) {
        boolean verdict = switch (why.code()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION, UNIMPLEMENTED, NOT_FOUND -> true;
            case INTERNAL -> !own.isConfirmed() && own.subscription().request().hasFromSlot();
            default -> false;
        };
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
        return !isEnded() && own.accepts(subscription);
    }

    @Override
    public void change(Subscription subscription) {
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
    public OptionalLong activeFromSlot() {
        return own.term().firstWholeSlot();
    }
}
