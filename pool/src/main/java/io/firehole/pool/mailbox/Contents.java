package io.firehole.pool.mailbox;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Mailbox} must know of its elements. Any thread; the same answer for the same element, always.
 *
 * <p>Only the size is asked for every element. The others are asked about what waits for a reader that is too slow, so they
 * may cost something.
 *
 * @param <E> what waits
 */
public interface Contents<E> {

    /** What it counts for, in bytes. */
    int size(E element);

    /** The slot it belongs to; 0 if to none. */
    default long slot(E element) {
        return 0;
    }

    /** The slot of which it is a part that comes before the slot's end; 0 if it is none. */
    default long contentSlot(E element) {
        return slot(element);
    }

    /** What it tells of, if a later element that tells of an equal subject makes it obsolete; null if none does. */
    default @Nullable Object subject(E element) {
        return null;
    }
}
