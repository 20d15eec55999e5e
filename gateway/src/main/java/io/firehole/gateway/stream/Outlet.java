package io.firehole.gateway.stream;

import io.firehole.wire.GrpcStatus;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The way to one client: what a server must offer to carry a {@link CarriedCall}. Event loop only.
 *
 * <p>An outlet holds at most one buffer that the client has not taken yet. It tells its call by
 * {@link CarriedCall#writable} each time that it can take the next, and by {@link CarriedCall#gone} once when the
 * client is no longer there.
 */
public interface Outlet {

    /**
     * Lets the answer begin. Until then nothing can be sent, and an end is all that the client gets. Once.
     *
     * @param metadata sent before the first message, beside what gRPC has there
     */
    void begin(List<HeaderField> metadata);

    /**
     * Whether {@link #send} may be called: the answer has begun, the last buffer has been written to the socket, and nothing has
     * ended.
     */
    boolean isWritable();

    /** A buffer to fill and {@link #send}. */
    ByteBuf buffer(int bytes);

    /**
     * Writes gRPC messages, or a part of one, and flushes. May call {@link CarriedCall#writable} before it returns.
     *
     * @param messages length-prefixed; the outlet releases it
     * @throws IllegalStateException if the outlet is not writable
     */
    void send(ByteBuf messages);

    /** {@link #end(GrpcStatus, List)} without metadata. */
    default void end(GrpcStatus status) {
        end(status, List.of());
    }

    /**
     * Ends the call with that status as trailers, behind what was sent. Ignored once the call has ended.
     *
     * @param metadata sent beside the status
     */
    void end(GrpcStatus status, List<HeaderField> metadata);

    /** Ends the call at once and drops what the client has not taken. Ignored once the call has ended. */
    void reset();
}
