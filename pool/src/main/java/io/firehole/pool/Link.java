package io.firehole.pool;

import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place for one connection: while it is wanted, a connection that is gone is followed by another. Control thread.
 *
 * <pre>
 *   Broken ─── its turn has come ──▶ Connecting ─── ready ──▶ Ready
 *     ▲                                   │ failed              │ lost, or no sign of life
 *     └───────────────────────────────────┴─────────────────────┘
 *
 *   any of them ─── nobody needs it for the ttl, or the pool closes ──▶ Closed
 * </pre>
 *
 * <p>When its turn has come is decided by {@link Reachability} while the provider is down, and by the link's own
 * {@link Backoff} while it is up.
 */
final class Link {

    private static final Logger log = LoggerFactory.getLogger(Link.class);

    /**
     * The least time before a lost connection is followed by another while the provider seems up: when it goes down all
     * connections are lost, one after the other within some milliseconds, and the first of them is not to be misled by
     * those that are about to follow.
     */
    static final Duration GATHERING = Duration.ofMillis(20);

    /** What a link does. Each state makes the states that may follow it. */
    sealed interface State {
        /** It has no connection, and waits for its turn: by its own timer, or for {@link Reachability}. */
        record Broken(Optional<Timer> retry) implements State {
            Connecting connecting(Life life) {
                return new Connecting(life);
            }
        }

        /** An attempt waits for a permit, or for TCP, TLS and HTTP/2. */
        record Connecting(Life life) implements State {
            Ready ready() {
                return new Ready(life);
            }

            Broken failed(Optional<Timer> retry) {
                return new Broken(retry);
            }
        }

        /** Calls can be made. */
        record Ready(Life life) implements State {
            Broken lost(Optional<Timer> retry) {
                return new Broken(retry);
            }
        }

        /** Nobody needs it any more; for good. */
        record Closed() implements State {}
    }

    private final PoolContext pool;
    private final Links links;

    /** Stays the same from one connection to the next. */
    private final long number;

    private final Backoff backoff;
    private final List<Upstream<?>> streams = new ArrayList<>();
    private State state = new State.Broken(Optional.empty());
    private long connectionId;
    private boolean everConnected;
    private boolean everReady;
    private OptionalLong lostAtNanos = OptionalLong.empty();

    /** Monitors that come to it with calls of their own, and how many of these calls are open. */
    private int leases;

    private int calls;
    private long usedNanos;
    private @Nullable Group group;
    private @Nullable Timer idle;
    private String lastError = "";

    Link(PoolContext pool, Links links, long number) {
        this.number = number;
        this.pool = pool;
        this.links = links;
        this.backoff = new Backoff(pool.random());
        this.connectionId = links.nextConnectionId();
        this.usedNanos = pool.now();
    }

    /** Opens the first connection, at once if the provider is known to be there. */
    void open() {
        if (links.reachability().isUp()) {
            connect(number);
        } else {
            links.reachability().waits(this);
        }
    }

    /** The provider is there: connects without further waiting. */
    void mayConnect() {
        connect(number);
    }

    /** It is this link's turn to see whether the provider is there. */
    void mayProbe() {
        connect(links.reachability().probeSubject());
    }

    private void connect(long subject) {
        if (!(state instanceof State.Broken broken)) {
            return;
        }
        broken.retry().ifPresent(Timer::cancel);
        if (everConnected) {
            connectionId = links.nextConnectionId();
            pool.tally().reconnects++;
        }
        everConnected = true;
        pool.tally().connects++;
        PermitWish wish = new PermitWish(AttemptKind.CONNECT, purpose(), subject, replayDeadlineNanos());
        state = broken.connecting(new Life(pool, connectionId, wish, this::attend));
    }

    /** What the next connection is for. */
    PermitClass purpose() {
        if (group == null || !everReady) {
            return PermitClass.FIRST_CONNECT;
        }
        return switch (group) {
            case HIGH -> PermitClass.RECONNECT_HIGH;
            case MEDIUM -> PermitClass.RECONNECT_MEDIUM;
            case LOW -> PermitClass.RECONNECT_LOW;
        };
    }

