package io.firehole.gateway.stream;

import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.Delivery;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a call needs of a monitor's place in the pool. Nothing here blocks. */
public interface Feed {

    /**
     * Asks for other filters than before. One thread at a time, but not always the same.
     *
     * @throws InvalidFilterException if the request breaks a rule; what was asked before is void then
     */
    void request(SubscribeRequest request) throws InvalidFilterException;

    /**
     * Checks a request by the same rules without asking for anything.
     *
     * @throws InvalidFilterException if the request breaks a rule
     */
    void check(SubscribeRequest request) throws InvalidFilterException;

    /** The next update, or null if none waits. Event loop only. */
    @Nullable
    Delivery poll();

    /**
     * Says that an update has been handed to the connection; for the figures only. Event loop only.
     *
     * @param update one that {@link #poll} has given, or what it was made into for this client
     * @param atNanos when, by the pool's clock
     */
    void written(Delivery update, long atNanos);

    /** Why nothing follows what {@link #poll} has given, or null while more may come. Event loop only. */
    @Nullable
    GrpcStatus ended();

    /**
     * Puts an end behind what waits; {@link #ended} says so when that has been taken. Any thread.
     *
     * @return when the end is there, the last slot that lies before it whole, as far as that is known
     */
    CompletableFuture<OptionalLong> finish();

    /** Gives the place up at once. Idempotent; any thread. */
    void close();
}
