package io.firehole.pool;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.routing.CallCounts;
import io.firehole.pool.routing.ProviderDelay;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.PingRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from the attempt to its end: what its event loop tells, and whether it has shown signs of life. What
 * follows from that its {@link Link} decides. Control thread, but for the methods of {@link ConnectionListener}.
 *
 * <p>A handshake proves little: a balancer may accept for a provider that is gone. A connection is <em>proven</em> when an
 * update has come on it or anything in answer to a {@code Ping}, which is sent as soon as it is ready.
 */
final class Life implements ConnectionListener {

    /** How long the answer to a regular health check may take. */
    static final Duration PING_TIMEOUT = Duration.ofSeconds(10);

    /** How long a new connection has to prove itself. */
    static final Duration PROOF_TIMEOUT = Duration.ofSeconds(5);

    /** The same for a connection on which a stream has fallen silent. */
    static final Duration SUSPICION_TIMEOUT = Duration.ofSeconds(2);

    private static final String PING = "geyser.Geyser/Ping";

    private final PoolContext pool;
    private final long id;
    private final Connection connection;
    private final PoolLoop.Signal signal;
    private final Supplier<Optional<Group>> group;
    private final long askedNanos;

    private boolean proven;
    private boolean answering = true;
    private boolean begun;
    private long readySinceNanos;
    private @Nullable Timer healthCheck;
    private String closingBecause = "";
    private final ProviderDelay providerDelay;
    private long closedUpdates;
    private long closedBytes;
    private OptionalLong lastSealedSlot = OptionalLong.empty();
    private Optional<Group> lastGroup = Optional.empty();
    private boolean remembered;
    private String farewell = "";

    // Written by the event loop, before the signal.
    private volatile boolean ready;
    private volatile @Nullable GrpcStatus draining;
    private volatile @Nullable GrpcStatus closed;

    /**
     * Begins to connect.
     *
     * @param group whose streams it carries
     * @param attend run on the control thread when it has something new to tell
     */
    Life(PoolContext pool, long id, PermitWish wish, Supplier<Optional<Group>> group, Consumer<Life> attend) {
        this.pool = pool;
        this.id = id;
        this.providerDelay = new ProviderDelay(pool.timeOfDay());
        this.askedNanos = pool.now();
        this.group = group;
        this.signal = pool.loop().signal(() -> {
            attend.accept(this);
            remember();
        });
        this.connection = pool.transport().connect(id, wish, this);
    }

    // ---- the event loop ----

    @Override
    public void ready() {
        ready = true;
        signal.raise();
    }

    @Override
    public void draining(GrpcStatus why) {
        draining = why;
        signal.raise();
    }

    @Override
    public void closed(GrpcStatus why) {
        closed = why;
        signal.raise();
    }

    // ---- the control thread ----

    long id() {
        return id;
    }

    Connection connection() {
        return connection;
    }

    boolean isReady() {
        return ready && closed == null;
    }

    boolean isClosed() {
        return closed != null;
    }

    /** Whether the provider takes new calls on it. */
    boolean takesCalls() {
        return isReady() && draining == null;
    }

    /** Why the provider takes no more calls on it; null if it does. */
    @Nullable
    GrpcStatus draining() {
        return draining;
    }

    /** Whether it is known to be good: it takes calls, is proven, and answered when it was asked last. */
    boolean isHealthy() {
        return takesCalls() && proven && answering;
    }

    /** Why it is closed. */
    GrpcStatus cause() {
        GrpcStatus why = closed == null ? GrpcStatus.Code.UNAVAILABLE.with("unknown") : closed;
        return closingBecause.isEmpty() ? why : GrpcStatus.Code.UNAVAILABLE.with(closingBecause);
    }

    long uptimeNanos() {
        return isReady() ? pool.now() - readySinceNanos : 0;
    }

    long readySinceNanos() {
        return readySinceNanos;
    }

