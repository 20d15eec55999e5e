package io.firehole.pool.transport;

import io.firehole.wire.GrpcStatus;

/** Hears of one {@code Subscribe} call, on the connection's event loop, in order. */
public interface StreamListener {

    /**
     * One {@code SubscribeUpdate} as it arrived.
     *
     * @param message the bytes; the receiver owns them, nobody writes to them again
     */
    void update(byte[] message);

    /**
     * The call has ended; nothing follows.
     *
     * @param why the provider's status, or UNAVAILABLE with what the transport saw; CANCELLED only if it was we who ended
     *     it, by {@link UpstreamStream#cancel} or {@link Connection#close}, or the provider said so in words
     */
    void closed(GrpcStatus why);
}
