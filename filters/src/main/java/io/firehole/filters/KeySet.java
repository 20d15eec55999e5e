package io.firehole.filters;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Distinct keys in the order in which they came, found by hash. Immutable once {@link Builder#build built}.
 *
 * <p>The keys lie in one flat array, with an open-addressing table of their positions beside it: lists of a million
 * keys are legal, and an object for each would cost three times the memory.
 */
final class KeySet {

    /** No keys. */
    static final KeySet EMPTY = new Builder(0).build();

    private static final int WORDS = 4;

    private final long[] words;
    private final int[] hashes;
    private final int size;

    /** Position + 1 of a key, 0 where there is none; a power of two, at most two thirds full. */
    private final int[] table;

    private KeySet(long[] words, int[] hashes, int size, int[] table) {
        this.words = words;
        this.hashes = hashes;
        this.size = size;
        this.table = table;
    }

    static KeySet of(List<PublicKey> keys) {
        Builder builder = new Builder(keys.size());
        keys.forEach(builder::add);
        return builder.build();
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    PublicKey key(int position) {
        int at = position * WORDS;
        return PublicKey.ofWords(words[at], words[at + 1], words[at + 2], words[at + 3]);
    }

    boolean contains(@Nullable PublicKey key) {
        return position(key) >= 0;
    }

    /** Where the key stands, from 0; -1 if it is not here. */
    int position(@Nullable PublicKey key) {
        return size == 0 || key == null
                ? -1
                : find(table, words, hashes, key.hashCode(), key.word(0), key.word(1), key.word(2), key.word(3));
    }

    /** Where the other set's key at that position stands in this set; -1 if it is not here. */
    int positionOf(KeySet other, int position) {
        int at = position * WORDS;
        long[] w = other.words;
        return size == 0
                ? -1
                : find(table, words, hashes, other.hashes[position], w[at], w[at + 1], w[at + 2], w[at + 3]);
    }

    /** Whether a key of either is in the other; walks the smaller. */
    boolean overlaps(KeySet other) {
        KeySet small = size <= other.size ? this : other;
        KeySet large = small == this ? other : this;
        for (int i = 0; i < small.size; i++) {
            if (large.positionOf(small, i) >= 0) {
                return true;
            }
        }
        return false;
    }

    boolean containsAll(KeySet other) {
        if (other.size > size) {
            return false;
        }
        for (int i = 0; i < other.size; i++) {
            if (positionOf(other, i) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int find(int[] table, long[] words, int[] hashes, int hash, long w0, long w1, long w2, long w3) {
        int mask = table.length - 1;
        for (int slot = hash & mask; ; slot = (slot + 1) & mask) {
            int position = table[slot] - 1;
            if (position < 0) {
                return -1;
            }
            int at = position * WORDS;
            if (hashes[position] == hash
                    && words[at] == w0
                    && words[at + 1] == w1
                    && words[at + 2] == w2
                    && words[at + 3] == w3) {
                return position;
            }
        }
    }

    /** Collects keys; one thread. */
    static final class Builder {

        private long[] words;
        private int[] hashes;
        private int[] table;
        private int size;

        /** @param expected about how many keys will come; more are fine */
        Builder(int expected) {
            words = new long[expected * WORDS];
            hashes = new int[expected];
            table = new int[tableSize(expected)];
        }

        /** Starts with the keys of that set. */
        Builder(KeySet from, int more) {
            this(from.size + more);
            for (int i = 0; i < from.size; i++) {
                add(from.key(i));
            }
        }

        /** Adds the key unless it is there. */
        void add(PublicKey key) {
            int hash = key.hashCode();
            if (find(table, words, hashes, hash, key.word(0), key.word(1), key.word(2), key.word(3)) >= 0) {
                return;
            }
            if (size == hashes.length) {
                grow();
            }
            for (int i = 0; i < WORDS; i++) {
                words[size * WORDS + i] = key.word(i);
            }
            hashes[size] = hash;
            enter(hash, size);
            size++;
        }

        private void grow() {
            int room = Math.max(8, hashes.length * 2);
            words = Arrays.copyOf(words, room * WORDS);
            hashes = Arrays.copyOf(hashes, room);
            table = new int[tableSize(room)];
            for (int i = 0; i < size; i++) {
                enter(hashes[i], i);
            }
        }

        private void enter(int hash, int position) {
            int mask = table.length - 1;
            int slot = hash & mask;
            while (table[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            table[slot] = position + 1;
        }

        /** The set; the builder must not be used after. */
        KeySet build() {
            return new KeySet(words, hashes, size, table);
        }

        private static int tableSize(int keys) {
            return Integer.highestOneBit(Math.max(1, keys + keys / 2)) * 2;
        }
    }
}
