package io.firehole.pool.metrics;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Takes in latencies and gives out those of each second. One thread at a time records, another one takes; neither blocks
 * the other for longer than one recording lasts.
 *
 * <p>Its memory grows with the widest span of latencies it has seen: two histograms of 8 KB each up to 5 ms, of 12 KB up to
 * 0.1 s, of 25 KB up to the longest it knows.
 */
public final class LatencyRecorder {

    /** What is longer counts as that long: 10 minutes. */
    public static final long MAX_MICROS = 600_000_000;

    /** Of each latency, the first two digits are kept. */
    private static final int DIGITS = 2;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(DIGITS);

    /** The histogram of the last second but one, to be used again. Taker only. */
    private @Nullable Histogram spare;

    /** Takes in one latency; what is below 0, as clocks of two machines can make it, counts as 0. The recording thread. */
    public void record(long nanos) {
        recorder.recordValue(Math.clamp(nanos / 1_000, 0, MAX_MICROS));
    }

    /** What was recorded since this was asked last. The taking thread. */
    public LatencySecond take() {
        Histogram taken = recorder.getIntervalHistogram(spare);
        spare = taken;
        long count = taken.getTotalCount();
        if (count == 0) {
            return LatencySecond.NONE;
        }
        long[] counts = new long[LatencyBuckets.SIZE];
        long sum = 0;
        for (var value : taken.recordedValues()) {
            long micros = value.getValueIteratedTo();
            counts[LatencyBuckets.indexOf(micros)] += value.getCountAtValueIteratedTo();
            sum += micros * value.getCountAtValueIteratedTo();
        }
        return new LatencySecond(
                count,
                sum,
                taken.getMaxValue(),
                taken.getValueAtPercentile(50),
                taken.getValueAtPercentile(99),
                LatencyBuckets.of(counts));
    }
}
