package io.firehole.gateway.stream;

import io.firehole.wire.GrpcStatus;
import io.netty.buffer.ByteBuf;

/**
 * The way to one client: what a server must offer to carry a {@link SubscribeCall}. Event loop only.
 *
 * <p>An outlet holds at most one buffer that the client has not taken yet. It tells its call by
 * {@link SubscribeCall#writable} each time that it can take the next, and by {@link SubscribeCall#gone} once when the
 * client is no longer there.
 */
public interface Outlet {

    /** Whether {@link #send} may be called: the last buffer has been written to the socket, and nothing has ended. */
    boolean isWritable();

    /** A buffer to fill and {@link #send}. */
    ByteBuf buffer(int bytes);

    /**
     * Writes gRPC messages, or a part of one, and flushes. May call {@link SubscribeCall#writable} before it returns.
     *
     * @param messages length-prefixed; the outlet releases it
     * @throws IllegalStateException if the outlet is not writable
     */
    void send(ByteBuf messages);

    /** Ends the call with that status as trailers, behind what was sent. Ignored once the call has ended. */
    void end(GrpcStatus status);

    /** Ends the call at once and drops what the client has not taken. Ignored once the call has ended. */
    void reset();
}
