package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Monitors for which room is being made: others move closer together, or a trial ends, and then a stream comes free. Control
 * thread.
 *
 * <p>There are never more of them than streams of monitors ({@link PoolConfig#streamsMax}).
 */
final class WaitingRoom {

    /** How often it is looked whether there is room; a move takes about a slot. */
    static final Duration LOOK = Duration.ofMillis(100);

    /** How long a monitor waits for others to move. */
    static final Duration WAIT_MAX = Duration.ofSeconds(10);

    /** @param sinceNanos since when it waits, for whatever it asks */
    private record Waiting(Subscription subscription, long sinceNanos) {}

    private final PoolContext pool;
    private final Map<Member, Waiting> waiting = new LinkedHashMap<>();
    private boolean looking;

    WaitingRoom(PoolContext pool) {
        this.pool = pool;
    }

    void add(Member member, Subscription subscription) {
        Waiting before = waiting.get(member);
        waiting.put(member, new Waiting(subscription, before == null ? pool.now() : before.sinceNanos()));
        lookLater();
    }

    void remove(Member member) {
        waiting.remove(member);
    }

    private void lookLater() {
        if (!looking) {
            looking = true;
            pool.loop().after(LOOK.toNanos(), this::look);
        }
    }

    private void look() {
        looking = false;
        Map<Member, Waiting> now = new LinkedHashMap<>(waiting);
        waiting.clear();
        now.forEach((member, its) -> {
            if (pool.now() - its.sinceNanos() >= WAIT_MAX.toNanos()) {
                String why = "no room for this subscription: what others used did not come free within "
                        + WAIT_MAX.toSeconds() + " s (streams.per-account, streams.per-connection of profile "
                        + pool.config().profile().name() + ")";
                pool.tally().event("no-room", member.id(), why);
                member.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(why));
            } else {
                tryAgain(member, its);
            }
        });
        if (!waiting.isEmpty()) {
            lookLater();
        }
    }

    private void tryAgain(Member member, Waiting its) {
        member.tryAgain(its.subscription());
        // Who waits again waits since then.
        waiting.computeIfPresent(member, (same, again) -> new Waiting(again.subscription(), its.sinceNanos()));
    }
}
