package io.firehole.pool.routing;

import java.util.Arrays;

/** A set of 64-bit hashes that only grows: open addressing, without an object for each. One thread at a time. */
final class IdentitySet {

    private static final int SMALLEST = 64;

    /** Where less than this part is used, a slot was far larger than most are. */
    private static final int SPARSE = 8;

    private long[] hashes = new long[SMALLEST];
    private int size;

    /** The hash that stands for an empty place cannot be in one. */
    private boolean hasZero;

    /** Adds one; false if it is there already. */
    boolean add(long hash) {
        if (hash == 0) {
            boolean added = !hasZero;
            hasZero = true;
            return added;
        }
        int at = place(hashes, hash);
        if (hashes[at] == hash) {
            return false;
        }
        hashes[at] = hash;
        if (++size * 2 > hashes.length) {
            grow();
        }
        return true;
    }

    int size() {
        return size + (hasZero ? 1 : 0);
    }

    private void grow() {
        long[] larger = new long[hashes.length * 2];
        for (long hash : hashes) {
            if (hash != 0) {
                larger[place(larger, hash)] = hash;
            }
        }
        hashes = larger;
    }

    /** Where it is, or where it would be. The hashes are well mixed, so their low bits will do. */
    private static int place(long[] hashes, long hash) {
        int mask = hashes.length - 1;
        int at = (int) hash & mask;
        while (hashes[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /** Empties it, and keeps its room for the next, if that is likely to need it. */
    void clear() {
        if (hashes.length > SMALLEST && size < hashes.length / SPARSE) {
            hashes = new long[Math.max(SMALLEST, hashes.length / SPARSE)];
        } else {
            Arrays.fill(hashes, 0);
        }
        size = 0;
        hasZero = false;
    }
}
