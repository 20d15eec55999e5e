package io.firehole.pool.transport;

import io.firehole.pool.budget.PermitWish;

/** The way to one provider endpoint. */
public interface Transport extends AutoCloseable {

    /**
     * Begins to open a connection and returns at once. Any thread.
     *
     * <p>The attempt may wait for a permit of the connection budget; {@link Connection#close} ends that wait. A connection
     * lives once: after {@link ConnectionListener#closed} it never opens again.
     *
     * @param connectionId a number for logs and figures, never used twice in a process
     * @param wish what the connection is for: decides its place in the queue for permits
     * @param listener told on the connection's event loop
     */
    Connection connect(long connectionId, PermitWish wish, ConnectionListener listener);

    /** Closes every connection and frees threads. Waits for none of the listeners. */
    @Override
    void close();
}