    /** It is ready: asks for the proof, and then regularly for a sign of life. Idempotent. */
    void begin() {
        if (healthCheck != null) {
            return;
        }
        begun = true;
        readySinceNanos = pool.now();
        pool.tally().connected++;
        pool.tally().connectNanos += readySinceNanos - askedNanos;
        ping(PROOF_TIMEOUT);
        scheduleHealthCheck();
    }

    /** An update has come on one of its calls. */
    void showedLife() {
        if (!proven && isReady()) {
            proven = true;
            signal.raise();
        }
    }

    /** Asks for a sign of life now, with little patience: a stream on it has fallen silent. */
    void suspect() {
        ping(SUSPICION_TIMEOUT);
    }

    private void scheduleHealthCheck() {
        healthCheck = pool.loop().after(pool.config().healthCheckInterval().toNanos(), () -> {
            ping(PING_TIMEOUT);
            scheduleHealthCheck();
        });
    }

    private void ping(Duration timeout) {
        if (!isReady()) {
            return;
        }
        ByteString request = PingRequest.newBuilder().setCount(1).build().toByteString();
        var unused = connection
                .unary(PING, request, timeout)
                .thenAccept(reply ->
                        pool.loop().signal(() -> answered(reply, timeout)).raise());
    }

    private void answered(UnaryReply reply, Duration timeout) {
        if (isClosed()) {
            return;
        }
        if (reply instanceof UnaryReply.Failed(GrpcStatus status) && isSilence(status)) {
            answering = false;
            close(
                    status.code() == GrpcStatus.Code.DEADLINE_EXCEEDED
                            ? "no answer to a health check within " + timeout.toSeconds() + " s"
                            : "a health check failed: " + status);
        } else {
            answering = true;
            proven = true;
        }
        signal.raise();
    }

    /** Any other failure is an answer: the provider does not know Ping, or does not let us. */
    private static boolean isSilence(GrpcStatus status) {
        return status.code() == GrpcStatus.Code.DEADLINE_EXCEEDED || status.code() == GrpcStatus.Code.UNAVAILABLE;
    }

    /** Gives it up, for that reason; {@link #closed} follows. */
    void close(String because) {
        closingBecause = because;
        close();
    }

    /** Gives it up. */
    void close() {
        rest();
        connection.close();
    }

    /** Asks nothing any more. */
    void rest() {
        if (healthCheck != null) {
            healthCheck.cancel();
            healthCheck = null;
        }
    }

    /**
     * A call on it is over: its counts live on here.
     *
     * @param sealed the last slot whose end was seen on that call; empty if none was
     */
    void callClosed(CallCounts call, OptionalLong sealed) {
        closedUpdates += call.updates();
        closedBytes += call.bytes();
        if (sealed.isPresent()) {
            lastSealedSlot = sealed;
        }
        lastGroup = group.get();
    }

    /** Once what followed from its end is settled. */
    private void remember() {
        if (closed == null || remembered) {
            return;
        }
        remembered = true;
        ClosedLog log = pool.tally().closedConnections();
        log.add(new ClosedConnection(
                id,
                group.get().or(() -> lastGroup),
                log.at(askedNanos),
                log.at(pool.now()),
                begun ? Math.max(1, pool.now() - readySinceNanos) : 0,
                closedUpdates,
                closedBytes,
                lastSealedSlot,
                farewell.isEmpty() || !closingBecause.isEmpty() ? cause().toString() : farewell));
    }

    /** Nothing is wrong with it: it goes, for that reason. */
    void goesBecause(String reason) {
        farewell = reason;
    }

    /** How old updates are when they come. */
    ProviderDelay providerDelay() {
        return providerDelay;
    }

    /** Updates that came on calls that are over. */
    long closedUpdates() {
        return closedUpdates;
    }

    /** Their bytes. */
    long closedBytes() {
        return closedBytes;
    }
}
