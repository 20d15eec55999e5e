package io.firehole.pool.mailbox;

import java.io.IOException;
import java.util.List;

/**
 * Where a {@link Mailbox} puts what does not fit: a queue outside of memory. One thread at a time, but for the counts; it may
 * block. What its exceptions say is told to the monitor.
 *
 * @param <E> what waits
 */
public interface Overflow<E> {

    /**
     * Adds elements behind those that are there.
     *
     * @throws IOException if there is no room for all of them, or they cannot be written; then none of them has been added,
     *     and what was there is still there
     */
    void append(List<E> elements) throws IOException;

    /**
     * Takes out the oldest elements.
     *
     * @param updates how many, at most; at least 1
     * @param bytes how many bytes of them, at most, but for the first
     * @return empty if there are none
     * @throws IOException if they cannot be read; then none of what is there can be
     */
    List<E> take(int updates, long bytes) throws IOException;

    /** Elements that are there. Any thread. */
    long waiting();

    /** Their bytes. Any thread. */
    long waitingBytes();

    /** Forgets all that is there, and gives its room back. Idempotent. */
    void close();
}
