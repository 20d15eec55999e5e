package io.firehole.pool.mailbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The lowest slot of what is in an {@link Overflow}, should it be lost. One thread at a time.
 *
 * <p>It remembers one slot for what was added together, so what has been removed of that still counts: the slot may be too
 * low, but never too high.
 */
final class SpilledSlots {

    /** No slot. */
    static final long NONE = Long.MAX_VALUE;

    private static final int BATCHES_MAX = 1_024;

    private record Batch(long elements, long lowest) {}

    private final Deque<Batch> batches = new ArrayDeque<>();

    <E> void added(List<E> elements, Contents<? super E> contents) {
        long lowest = NONE;
        for (E element : elements) {
            long slot = contents.contentSlot(element);
            lowest = slot == 0 ? lowest : Math.min(lowest, slot);
        }
        Batch batch = new Batch(elements.size(), lowest);
        if (batches.size() >= BATCHES_MAX) {
            Batch last = batches.removeLast();
            batch = new Batch(last.elements() + batch.elements(), Math.min(last.lowest(), lowest));
        }
        batches.addLast(batch);
    }

    /** So many of the oldest are there no more. */
    void removed(long elements) {
        long left = elements;
        while (left > 0 && !batches.isEmpty()) {
            Batch oldest = batches.removeFirst();
            if (oldest.elements() > left) {
                batches.addFirst(new Batch(oldest.elements() - left, oldest.lowest()));
            }
            left -= oldest.elements();
        }
    }

    /** {@link #NONE} if nothing is there that belongs to a slot. */
    long lowest() {
        return batches.stream().mapToLong(Batch::lowest).min().orElse(NONE);
    }
}
