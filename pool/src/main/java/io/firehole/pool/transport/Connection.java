package io.firehole.pool.transport;

import com.google.protobuf.ByteString;
import io.firehole.wire.GrpcStatus;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One TCP and HTTP/2 connection to the provider. Every method may be called from any thread and returns at once. */
public interface Connection {

    /** The number it was opened with. */
    long id();

    /**
     * Opens a {@code Subscribe} call, at once or as soon as the connection is open.
     *
     * @param listener told on the event loop, never within this call
     */
    UpstreamStream subscribe(StreamListener listener);

    /**
     * Makes one unary call.
     *
     * @param method the full name, as in {@code geyser.Geyser/GetSlot}
     * @param request the request message as bytes
     * @param timeout after which the call ends with DEADLINE_EXCEEDED
     * @return the reply; it never completes exceptionally
     */
    CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout);

    /**
     * A call of any kind, for a caller's own stub. It begins at once or as soon as the connection is open.
     *
     * <p>The provider's token goes out with it, and no other credentials.
     *
     * @param options must name an executor, where the listener is called: the event loop runs no foreign code
     * @throws UnsupportedOperationException if this is no connection of gRPC
     */
    default <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        throw new UnsupportedOperationException("connection " + id() + " takes no calls of gRPC");
    }

    /**
     * Takes no further calls, and closes when the last one that is open has ended. Idempotent.
     *
     * <p>A connection that cannot tell closes at once.
     */
    default void drain() {
        close();
    }

    /** Ends every call on it and closes the socket; also gives up an attempt that still waits. Idempotent. */
    void close();

    /** What a unary call came to. */
    sealed interface UnaryReply {

        /**
         * The provider answered.
         *
         * @param message the response message as bytes
         */
        record Answered(ByteString message) implements UnaryReply {}

        /**
         * The call failed.
         *
         * @param status the provider's own status where it gave one
         */
        record Failed(GrpcStatus status) implements UnaryReply {}
    }
}
