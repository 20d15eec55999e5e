package io.firehole.pool;

import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import io.grpc.Deadline;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which connection serves the calls that a monitor makes with stubs of its own. Control thread, but for {@link #begin},
 * {@link #over}, {@link #release} and {@link #callbacks}.
 *
 * <p>A monitor that calls has a <em>lease</em>: the link that it comes back to with each call. It gets one in this order: the
 * link that carries its streams; a link nobody uses; a new one, within the group's share and the pool's maximum; the least
 * recently used one of the group, or of any group if it has none, which it then shares. Nobody loses a connection by
 * that: HTTP/2 carries many calls.
 *
 * <p>A lease holds nothing open. A connection without streams and open calls is closed after the time to live, leased or
 * not; the monitor's next call finds another. What a lease says is where a call goes when there is a choice.
 *
 * <p>A call that is {@linkplain LeasedCall#isRelayed relayed} for a client of somebody else has no lease, and opens a connection
 * only if there is none: it goes where its monitor's streams are, else to the least recently used connection.
 *
 * <p>While a leased connection is away its monitor's calls go out on another one. While it is opening for the first time
 * they wait for it, but no longer than {@link #SHARE_AFTER_NANOS} if another is ready; and in all for
 * {@link PoolConfig#unaryWait}.
 */
final class Leases {

    /** Calls that may wait for a connection. */
    static final int WAITING_MAX = 1_024;

    /** Calls that one monitor may have open or waiting. */
    static final int CALLS_MAX = 1_024;

    /** Calls relayed for others that may be open or wait, of all monitors together. */
    static final int RELAYED_MAX = 1_024;

    /** Monitors whose connection is remembered; of more, the one that has not called for longest is forgotten. */
    static final int LEASES_MAX = 10_000;

    /** How long a call waits for its own connection while another one could take it. */
    static final long SHARE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PoolContext pool;
    private final Links links;
    private final Placement placement;
    private final Executor callbacks;

    /** By monitor id, the least recently used first. */
    private final Map<String, Lease> leases = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<LeasedCall<?, ?>, Errand> errands = new HashMap<>();
    private final Map<LeasedCall<?, ?>, Errand> waiting = new LinkedHashMap<>();

    /** Calls that are over; as many as there are calls at the most. */
    private final Queue<LeasedCall<?, ?>> finished = new ConcurrentLinkedQueue<>();

    private final PoolLoop.Signal finish;

    /** Relayed calls that are open or wait. */
    private int relayed;

    /** Why no call is taken any more; null while calls are. Written by who closes the pool. */
    private volatile @Nullable GrpcStatus closing;

    Leases(PoolContext pool, Links links, Placement placement, Executor callbacks) {
        this.pool = pool;
        this.links = links;
        this.placement = placement;
        this.callbacks = callbacks;
        this.finish = pool.loop().signal(this::settle);
    }

    // ---- any thread ----

    /** Finds a connection for a call that has started. */
    void begin(LeasedCall<?, ?> call) {
        if (!pool.loop().submit(() -> take(call))) {
            call.refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("too much waits for the pool's control thread, limit "
                    + pool.loop().commandsMax() + " commands"));
        }
        GrpcStatus why = closing;
        if (why != null) {
            call.refuse(why);
        }
    }

    /** A call has ended, or will never begin. */
    void over(LeasedCall<?, ?> call) {
        finished.add(call);
        finish.raise();
    }

    /** Forgets which connection serves that monitor; what is open goes on. */
    void release(String monitorId) {
        pool.loop().submit(() -> forget(leases.remove(monitorId)));
    }

    /** Where callers' listeners are called that named no executor. */
    Executor callbacks() {
        return callbacks;
    }

    /** From now on calls are refused. */
    void closing(GrpcStatus why) {
        closing = why;
    }

    // ---- the control thread ----

    private void take(LeasedCall<?, ?> call) {
        if (call.hasEnded()) {
            return;
        }
        Errand errand;
        if (call.isRelayed()) {
            if (relayed >= RELAYED_MAX) {
                refuse(call, "the pool relays " + RELAYED_MAX + " calls, which is the limit");
                return;
            }
            relayed++;
            errand = new Errand(call, null, shared(call.monitor()));
        } else {
            Lease lease = lease(call.monitor());
            if (lease.calls >= CALLS_MAX) {
                refuse(call, "monitor " + lease.monitor.id() + " has " + CALLS_MAX + " calls open, which is the limit");
                return;
            }
            lease.calls++;
            errand = new Errand(call, lease, home(lease));
        }
        errands.put(call, errand);
        errand.link.callBegan();
        if (!go(errand)) {
            await(errand);
        }
    }

    private void refuse(LeasedCall<?, ?> call, String limit) {
        pool.tally().refusedCalls++;
        call.refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(limit));
    }

    /** The link for a call that is to open none if there is any. */
    private Link shared(Monitor monitor) {
        Optional<Link> link = placement
                .linkOf(monitor.id())
                .or(() -> leastRecentlyUsed(monitor.group(), true))
                .or(() -> leastRecentlyUsed(monitor.group(), false));
        if (link.isPresent()) {
            pool.tally().hits++;
            return link.get();
        }
        pool.tally().misses++;
        return links.open();
    }

    private Lease lease(Monitor monitor) {
        Lease lease = leases.computeIfAbsent(monitor.id(), id -> new Lease(monitor));
        if (leases.size() > LEASES_MAX) {
            Iterator<Lease> eldest = leases.values().iterator();
            forget(eldest.next());
            eldest.remove();
            pool.tally().evictedLeases++;
        }
        return lease;
    }

    private static void forget(@Nullable Lease lease) {
        if (lease != null && lease.link != null) {
            lease.link.unlease();
            lease.link = null;
        }
    }

    /** The link that the monitor comes back to: the one it has, or one that it gets now. */
    private Link home(Lease lease) {
        Link link = lease.link;
        if (link != null && !link.isClosed()) {
            pool.tally().hits++;
            return link;
        }
        Group group = lease.monitor.group();
        link = placement.linkOf(lease.monitor.id()).or(this::unused).orElse(null);
        if (link == null && placement.mayOpen(group)) {
            pool.tally().misses++;
            link = links.open();
        } else {
            pool.tally().hits++;
        }
        if (link == null) {
            link = leastRecentlyUsed(group, true)
                    .or(() -> leastRecentlyUsed(group, false))
                    .orElseThrow();
        }
        link.lease(group);
        lease.link = link;
        return link;
    }

    private Optional<Link> unused() {
        Optional<Link> opening = Optional.empty();
        for (Link link : links.all()) {
            if (link.group() == null) {
                if (link.ready().isPresent()) {
                    return Optional.of(link);
                }
                opening = opening.or(() -> Optional.of(link));
            }
        }
        return opening;
    }

    private Optional<Link> leastRecentlyUsed(Group group, boolean ready) {
        List<Link> usable = links.all().stream()
                .filter(link -> !ready || link.ready().isPresent())
                .toList();
        boolean hasOwn = usable.stream().anyMatch(link -> link.group() == group);
        long now = pool.now();
        return usable.stream()
                .filter(link -> !hasOwn || link.group() == group)
                .min(Comparator.comparingLong(link -> link.usedNanos() - now));
    }

    /** Where a call can go out now. */
    private Optional<Link> way(Errand errand) {
        Link own = errand.lease == null || errand.lease.link == null ? errand.link : errand.lease.link;
        if (own.ready().isPresent()) {
            return Optional.of(own);
        }
        return own.hasLived() || own.isClosed() || errand.impatient
                ? leastRecentlyUsed(errand.call.monitor().group(), true)
                : Optional.empty();
    }

    private boolean go(Errand errand) {
        Link link = way(errand).orElse(null);
        Connection connection = link == null ? null : link.ready().orElse(null);
        if (link == null || connection == null) {
            return false;
        }
        errand.stopWaiting();
        waiting.remove(errand.call);
        if (link != errand.link) {
            link.callBegan();
            errand.link.callEnded();
            errand.link = link;
        }
        if (errand.lease != null) {
            errand.lease.begun++;
        }
        pool.tally().calls++;
        errand.call.proceed(connection);
        return true;
    }

    private void await(Errand errand) {
        if (waiting.size() >= WAITING_MAX) {
            pool.tally().refusedCalls++;
            errand.call.refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                    "too many calls wait for a connection to the provider, limit " + WAITING_MAX));
            return;
        }
        waiting.put(errand.call, errand);
        long patience = pool.config().unaryWait().toNanos();
        Optional<Deadline> deadline = errand.call.deadline();
        long left = deadline.map(by -> by.timeRemaining(TimeUnit.NANOSECONDS)).orElse(patience);
        boolean callersOwn = left < patience;
        errand.expiry = pool.loop().after(Math.min(left, patience), () -> expired(errand, callersOwn));
        errand.impatience = pool.loop().after(SHARE_AFTER_NANOS, () -> {
            errand.impatient = true;
            go(errand);
        });
    }

    /** A connection has become ready: those that wait for it go out. */
    void connectionReady() {
        List.copyOf(waiting.values()).forEach(this::go);
    }

    private void expired(Errand errand, boolean byCallersDeadline) {
        pool.tally().refusedCalls++;
        if (byCallersDeadline) {
            errand.call.refuse(GrpcStatus.Code.DEADLINE_EXCEEDED.with(
                    errand.call.method() + ": the deadline passed while it waited for a connection: " + state()));
        } else {
            errand.call.refuse(GrpcStatus.Code.UNAVAILABLE.with("no connection to the provider within "
                    + pool.config().unaryWait().toSeconds() + " s: " + state()));
        }
    }

    private String state() {
        String lastError = links.all().stream()
                .map(Link::lastError)
                .filter(error -> !error.isEmpty())
                .findFirst()
                .map(error -> "; the last error was " + error)
                .orElse("");
        return "none of " + links.all().size() + " is ready, max-connections is "
                + pool.config().maxConnections() + lastError;
    }

    private void settle() {
        for (LeasedCall<?, ?> call = finished.poll(); call != null; call = finished.poll()) {
            Errand errand = errands.remove(call);
            if (errand != null) {
                errand.stopWaiting();
                waiting.remove(call);
                if (errand.lease == null) {
                    relayed--;
                } else {
                    errand.lease.calls--;
                }
                errand.link.callEnded();
            }
        }
    }

    /** No connection will come any more. */
    void failAll(GrpcStatus why) {
        waiting.keySet().forEach(call -> call.refuse(why));
    }

    /** Who has a connection for its calls, by monitor id. */
    List<PoolStats.ChannelStats> stats() {
        return leases.values().stream()
                .map(Lease::stats)
                .sorted(Comparator.comparing(PoolStats.ChannelStats::id))
                .toList();
    }

    /** A monitor and the link that it comes back to. */
    private static final class Lease {

        private final Monitor monitor;
        private @Nullable Link link;
        private int calls;
        private long begun;

        Lease(Monitor monitor) {
            this.monitor = monitor;
        }

        PoolStats.ChannelStats stats() {
            return new PoolStats.ChannelStats(
                    monitor.id(),
                    monitor.group(),
                    link == null || link.isClosed() ? 0 : link.connectionId(),
                    calls,
                    begun);
        }
    }

    /** A call on its way, or open. */
    private static final class Errand {

        private final LeasedCall<?, ?> call;

        /** None for a relayed call. */
        private final @Nullable Lease lease;

        /** Where it counts as a use: the way it went, or the one it waits for. */
        private Link link;

        private boolean impatient;
        private @Nullable Timer expiry;
        private @Nullable Timer impatience;

        Errand(LeasedCall<?, ?> call, @Nullable Lease lease, Link link) {
            this.call = call;
            this.lease = lease;
            this.link = link;
        }

        void stopWaiting() {
            if (expiry != null) {
                expiry.cancel();
            }
            if (impatience != null) {
                impatience.cancel();
            }
        }
    }
}
