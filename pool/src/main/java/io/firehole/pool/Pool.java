package io.firehole.pool;

import com.google.protobuf.ByteString;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.pool.transport.Transport;
import java.util.concurrent.CompletableFuture;

/**
 * The subscriptions of many monitors over few connections to one provider.
 *
 * <p>Every method may be called from any thread. The pool does not own the {@link Transport}: who made it closes it,
 * after the pool.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Pool implements AutoCloseable {

    private Pool() {}

    /** Starts a pool: its control thread, and its first connection. Returns at once. */
    public static Pool start(PoolConfig config, Transport transport, PoolRuntime runtime) {
        throw unfinished();
    }

    /**
     * A stream for one monitor, which has asked for nothing yet. Returns at once.
     *
     * <p>If the pool has no room for it (see {@link PoolConfig#streamsMax} and {@link PoolConfig#commandsMax}) the
     * stream has already {@linkplain MonitorStream#ended ended} with RESOURCE_EXHAUSTED.
     *
     * @param wakeup called when {@link MonitorStream#poll} or {@link MonitorStream#ended} has something new after
     *     they had nothing; on a thread of the pool, so it must be quick and must not block
     */
    public MonitorStream subscribe(Monitor monitor, Runnable wakeup) {
        throw unfinished();
    }

    /**
     * Makes a unary call on any connection that is ready.
     *
     * <p>Waits {@link PoolConfig#unaryWait} for a connection; then the reply is UNAVAILABLE.
     *
     * @param method the full name, as in {@code geyser.Geyser/GetSlot}
     * @param request the request message as bytes
     * @return the reply; never completes exceptionally
     */
    public CompletableFuture<UnaryReply> unary(String method, ByteString request) {
        throw unfinished();
    }

    /** How the pool stands: one consistent picture. May wait some milliseconds for the control thread. */
    public PoolStats stats() {
        throw unfinished();
    }

    /** Whether the provider can be reached: a connection is ready, or was until nobody needed it. */
    public boolean ready() {
        throw unfinished();
    }

    /** Ends every monitor's stream with UNAVAILABLE and closes every connection. Idempotent. */
    @Override
    public void close() {
        throw unfinished();
    }

    private static UnsupportedOperationException unfinished() {
        return new UnsupportedOperationException("not built yet");
    }
}
