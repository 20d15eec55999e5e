package io.firehole.pool;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.routing.CallCounts;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.PingRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place for one connection: while it is wanted, a connection that is gone is followed by another. Control thread.
 *
 * <pre>
 *   Connecting ── ready ──▶ Ready
 *    ▲    │ failed           │ lost, or no sign of life
 *    │    ▼                  │
 *   Waiting ◀────────────────┘        any of them ── nobody needs it for the ttl, or the pool closes ──▶ Closed
 * </pre>
 */
final class Link {

    private static final Logger log = LoggerFactory.getLogger(Link.class);

    private static final String PING = "geyser.Geyser/Ping";

    /** How long a connection has to answer a regular health check, and one asked because a stream fell silent. */
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    /** What a link does. */
    sealed interface State {
        record Connecting(Attempt attempt) implements State {}

        record Ready(Attempt attempt, long sinceNanos) implements State {}

        record Waiting(Timer retry) implements State {}

        record Closed() implements State {}
    }

    private final PoolContext pool;
    private final Links links;

    /** Stays the same from one connection to the next. */
    private final long number;

    private final Backoff backoff;
    private final List<Upstream<?>> streams = new ArrayList<>();
    private State state = new State.Closed();
    private long connectionId;
    private boolean everReady;
    private boolean answering;
    private @Nullable Group group;
    private @Nullable Timer healthCheck;
    private @Nullable Timer idle;
    private String lastError = "";

    /** What came on calls of the present connection that are over. */
    private long updates;

    private long bytes;

    Link(PoolContext pool, Links links, long number) {
        this.number = number;
        this.pool = pool;
        this.links = links;
        this.backoff = new Backoff(pool.random());
    }

    /** Opens the first connection. */
    void open() {
        connect(PermitClass.FIRST_CONNECT);
    }

    private void connect(PermitClass purpose) {
        connectionId = links.nextConnectionId();
        updates = 0;
        bytes = 0;
        pool.tally().connects++;
        Attempt attempt = new Attempt();
        state = new State.Connecting(attempt);
        attempt.connection = pool.transport().connect(connectionId, PermitWish.connect(purpose, number), attempt);
    }

    private void attend(Attempt attempt) {
        switch (state) {
            case State.Connecting(Attempt mine)
            when mine == attempt -> {
                if (attempt.closed != null) {
                    lost(attempt, 0);
                } else if (attempt.ready) {
                    becomeReady(attempt);
                }
            }
            case State.Ready(Attempt mine, long since)
            when mine == attempt -> {
                if (attempt.closed != null) {
                    lost(attempt, pool.now() - since);
                }
            }
            case State.Connecting c -> {}
            case State.Ready r -> {}
            case State.Waiting w -> {}
            case State.Closed c -> {}
        }
    }

    private void becomeReady(Attempt attempt) {
        state = new State.Ready(attempt, pool.now());
        everReady = true;
        answering = true;
        log.info("Connection {} is ready{}", connectionId, group == null ? "" : " for the " + group.word() + " group");
        scheduleHealthCheck();
        List.copyOf(streams).forEach(Upstream::linkReady);
        links.becameReady();
        idleIfUnused();
    }

    private void lost(Attempt attempt, long uptimeNanos) {
        GrpcStatus why = attempt.cause();
        lastError = why.toString();
        answering = false;
        cancel(healthCheck);
        backoff.workedFor(uptimeNanos);
        long delay = isRefusal(why) ? backoff.refusedNanos() : backoff.failedNanos();
        if (isRefusal(why)) {
            log.error(
                    "The provider refuses connection {}: {}. The next attempt is in {} s",
                    connectionId,
                    why,
                    delay / 1_000_000_000);
        } else {
            log.warn("Connection {} is lost: {}. The next attempt is in {} ms", connectionId, why, delay / 1_000_000);
        }
        state = new State.Waiting(pool.loop().after(delay, this::retry));
        List.copyOf(streams).forEach(stream -> stream.linkLost(why));
        links.changed();
    }

    private void retry() {
        if (state instanceof State.Waiting) {
            pool.tally().reconnects++;
            connect(purpose());
        }
    }

    private PermitClass purpose() {
        if (group == null || !everReady) {
            return PermitClass.FIRST_CONNECT;
        }
        return switch (group) {
            case HIGH -> PermitClass.RECONNECT_HIGH;
            case MEDIUM -> PermitClass.RECONNECT_MEDIUM;
            case LOW -> PermitClass.RECONNECT_LOW;
        };
    }

    private void scheduleHealthCheck() {
        cancel(healthCheck);
        healthCheck = pool.loop().after(pool.config().healthCheckInterval().toNanos(), () -> {
            ping(PING_TIMEOUT);
            scheduleHealthCheck();
        });
    }

    /** Asks for a sign of life now, with little patience: a stream on it has fallen silent. */
    void probe() {
        ping(PROBE_TIMEOUT);
    }