    /** Until when what its monitors miss can be had by replay; empty if they miss nothing, or it is too late. */
    private OptionalLong replayDeadlineNanos() {
        if (lostAtNanos.isEmpty() || streams.isEmpty()) {
            return OptionalLong.empty();
        }
        long deadline = lostAtNanos.getAsLong() + pool.config().replayWindow().toNanos();
        return deadline - pool.now() > 0 ? OptionalLong.of(deadline) : OptionalLong.empty();
    }

    private void attend(Life life) {
        switch (state) {
            case State.Connecting connecting
            when connecting.life() == life -> {
                if (life.isClosed()) {
                    broke(connecting, life);
                } else if (life.isReady()) {
                    becameReady(connecting);
                }
            }
            case State.Ready ready
            when ready.life() == life -> {
                if (life.isClosed()) {
                    broke(ready, life);
                } else if (life.isHealthy()) {
                    proven();
                }
            }
            case State.Broken b -> {}
            case State.Connecting c -> {}
            case State.Ready r -> {}
            case State.Closed c -> {}
        }
    }

    private void becameReady(State.Connecting connecting) {
        state = connecting.ready();
        everReady = true;
        log.info("Connection {} is ready{}", connectionId, group == null ? "" : " for the " + group.word() + " group");
        connecting.life().begin();
        List.copyOf(streams).forEach(Upstream::linkReady);
        links.becameReady();
        idleIfUnused();
    }

    private void proven() {
        lostAtNanos = OptionalLong.empty();
        links.reachability().proven();
    }

    private void broke(State before, Life life) {
        GrpcStatus why = life.cause();
        boolean refused = isRefusal(why);
        lastError = why.toString();
        life.rest();
        if (before instanceof State.Ready) {
            backoff.workedFor(pool.now() - life.readySinceNanos());
            if (lostAtNanos.isEmpty()) {
                lostAtNanos = OptionalLong.of(pool.now());
            }
        }
        long delay = refused
                ? backoff.refusedNanos()
                : group == Group.HIGH ? backoff.failedUrgentlyNanos() : backoff.failedNanos();
        Optional<Timer> none = Optional.empty();
        state = switch (before) {
            case State.Connecting connecting -> connecting.failed(none);
            case State.Ready ready -> ready.lost(none);
            case State.Broken broken -> broken;
            case State.Closed closed -> closed;
        };
        List.copyOf(streams).forEach(stream -> stream.linkLost(why));
        links.changed();
        links.reachability().lost(this, links.anyHealthy(), refused);
        seek(Math.max(delay, GATHERING.toNanos()), why);
    }

    /** Waits for the next turn. */
    private void seek(long delayNanos, GrpcStatus why) {
        if (!(state instanceof State.Broken)) {
            return;
        }
        String what = isRefusal(why) ? "The provider refuses connection" : "There is no connection";
        if (links.reachability().isUp()) {
            state = new State.Broken(Optional.of(pool.loop().after(delayNanos, this::retry)));
            log.warn("{} {}: {}. The next attempt is in {} ms", what, connectionId, why, delayNanos / 1_000_000);
        } else {
            links.reachability().waits(this);
            log.warn(
                    "{} {}: {}. No other is healthy; the next attempt for all of them is in {} ms",
                    what,
                    connectionId,
                    why,
                    links.reachability().nextProbeInNanos() / 1_000_000);
        }
    }

    private void retry() {
        if (state instanceof State.Broken) {
            open();
        }
    }

    static boolean isRefusal(GrpcStatus status) {
        return status.code() == GrpcStatus.Code.UNAUTHENTICATED || status.code() == GrpcStatus.Code.PERMISSION_DENIED;
    }

    /** An update has come on one of its calls. */
    void showedLife() {
        if (state instanceof State.Ready(Life life)) {
            life.showedLife();
        }
    }

    /** Asks for a sign of life now, with little patience: a stream on it has fallen silent. */
    void suspect() {
        if (state instanceof State.Ready(Life life)) {
            life.suspect();
        }
    }

    /** Takes a stream of that group. A link without streams and leases is anybody's. */
    void add(Upstream<?> stream, Group owner) {
        claim(owner);
        streams.add(stream);
        used();
    }

    void remove(Upstream<?> stream) {
        streams.remove(stream);
        less();
    }

