package io.firehole.pool.metrics;

import java.util.Objects;

/**
 * The latencies of one stream in one second.
 *
 * @param count how many were measured
 * @param sumMicros their sum
 * @param maxMicros the greatest, 0 without any
 * @param p50Micros half of them were at most that long; exact for this second, for display, never to be averaged
 * @param p99Micros 99 % of them were at most that long, likewise
 * @param buckets the same latencies in buckets, which can be added up over streams and seconds
 */
public record LatencySecond(
        long count, long sumMicros, long maxMicros, long p50Micros, long p99Micros, LatencyBuckets buckets) {

    /** A second in which nothing was measured. */
    public static final LatencySecond NONE = new LatencySecond(0, 0, 0, 0, 0, LatencyBuckets.NONE);

    public LatencySecond {
        Objects.requireNonNull(buckets, "buckets");
        if ((count | sumMicros | maxMicros | p50Micros | p99Micros) < 0) {
            throw new IllegalArgumentException("no latency may be negative: count " + count + ", sum " + sumMicros
                    + ", max " + maxMicros + ", p50 " + p50Micros + ", p99 " + p99Micros);
        }
        if (buckets.total() != count) {
            throw new IllegalArgumentException(
                    "the buckets must hold each of the " + count + " latencies once, they hold " + buckets.total());
        }
    }

    /** Both together; the percentiles are those of the buckets then, unless one of them is empty. */
    public LatencySecond plus(LatencySecond other) {
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        LatencyBuckets both = buckets.plus(other.buckets);
        return new LatencySecond(
                count + other.count,
                sumMicros + other.sumMicros,
                Math.max(maxMicros, other.maxMicros),
                both.percentileMicros(50),
                both.percentileMicros(99),
                both);
    }
}
