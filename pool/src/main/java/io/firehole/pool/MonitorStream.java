package io.firehole.pool;

import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One monitor's stream through the pool: what it asks goes up, what it is to receive waits in its mailbox.
 *
 * <p>{@link #poll} and {@link #ended} belong to one reader at a time. Everything else may be called from any thread;
 * nothing here blocks.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class MonitorStream implements AutoCloseable {

    MonitorStream() {}

    /** Whose stream this is. */
    public Monitor monitor() {
        throw unfinished();
    }

    /**
     * Asks for other filters than before: the whole request replaces the earlier one. Never a request with {@code ping},
     * which changes nothing and is answered by who speaks with the client.
     *
     * <p>If the request breaks a rule the stream has ended with INVALID_ARGUMENT, as at the reference server.
     *
     * @throws InvalidFilterException if the request breaks a rule
     */
    public void request(SubscribeRequest request) throws InvalidFilterException {
        throw unfinished();
    }

    /** The next update, or null if none waits: then the wakeup is called when that changes. Reader only. */
    public @Nullable Delivery poll() {
        throw unfinished();
    }

    /**
     * Why nothing follows what {@link #poll} has given, or null while more may come. Reader only; ask it after
     * {@link #poll} gave null. Never OK unless {@link #close} was called.
     */
    public @Nullable GrpcStatus ended() {
        throw unfinished();
    }

    /** Leaves the pool and forgets what waits. Idempotent. */
    @Override
    public void close() {
        throw unfinished();
    }

    /** Updates put into the mailbox so far. */
    public long updates() {
        throw unfinished();
    }

    /** Bytes put into the mailbox so far, as message lengths. */
    public long bytes() {
        throw unfinished();
    }

    /** Updates that wait to be polled. */
    public long waiting() {
        throw unfinished();
    }

    /**
     * The first slot of which the newest confirmed request gets everything: the first that began after the provider had
     * shown that it applies the request. Empty until that slot has begun.
     */
    public OptionalLong activeFromSlot() {
        throw unfinished();
    }

    private static UnsupportedOperationException unfinished() {
        return new UnsupportedOperationException("not built yet");
    }
}
