package io.firehole.pool.routing;

import java.util.Arrays;

/**
 * The slots that were sealed, of the latest {@value #SLOTS}: more than providers replay, so that a replay is known slot by
 * slot from its first to its last. One thread at a time.
 */
final class SealedSlots {

    /** How far below the highest one slots are remembered, some 55 minutes. A power of two. */
    static final int SLOTS = 8_192;

    static final long NONE = -1;

    private static final int MASK = SLOTS - 1;

    /** One bit a slot, at its number modulo {@link #SLOTS}. */
    private final long[] bits = new long[SLOTS / Long.SIZE];

    private long highest = NONE;

    /** The highest one; {@link #NONE} if there is none. */
    long highest() {
        return highest;
    }

    boolean contains(long slot) {
        return isWithin(slot) && (bits[word(slot)] & bit(slot)) != 0;
    }

    void add(long slot) {
        if (highest == NONE || slot - highest >= SLOTS) {
            clear();
            highest = slot;
        }
        while (highest < slot) {
            highest++;
            unset(highest);
        }
        if (isWithin(slot)) {
            bits[word(slot)] |= bit(slot);
        }
    }

    /** It is not sealed any more; it remains the highest one if it was. */
    void remove(long slot) {
        if (isWithin(slot)) {
            unset(slot);
        }
    }

    /** That one and later ones are not sealed any more. */
    void removeFrom(long slot) {
        if (highest == NONE) {
            return;
        }
        long lowest = highest - SLOTS;
        while (highest > lowest && (highest >= slot || !contains(highest))) {
            unset(highest);
            highest--;
        }
        if (highest == lowest) {
            clear();
        }
    }

    private void clear() {
        Arrays.fill(bits, 0);
        highest = NONE;
    }

    private boolean isWithin(long slot) {
        return highest != NONE && slot <= highest && slot > highest - SLOTS;
    }

    private void unset(long slot) {
        bits[word(slot)] &= ~bit(slot);
    }

    private static int word(long slot) {
        return (int) (slot & MASK) / Long.SIZE;
    }

    private static long bit(long slot) {
        return 1L << slot;
    }
}