    private void ping(Duration timeout) {
        if (!(state instanceof State.Ready(Attempt attempt, long since))) {
            return;
        }
        ByteString request = PingRequest.newBuilder().setCount(1).build().toByteString();
        var unused = attempt.connection().unary(PING, request, timeout).thenAccept(reply -> {
            attempt.pinged = reply;
            attempt.pingSignal.raise();
        });
    }

    private void pinged(Attempt attempt) {
        if (!(state instanceof State.Ready(Attempt mine, long since)) || mine != attempt) {
            return;
        }
        if (attempt.pinged instanceof UnaryReply.Failed(GrpcStatus status) && isSilence(status)) {
            answering = false;
            attempt.closingBecause = "no answer to a health check (" + status + ")";
            attempt.connection().close();
        } else {
            answering = true;
        }
    }

    /** Any other failure is an answer: the provider does not know Ping, or does not let us. */
    private static boolean isSilence(GrpcStatus status) {
        return status.code() == GrpcStatus.Code.DEADLINE_EXCEEDED || status.code() == GrpcStatus.Code.UNAVAILABLE;
    }

    static boolean isRefusal(GrpcStatus status) {
        return status.code() == GrpcStatus.Code.UNAUTHENTICATED || status.code() == GrpcStatus.Code.PERMISSION_DENIED;
    }

    /** Takes a stream of that group. A link without streams is anybody's. */
    void add(Upstream<?> stream, Group owner) {
        if (streams.isEmpty()) {
            group = owner;
        }
        streams.add(stream);
        cancel(idle);
        idle = null;
    }

    void remove(Upstream<?> stream) {
        streams.remove(stream);
        if (streams.isEmpty()) {
            group = null;
            if (!everReady && links.all().size() > 1) {
                links.close(this);
            }
        }
        idleIfUnused();
    }

    /** A call on it is over: its counts live on here. */
    void closed(CallCounts call) {
        updates += call.updates();
        bytes += call.bytes();
    }

    private void idleIfUnused() {
        if (streams.isEmpty() && everReady && idle == null && !(state instanceof State.Closed)) {
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
        cancel(healthCheck);
        cancel(idle);
        switch (before) {
            case State.Connecting(Attempt attempt) -> attempt.connection().close();
            case State.Ready(Attempt attempt, long since) ->
                attempt.connection().close();
            case State.Waiting(Timer retry) -> retry.cancel();
            case State.Closed closed -> {}
        }
    }

    /** The connection, if calls can be made on it. */
    Optional<Connection> ready() {
        return state instanceof State.Ready(Attempt attempt, long since) && attempt.closed == null
                ? Optional.of(attempt.connection())
                : Optional.empty();
    }

    State state() {
        return state;
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
        long uptime = state instanceof State.Ready(Attempt attempt, long since) ? pool.now() - since : 0;
        return new PoolStats.ConnectionStats(
                connectionId,
                Optional.ofNullable(group),
                switch (state) {
                    case State.Connecting connecting -> PoolStats.ConnectionState.CONNECTING;
                    case State.Ready ready -> PoolStats.ConnectionState.READY;
                    case State.Waiting waiting -> PoolStats.ConnectionState.WAITING;
                    case State.Closed closed -> PoolStats.ConnectionState.WAITING;
                },
                state instanceof State.Ready && answering,
                uptime,
                streams.stream().filter(Upstream::isOpen).map(Upstream::id).toList(),
                monitors(),
                updates + streams.stream().mapToLong(Upstream::openCallUpdates).sum(),
                bytes + streams.stream().mapToLong(Upstream::openCallBytes).sum(),
                backoff.failures(),
                lastError);
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** One connection's life as its event loop tells it. */
    private final class Attempt implements ConnectionListener {

        private final PoolLoop.Signal signal = pool.loop().signal(() -> attend(this));
        private final PoolLoop.Signal pingSignal = pool.loop().signal(() -> pinged(this));

        /** Control thread; null only while the transport is being asked. */
        private @Nullable Connection connection;

        private String closingBecause = "";

        // Written by the event loop, before the signal.
        private volatile boolean ready;
        private volatile @Nullable GrpcStatus closed;
        private volatile @Nullable UnaryReply pinged;

        @Override
        public void ready() {
            ready = true;
            signal.raise();
        }

        @Override
        public void closed(GrpcStatus why) {
            closed = why;
            signal.raise();
        }

        Connection connection() {
            if (connection == null) {
                throw new IllegalStateException("the transport gave no connection");
            }
            return connection;
        }

        GrpcStatus cause() {
            GrpcStatus why = closed == null ? GrpcStatus.Code.UNAVAILABLE.with("unknown") : closed;
            return closingBecause.isEmpty() ? why : GrpcStatus.Code.UNAVAILABLE.with(closingBecause);
        }
    }
}
