package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.CuckooHashAlgorithm;

/**
 * A set of keys in two to four bytes each, as the protocol sends it: no key in it is ever missed, a few that are not
 * in it are found.
 *
 * <p>A key has a fingerprint of 16 bits and two buckets of four places where it may lie; the second bucket follows
 * from the first and the fingerprint, so that a key can be moved without being known. Place value 0 means free, which
 * is why no fingerprint is 0.
 *
 * <p>{@link #insert} belongs to one thread, before the set is shown to others; a set that nobody inserts into any more
 * may be asked from any thread.
 */
public final class CuckooSet {

    /** The seed that clients use unless they choose another: {@code yllwst n!}, more or less. */
    public static final long DEFAULT_SEED = 0x796c6c7773746e21L;

    /** Places in a bucket. */
    public static final int ENTRIES_PER_BUCKET = 4;

    /** How many bits of its hash a key leaves in the set. */
    public static final int FINGERPRINT_BITS = 16;

    /** The most keys a set can be made for: its data stay below 256 MiB. */
    public static final int CAPACITY_MAX = 1 << 26;

    private static final int ENTRY_BYTES = FINGERPRINT_BITS / 8;
    private static final int BUCKET_BYTES = ENTRIES_PER_BUCKET * ENTRY_BYTES;
    private static final int KICKS_MAX = 500;
    private static final double LOAD = 0.95;

    private final byte[] data;
    private final int buckets;
    private final long k0;
    private final long k1;

    /** An empty set for that many keys, with the usual seed. */
    public CuckooSet(int capacity) {
        this(capacity, DEFAULT_SEED);
    }

    /**
     * An empty set.
     *
     * @param capacity for how many keys, at most {@link #CAPACITY_MAX}
     * @param seed of the hash
     */
    public CuckooSet(int capacity, long seed) {
        this(new byte[bucketsFor(capacity) * BUCKET_BYTES], seed);
    }

    private CuckooSet(byte[] data, long seed) {
        this.data = data;
        this.buckets = data.length / BUCKET_BYTES;
        this.k0 = seed;
        this.k1 = Long.rotateLeft(seed, 32);
    }

    /**
     * The set that a request carries.
     *
     * <p>As in the reference server only the data and the seed count: the number of buckets follows from the length of
     * the data, and a set without data contains nothing.
     */
    public static CuckooSet of(CuckooFilter filter) {
        return new CuckooSet(filter.getData().toByteArray(), filter.getHashSeed());
    }

    private static int bucketsFor(int capacity) {
        if (capacity < 0 || capacity > CAPACITY_MAX) {
            throw new IllegalArgumentException(
                    "a cuckoo set holds 0 to " + CAPACITY_MAX + " keys, asked for " + capacity);
        }
        int least = Math.max(1, (int) Math.ceil(capacity / (LOAD * ENTRIES_PER_BUCKET)));
        int power = Integer.highestOneBit(least);
        return power == least ? power : power * 2;
    }

    /** How many buckets there are. */
    public int bucketCount() {
        return buckets;
    }

    /**
     * Adds the key.
     *
     * @return false if it found no place; the set is then as before. Keys are not told apart from others with the same
     *     fingerprint, so a key added twice takes two places.
     */
    public boolean insert(PublicKey key) {
        if (buckets == 0) {
            return false;
        }
        long hash = SipHash.ofKey(k0, k1, key);
        int fingerprint = fingerprint(hash);
        int first = first(hash);
        return place(first, fingerprint) || place(other(first, fingerprint), fingerprint) || kick(first, fingerprint);
    }

    /** Whether the key was added; now and then also for a key that was not. */
    public boolean contains(PublicKey key) {
        if (buckets == 0) {
            return false;
        }
        long hash = SipHash.ofKey(k0, k1, key);
        int fingerprint = fingerprint(hash);
        int first = first(hash);
        return holds(first, fingerprint) || holds(other(first, fingerprint), fingerprint);
    }

    /** Whether one of the keys was added; now and then also where none was. */
    boolean containsAny(KeySet keys) {
        for (int i = 0; i < keys.size(); i++) {
            if (contains(keys.key(i))) {
                return true;
            }
        }
        return false;
    }

    /** As the protocol sends it, every field filled in: some clients and servers check them. */
    public CuckooFilter encode() {
        return CuckooFilter.newBuilder()
                .setData(ByteString.copyFrom(data))
                .setBucketCount(buckets)
                .setEntriesPerBucket(ENTRIES_PER_BUCKET)
                .setFingerprintBits(FINGERPRINT_BITS)
                .setHashSeed(k0)
                .setHashAlgorithm(CuckooHashAlgorithm.SIP_HASH)
                .build();
    }

    static int fingerprint(long hash) {
        int fingerprint = (int) (hash >>> 32) & 0xffff;
        return fingerprint == 0 ? 1 : fingerprint;
    }

    private int first(long hash) {
        return (int) hash & (buckets - 1);
    }

    private int other(int bucket, int fingerprint) {
        return bucket ^ ((int) SipHash.ofFingerprint(k0, k1, fingerprint) & (buckets - 1));
    }

    private boolean holds(int bucket, int fingerprint) {
        for (int entry = 0; entry < ENTRIES_PER_BUCKET; entry++) {
            if (get(bucket, entry) == fingerprint) {
                return true;
            }
        }
        return false;
    }

    private boolean place(int bucket, int fingerprint) {
        for (int entry = 0; entry < ENTRIES_PER_BUCKET; entry++) {
            if (get(bucket, entry) == 0) {
                set(bucket, entry, fingerprint);
                return true;
            }
        }
        return false;
    }

    /** Makes room by moving others to their second bucket; takes every move back if there is still none. */
    private boolean kick(int start, int added) {
        int[] bucketsKicked = new int[KICKS_MAX];
        int[] entriesKicked = new int[KICKS_MAX];
        int bucket = start;
        int fingerprint = added;
        for (int kick = 0; kick < KICKS_MAX; kick++) {
            int entry = (kick + fingerprint) % ENTRIES_PER_BUCKET;
            bucketsKicked[kick] = bucket;
            entriesKicked[kick] = entry;
            fingerprint = swap(bucket, entry, fingerprint);
            bucket = other(bucket, fingerprint);
            if (place(bucket, fingerprint)) {
                return true;
            }
        }
        for (int kick = KICKS_MAX - 1; kick >= 0; kick--) {
            fingerprint = swap(bucketsKicked[kick], entriesKicked[kick], fingerprint);
        }
        return false;
    }

    private int swap(int bucket, int entry, int fingerprint) {
        int out = get(bucket, entry);
        set(bucket, entry, fingerprint);
        return out;
    }

    private int get(int bucket, int entry) {
        int at = bucket * BUCKET_BYTES + entry * ENTRY_BYTES;
        return (data[at] & 0xff) | ((data[at + 1] & 0xff) << 8);
    }

    private void set(int bucket, int entry, int fingerprint) {
        int at = bucket * BUCKET_BYTES + entry * ENTRY_BYTES;
        data[at] = (byte) fingerprint;
        data[at + 1] = (byte) (fingerprint >>> 8);
    }
}
