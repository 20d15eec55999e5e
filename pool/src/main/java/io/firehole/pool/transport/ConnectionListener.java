package io.firehole.pool.transport;

import io.firehole.wire.GrpcStatus;

/**
 * Hears of one connection's life, on that connection's event loop: {@code ready} at most once, then {@code draining} at
 * most once, {@code closed} once.
 */
public interface ConnectionListener {

    /** The connection is open: calls made before now have gone out, later ones go at once. */
    void ready();

    /**
     * The provider takes no more calls on it; those that are open go on until they end.
     *
     * @param why what the provider said
     */
    default void draining(GrpcStatus why) {}

    /**
     * The connection is gone, or never came to be. Its calls have been told before.
     *
     * @param why what the transport knows of the cause; OK after {@link Connection#close}
     */
    void closed(GrpcStatus why);
}
