package io.firehole.pool;

import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place for one connection: while it is wanted, a connection that is gone is followed by another. Control thread.
 *
 * <pre>
 *   Broken ── its turn has come ──▶ Connecting ── ready ──▶ Ready ── GOAWAY, or it is to be renewed ──▶ Draining
 *     ▲                                 │ failed              │ lost, or no sign of life                 │  │
 *     ├─────────────────────────────────┴─────────────────────┘                                          │  │
 *     │                                                                                                  │  │
 *     ├── lost: its successor's state, Broken or Connecting ─────────────────────────────────────────────┘  │
 *     │                                        Ready ◀── its successor is proven ───────────────────────────┘
 *
 *   any of them ── nobody needs it for the ttl, or the pool closes ──▶ Closed
 * </pre>
 *
 * <p>When its turn has come is decided by {@link Reachability} while the provider is down, and by the link's own
 * {@link Backoff} while it is up.
 *
 * <p><b>Make before break.</b> A connection that drains goes on serving what is open on it, and has a successor, which is
 * Broken or Connecting like any other. When that is proven the streams move, each without loss (see
 * {@link io.firehole.pool.routing.Handover}), and the old connection, now <em>left</em>, closes with its last call or after
 * {@link #LEAVING_MAX}. So for a time a link has two connections, and the pool more than its maximum: twice as
 * many while all of them are being replaced, and more only if successors are sent away as well before those they replaced
 * are gone. The budget bounds that.
 */
final class Link {

    private static final Logger log = LoggerFactory.getLogger(Link.class);

    /**
     * The least time before a lost connection is followed by another while the provider seems up: when it goes down all
     * connections are lost, one after the other within some milliseconds, and the first of them is not to be misled by
     * those that are about to follow.
     */
    static final Duration GATHERING = Duration.ofMillis(20);

    /** How long a connection that has been replaced may keep calls open. */
    static final Duration LEAVING_MAX = Duration.ofSeconds(30);

    /** What a link does. Each state makes the states that may follow it. */
    sealed interface State {
        /** It has no connection, and waits for its turn: by its own timer, or for {@link Reachability}. */
        record Broken(Optional<Timer> retry) implements State, Next {
            Connecting connecting(Life life) {
                return new Connecting(life);
            }
        }

        /** An attempt waits for a permit, or for TCP, TLS and HTTP/2. */
        record Connecting(Life life) implements State, Next {
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

            Draining draining() {
                return new Draining(life, new Broken(Optional.empty()));
            }
        }

        /** The connection is being replaced: what is open on it goes on, until its successor can take over. */
        record Draining(Life life, Next next) implements State {
            Draining with(Next changed) {
                return new Draining(life, changed);
            }

            Ready replaced(Life successor) {
                return new Ready(successor);
            }

            Next lost() {
                return next;
            }
        }

        /** Nobody needs it any more; for good. */
        record Closed() implements State {}

        /** How the next connection stands, where there is none or one that drains. */
        sealed interface Next extends State {}
    }

    private final PoolContext pool;
    private final Links links;

    /** Stays the same from one connection to the next. */
    private final long number;

    private final Backoff backoff;
    private final List<Upstream<?>> streams = new ArrayList<>();

    /** Connections that have been replaced and still carry calls, with what ends them. */
    private final Map<Life, Timer> left = new LinkedHashMap<>();

    private State state = new State.Broken(Optional.empty());

    /** The number of the next connection while there is none, else that of the present one. */
    private long connectionId;

    private boolean everConnected;
    private boolean everReady;

    /** Whether a person or a script wants the connection renewed. */
    private boolean renewing;

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
        switch (state) {
            case State.Broken broken -> state = connecting(broken, subject);
            case State.Draining draining -> {
                if (draining.next() instanceof State.Broken broken) {
                    state = draining.with(connecting(broken, subject));
                }
            }
            case State.Connecting c -> {}
            case State.Ready r -> {}
            case State.Closed c -> {}
        }
    }

    private State.Connecting connecting(State.Broken broken, long subject) {
        broken.retry().ifPresent(Timer::cancel);
        long id = connectionId;
        if (everConnected) {
            id = links.nextConnectionId();
            pool.tally().reconnects++;
        }
        if (!(state instanceof State.Draining)) {
            connectionId = id;
        }
        everConnected = true;
        pool.tally().connects++;
        PermitWish wish = new PermitWish(AttemptKind.CONNECT, purpose(), subject, replayDeadlineNanos());
        return broken.connecting(new Life(pool, id, wish, () -> Optional.ofNullable(group), this::attend));
    }

    /**
     * Renews the connection, for a person or a script: the new one is proven before the old one is given up, and takes over
     * its streams. If there is none, tries to connect at once.
     */
    Pool.Reconnect renew() {
        return switch (state) {
            case State.Ready ready -> {
                log.info("Connection {} is to be renewed", connectionId);
                renewing = true;
                state = ready.draining();
                connect(number);
                yield Pool.Reconnect.BEGUN;
            }
            case State.Broken(Optional<Timer> retry) -> {
                if (retry.isEmpty()) {
                    yield Pool.Reconnect.UNDER_WAY;
                }
                connect(number);
                yield Pool.Reconnect.BEGUN;
            }
            case State.Connecting connecting -> Pool.Reconnect.UNDER_WAY;
            case State.Draining draining -> Pool.Reconnect.UNDER_WAY;
            case State.Closed closed -> Pool.Reconnect.UNDER_WAY;
        };
    }

    /** What the next connection is for. */
    PermitClass purpose() {
        if (renewing) {
            return PermitClass.MANUAL;
        }
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
        if (left.containsKey(life)) {
            if (life.isClosed()) {
                leftForGood(life);
            }
            return;
        }
        switch (state) {
            case State.Connecting connecting
            when connecting.life() == life -> {
                if (life.isClosed()) {
                    state = connecting.failed(Optional.empty());
                    broke(life, false);
                } else if (life.isReady()) {
                    becameReady(connecting);
                }
            }
            case State.Ready ready
            when ready.life() == life -> {
                if (life.isClosed()) {
                    state = ready.lost(Optional.empty());
                    broke(life, true);
                } else if (life.draining() != null) {
                    drains(ready);
                } else if (life.isHealthy()) {
                    proven();
                }
            }
            case State.Draining draining
            when draining.life() == life -> {
                if (life.isClosed()) {
                    lostWhileDraining(draining);
                } else if (life.draining() != null && renewing) {
                    // Now it is urgent.
                    renewing = false;
                }
            }
            case State.Draining draining
            when draining.next() instanceof State.Connecting(Life next) && next == life -> attendNext(draining, life);
            case State.Broken b -> {}
            case State.Connecting c -> {}
            case State.Ready r -> {}
            case State.Draining d -> {}
            case State.Closed c -> {}
        }
    }

    private void becameReady(State.Connecting connecting) {
        state = connecting.ready();
        everReady = true;
        renewing = false;
        String purpose = group == null ? "" : " for the " + group.word() + " group";
        log.info("Connection {} is ready{}", connectionId, purpose);
        pool.tally().event("connected", "", "Connection " + connectionId + " is ready" + purpose);
        connecting.life().begin();
        List.copyOf(streams).forEach(Upstream::linkReady);
        links.becameReady();
        idleIfUnused();
    }

    private void proven() {
        lostAtNanos = OptionalLong.empty();
        links.reachability().proven();
    }

    /** The connection is gone, and the state is what follows. */
    private void broke(Life life, boolean wasReady) {
        GrpcStatus why = life.cause();
        boolean refused = isRefusal(why);
        lastError = why.toString();
        life.rest();
        if (wasReady) {
            pool.tally().event("connection-lost", "", "Connection " + life.id() + " is lost: " + why);
            backoff.workedFor(pool.now() - life.readySinceNanos());
            if (lostAtNanos.isEmpty()) {
                lostAtNanos = OptionalLong.of(pool.now());
            }
        }
        long delay = delayNanos(refused);
        List.copyOf(streams).forEach(stream -> stream.linkLost(life, why));
        links.changed();
        links.reachability().lost(this, links.anyHealthy(), refused);
        seek(Math.max(delay, GATHERING.toNanos()), life.id(), why);
    }

    private long delayNanos(boolean refused) {
        if (refused) {
            return backoff.refusedNanos();
        }
        return group == Group.HIGH ? backoff.failedUrgentlyNanos() : backoff.failedNanos();
    }

    /** The provider takes no more calls on it: makes the successor while it still serves what is open. */
    private void drains(State.Ready ready) {
        GrpcStatus why = Objects.requireNonNull(ready.life().draining());
        lastError = why.toString();
        state = ready.draining();
        log.info("Connection {} is to be replaced: {}", connectionId, why);
        links.changed();
        links.reachability().lost(this, links.anyHealthy(), false);
        open();
    }

    private void lostWhileDraining(State.Draining draining) {
        Life life = draining.life();
        GrpcStatus why = life.cause();
        lastError = why.toString();
        life.rest();
        log.warn("Connection {} is lost before its successor could take over: {}", life.id(), why);
        pool.tally()
                .event(
                        "connection-lost",
                        "",
                        "Connection " + life.id() + " is lost before its successor could take over: " + why);
        renewing = false;
        if (lostAtNanos.isEmpty()) {
            lostAtNanos = OptionalLong.of(pool.now());
        }
        state = draining.lost();
        if (state instanceof State.Connecting(Life next)) {
            connectionId = next.id();
        }
        List.copyOf(streams).forEach(stream -> stream.linkLost(life, why));
        links.changed();
        links.reachability().lost(this, links.anyHealthy(), false);
        if (state instanceof State.Connecting(Life next)) {
            // It may have become ready before there was need for it.
            attend(next);
        }
    }

    private void attendNext(State.Draining draining, Life next) {
        if (next.isClosed()) {
            GrpcStatus why = next.cause();
            boolean refused = isRefusal(why);
            next.rest();
            lastError = why.toString();
            state = draining.with(new State.Broken(Optional.empty()));
            links.reachability().lost(this, links.anyHealthy(), refused);
            seek(delayNanos(refused), next.id(), why);
        } else if (next.isHealthy()) {
            replaced(draining, next);
        } else if (next.isReady()) {
            next.begin();
        }
    }

    /** The successor is proven: everything moves there. */
    private void replaced(State.Draining draining, Life next) {
        Life old = draining.life();
        log.info("Connection {} takes over from connection {}", next.id(), old.id());
        pool.tally()
                .event(
                        "connection-replaced",
                        "",
                        "Connection " + next.id() + " takes over from connection " + old.id());
        state = draining.replaced(next);
        old.goesBecause("replaced by connection " + next.id());
        connectionId = next.id();
        renewing = false;
        old.rest();
        left.put(old, pool.loop().after(LEAVING_MAX.toNanos(), () -> {
            log.warn("Connection {} still has calls {} after it was replaced, and is closed", old.id(), LEAVING_MAX);
            old.close();
        }));
        List.copyOf(streams).forEach(Upstream::linkReplaced);
        old.connection().drain();
        links.becameReady();
        proven();
        idleIfUnused();
    }

    private void leftForGood(Life life) {
        Timer limit = left.remove(life);
        if (limit != null) {
            limit.cancel();
        }
        List.copyOf(streams).forEach(stream -> stream.linkLost(life, life.cause()));
    }

    /** Waits for the next turn. */
    private void seek(long delayNanos, long failedId, GrpcStatus why) {
        if (state instanceof State.Closed) {
            return;
        }
        String what = isRefusal(why) ? "The provider refuses connection" : "There is no connection";
        if (links.reachability().isUp()) {
            State.Broken waiting = new State.Broken(Optional.of(pool.loop().after(delayNanos, this::retry)));
            state = state instanceof State.Draining draining ? draining.with(waiting) : waiting;
            log.warn("{} {}: {}. The next attempt is in {} ms", what, failedId, why, delayNanos / 1_000_000);
        } else {
            links.reachability().waits(this);
            log.warn(
                    "{} {}: {}. No other is healthy; the next attempt for all of them is in {} ms",
                    what,
                    failedId,
                    why,
                    links.reachability().nextProbeInNanos() / 1_000_000);
        }
    }

    private void retry() {
        if (!(state instanceof State.Closed)) {
            open();
        }
    }

    static boolean isRefusal(GrpcStatus status) {
        return status.code() == GrpcStatus.Code.UNAUTHENTICATED || status.code() == GrpcStatus.Code.PERMISSION_DENIED;
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
                present()
                        .ifPresent(life -> life.goesBecause("not needed for "
                                + pool.config().connectionTtl().toSeconds() + " s"));
                links.close(this);
            });
        }
    }

    /** Gives the connection up, and does not follow it by another. */
    void close() {
        State before = state;
        state = new State.Closed();
        cancel(idle);
        end(before);
        left.forEach((life, limit) -> {
            limit.cancel();
            life.close();
        });
        left.clear();
        links.reachability().leaves(this);
    }

    private static void end(State before) {
        switch (before) {
            case State.Connecting(Life life) -> life.close();
            case State.Ready(Life life) -> life.close();
            case State.Draining(Life life, State.Next next) -> {
                life.close();
                end(next);
            }
            case State.Broken(Optional<Timer> retry) -> retry.ifPresent(Timer::cancel);
            case State.Closed closed -> {}
        }
    }

    /** The connection, if calls can be made on it. */
    Optional<Connection> ready() {
        return serving().map(Life::connection);
    }

    /** The connection on which calls can be made now. */
    Optional<Life> serving() {
        return present().filter(Life::takesCalls);
    }

    boolean isServing(Life life) {
        return present().filter(mine -> mine == life).isPresent();
    }

    private Optional<Life> present() {
        return switch (state) {
            case State.Ready(Life life) -> Optional.of(life);
            case State.Draining(Life life, State.Next next) -> Optional.of(life);
            case State.Broken broken -> Optional.empty();
            case State.Connecting connecting -> Optional.empty();
            case State.Closed closed -> Optional.empty();
        };
    }

    boolean isHealthy() {
        return present().filter(Life::isHealthy).isPresent();
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
            if (!stream.isRetiring()) {
                sum += stream.monitorCount();
            }
        }
        return sum;
    }

    /** Why its connection was lost the last time; empty if it never was. */
    String lastError() {
        return lastError;
    }

    /** Its connection, and those that come and go beside it. */
    List<PoolStats.ConnectionStats> stats() {
        List<PoolStats.ConnectionStats> all = new ArrayList<>();
        switch (state) {
            case State.Broken broken ->
                all.add(none(everConnected ? PoolStats.ConnectionState.BROKEN : PoolStats.ConnectionState.CONNECTING));
            case State.Connecting(Life life) -> all.add(one(life, PoolStats.ConnectionState.CONNECTING, monitors()));
            case State.Ready(Life life) -> all.add(one(life, PoolStats.ConnectionState.READY, monitors()));
            case State.Draining(Life life, State.Next next) -> {
                all.add(one(life, PoolStats.ConnectionState.DRAINING, monitors()));
                if (next instanceof State.Connecting(Life successor)) {
                    all.add(one(successor, PoolStats.ConnectionState.CONNECTING, 0));
                }
            }
            case State.Closed closed -> all.add(none(PoolStats.ConnectionState.CLOSED));
        }
        left.keySet().forEach(life -> all.add(one(life, PoolStats.ConnectionState.DRAINING, 0)));
        return all;
    }

    /**
     * What came over a connection.
     *
     * @param delay of the updates since this was asked last
     */
    record Traffic(long connectionId, Optional<Group> group, long updates, long bytes, LatencySecond delay) {}

    /** That of its connection, and of those that come and go beside it. */
    List<Traffic> traffic() {
        return lives().stream()
                .map(life -> new Traffic(
                        life.id(),
                        Optional.ofNullable(group),
                        updates(life),
                        bytes(life),
                        life.providerDelay().take()))
                .toList();
    }

    private List<Life> lives() {
        List<Life> lives = new ArrayList<>(left.keySet());
        switch (state) {
            case State.Connecting(Life life) -> lives.add(life);
            case State.Ready(Life life) -> lives.add(life);
            case State.Draining(Life life, State.Next next) -> {
                lives.add(life);
                if (next instanceof State.Connecting(Life successor)) {
                    lives.add(successor);
                }
            }
            case State.Broken broken -> {}
            case State.Closed closed -> {}
        }
        return lives;
    }

    private List<Upstream<?>> open(Life life) {
        return streams.stream()
                .<Upstream<?>>map(stream -> stream)
                .filter(stream -> stream.isOn(life))
                .toList();
    }

    private long updates(Life life) {
        return life.closedUpdates()
                + open(life).stream().mapToLong(Upstream::openCallUpdates).sum();
    }

    private long bytes(Life life) {
        return life.closedBytes()
                + open(life).stream().mapToLong(Upstream::openCallBytes).sum();
    }

    private PoolStats.ConnectionStats none(PoolStats.ConnectionState shown) {
        return new PoolStats.ConnectionStats(
                connectionId,
                Optional.ofNullable(group),
                shown,
                false,
                0,
                List.of(),
                monitors(),
                0,
                0,
                backoff.failures(),
                lastError);
    }

    private PoolStats.ConnectionStats one(Life life, PoolStats.ConnectionState shown, int monitors) {
        return new PoolStats.ConnectionStats(
                life.id(),
                Optional.ofNullable(group),
                shown,
                life.isHealthy(),
                life.uptimeNanos(),
                open(life).stream().map(Upstream::id).toList(),
                monitors,
                updates(life),
                bytes(life),
                backoff.failures(),
                lastError);
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
