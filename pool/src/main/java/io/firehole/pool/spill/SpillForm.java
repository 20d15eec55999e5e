package io.firehole.pool.spill;

import java.nio.ByteBuffer;

/**
 * How elements are written. Any thread.
 *
 * @param <E> what waits
 */
public interface SpillForm<E> {

    /** What it counts for in a mailbox. */
    int size(E element);

    /** How many bytes it takes. */
    int length(E element);

    /** Writes exactly {@link #length} bytes. */
    void write(E element, ByteBuffer to);

    /** Reads an element from all bytes that remain. */
    E read(ByteBuffer from);
}
