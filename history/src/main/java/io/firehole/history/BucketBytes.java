package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import java.io.ByteArrayOutputStream;

/**
 * Buckets as few bytes: the index of the first that is not empty, then the counts from there to the last that is not, seven
 * bits a byte, the lowest first. Most are empty, so 82 numbers take some 20 bytes instead of 656.
 */
final class BucketBytes {

    private BucketBytes() {}

    static byte[] of(LatencyBuckets buckets) {
        int first = 0;
        int end = LatencyBuckets.SIZE;
        while (first < end && buckets.count(first) == 0) {
            first++;
        }
        while (end > first && buckets.count(end - 1) == 0) {
            end--;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(32);
        bytes.write(first);
        for (int i = first; i < end; i++) {
            long rest = buckets.count(i);
            for (; rest > 0x7f; rest >>>= 7) {
                bytes.write((int) ((rest & 0x7f) | 0x80));
            }
            bytes.write((int) rest);
        }
        return bytes.toByteArray();
    }

    /** Adds what {@link #of} made to sums of the caller's. */
    static void addTo(long[] sums, byte[] bytes) {
        int bucket = bytes[0];
        long count = 0;
        int shift = 0;
        for (int i = 1; i < bytes.length; i++) {
            count |= (bytes[i] & 0x7fL) << shift;
            shift += 7;
            if (bytes[i] >= 0) {
                sums[bucket++] += count;
                count = 0;
                shift = 0;
            }
        }
    }
}