    /** A monitor of that group will come to it with calls of its own. */
    void lease(Group owner) {
        claim(owner);
        leases++;
        usedNanos = pool.now();
    }

    /** That monitor will not come back. */
    void unlease() {
        leases--;
        less();
    }

    /** A call of a monitor's own goes out on it, or waits for it. */
    void callBegan() {
        calls++;
        used();
    }

    void callEnded() {
        calls--;
        less();
    }

    private void claim(Group owner) {
        if (streams.isEmpty() && leases == 0) {
            group = owner;
        }
    }

    private void used() {
        usedNanos = pool.now();
        cancel(idle);
        idle = null;
    }

    private void less() {
        if (streams.isEmpty() && leases == 0) {
            group = null;
        }
        if (streams.isEmpty() && calls == 0 && !everReady && links.all().size() > 1) {
            links.close(this);
        }
        idleIfUnused();
    }

    /** When somebody last began to use it. */
    long usedNanos() {
        return usedNanos;
    }

    /** Whether it was ready once. */
    boolean hasLived() {
        return everReady;
    }

    boolean isClosed() {
        return state instanceof State.Closed;
    }

    private void idleIfUnused() {
        if (streams.isEmpty() && calls == 0 && everReady && idle == null && !(state instanceof State.Closed)) {
            idle = pool.loop().after(pool.config().connectionTtl().toNanos(), () -> {
                log.info(
                        "Connection {} was not needed for {} and is closed",
                        connectionId,
                        pool.config().connectionTtl());
                links.close(this);
            });
        }
    }

    /** Gives the connection up, and does not follow it by another. */
    void close() {
        State before = state;
        state = new State.Closed();
        cancel(idle);
        switch (before) {
            case State.Connecting(Life life) -> life.close();
            case State.Ready(Life life) -> life.close();
            case State.Broken(Optional<Timer> retry) -> retry.ifPresent(Timer::cancel);
            case State.Closed closed -> {}
        }
        links.reachability().leaves(this);
    }

    /** The connection, if calls can be made on it. */
    Optional<Connection> ready() {
        return serving().map(Life::connection);
    }

    /** The connection on which calls can be made now. */
    Optional<Life> serving() {
        return state instanceof State.Ready(Life life) && life.isReady() ? Optional.of(life) : Optional.empty();
    }

    boolean isHealthy() {
        return state instanceof State.Ready(Life life) && life.isHealthy();
    }

    State state() {
        return state;
    }

    long number() {
        return number;
    }

    long connectionId() {
        return connectionId;
    }

    @Nullable
    Group group() {
        return group;
    }

    List<Upstream<?>> streams() {
        return streams;
    }

    /** How many monitors' streams it carries. */
    int monitors() {
        int sum = 0;
        for (Upstream<?> stream : streams) {
            sum += stream.monitorCount();
        }
        return sum;
    }

    PoolStats.ConnectionStats stats() {
        Optional<Life> life = switch (state) {
            case State.Connecting(Life connecting) -> Optional.of(connecting);
            case State.Ready(Life ready) -> Optional.of(ready);
            case State.Broken broken -> Optional.empty();
            case State.Closed closed -> Optional.empty();
        };
        return new PoolStats.ConnectionStats(
                connectionId,
                Optional.ofNullable(group),
                switch (state) {
                    case State.Connecting connecting -> PoolStats.ConnectionState.CONNECTING;
                    case State.Ready ready -> PoolStats.ConnectionState.READY;
                    case State.Broken broken ->
                        everConnected ? PoolStats.ConnectionState.BROKEN : PoolStats.ConnectionState.CONNECTING;
                    case State.Closed closed -> PoolStats.ConnectionState.CLOSED;
                },
                isHealthy(),
                life.map(Life::uptimeNanos).orElse(0L),
                streams.stream().filter(Upstream::isOpen).map(Upstream::id).toList(),
                monitors(),
                life.map(Life::closedUpdates).orElse(0L)
                        + streams.stream().mapToLong(Upstream::openCallUpdates).sum(),
                life.map(Life::closedBytes).orElse(0L)
                        + streams.stream().mapToLong(Upstream::openCallBytes).sum(),
                backoff.failures(),
                lastError);
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
