package io.firehole.pool.metrics;

import java.util.Arrays;

/**
 * How many latencies fell into each of {@value #SIZE} fixed buckets: four an octave from 64 µs to 67 s, one for what is
 * shorter and one for what is longer. Immutable; any thread.
 *
 * <p>The buckets are the same everywhere and for ever, so that what was kept can be added up, over streams, spans and
 * processes. A bucket is 19 % wide, so that {@link #percentileMicros} is at most 9.1 % off. Whoever counts has an array of
 * {@value #SIZE} numbers, counts at {@link #indexOf} and gives it to {@link #of}.
 */
public final class LatencyBuckets {

    /** How many buckets there are. */
    public static final int SIZE = 82;

    private static final int PER_OCTAVE = 4;
    private static final int FIRST_OCTAVE = 6;

    /** The greatest latency that belongs to each bucket, in µs; the last one has no end. */
    private static final long[] UPPER = new long[SIZE];

    /** No latency at all. */
    public static final LatencyBuckets NONE = new LatencyBuckets(new long[SIZE]);

    static {
        for (int i = 0; i < SIZE - 1; i++) {
            UPPER[i] = (long) Math.floor(bound(i));
        }
        UPPER[SIZE - 1] = Long.MAX_VALUE;
    }

    private final long[] counts;

    private LatencyBuckets(long[] counts) {
        this.counts = counts;
    }

    /**
     * These counts, copied.
     *
     * @param counts one number for each bucket, none negative
     * @throws IllegalArgumentException if it has another length or a negative number
     */
    public static LatencyBuckets of(long[] counts) {
        if (counts.length != SIZE) {
            throw new IllegalArgumentException("there are " + SIZE + " buckets, not " + counts.length);
        }
        for (int i = 0; i < SIZE; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("bucket " + i + " holds " + counts[i]);
            }
        }
        return new LatencyBuckets(counts.clone());
    }

    /** To which bucket a latency belongs. Allocates nothing; anything below 0 counts as 0. */
    public static int indexOf(long micros) {
        if (micros <= UPPER[0]) {
            return 0;
        }
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros - 1) - FIRST_OCTAVE;
        int index = Math.min(octave * PER_OCTAVE + 1, SIZE - 1);
        while (UPPER[index] < micros) {
            index++;
        }
        return index;
    }

    /** The greatest latency that belongs to a bucket, in µs; {@link Long#MAX_VALUE} for the last one. */
    public static long upperMicros(int index) {
        return UPPER[index];
    }

    /** How many latencies are in a bucket. */
    public long count(int index) {
        return counts[index];
    }

    /** How many there are in all. */
    public long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /** Those of both together. */
    public LatencyBuckets plus(LatencyBuckets other) {
        long[] sum = counts.clone();
        other.addTo(sum);
        return new LatencyBuckets(sum);
    }

    /** Adds these counts to an array of the caller's, of length {@value #SIZE}. */
    public void addTo(long[] sums) {
        for (int i = 0; i < SIZE; i++) {
            sums[i] += counts[i];
        }
    }

    /** The counts, as an array of the caller's. */
    public long[] toArray() {
        return counts.clone();
    }

    /**
     * A latency that so many percent of all do not exceed: the middle of the bucket in which the walk ends. 64 µs stands
     * for all that is shorter, 67.1 s for all that is longer, and 0 for none at all.
     *
     * @param percent above 0, up to 100
     */
    public long percentileMicros(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("a percentile is above 0 and at most 100, was " + percent);
        }
        long total = total();
        if (total == 0) {
            return 0;
        }
        long rank = Math.max(1, (long) Math.ceil(total * (percent / 100)));
        int index = 0;
        for (long seen = counts[0]; seen < rank && index < SIZE - 1; seen += counts[index]) {
            index++;
        }
        return index == 0 || index == SIZE - 1
                ? UPPER[Math.min(index, SIZE - 2)]
                : Math.round(Math.sqrt(bound(index - 1) * bound(index)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LatencyBuckets buckets && Arrays.equals(counts, buckets.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    /** As in {@code 120 latencies, p50 870, p99 4143 µs}. */
    @Override
    public String toString() {
        return total() + " latencies, p50 " + percentileMicros(50) + ", p99 " + percentileMicros(99) + " µs";
    }

    private static double bound(int index) {
        return (1L << FIRST_OCTAVE) * Math.pow(2, (double) index / PER_OCTAVE);
    }
}
