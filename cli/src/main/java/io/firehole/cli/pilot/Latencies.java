package io.firehole.cli.pilot;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** How much later updates came through the gateway: a sample, each update as likely in it as any other. One thread. */
final class Latencies {

    /** How many are kept. */
    static final int SAMPLE = 100_000;

    private final RandomGenerator random;
    private final long[] kept = new long[SAMPLE];
    private long count;

    Latencies(RandomGenerator random) {
        this.random = random;
    }

    void add(long nanos) {
        long at = count < SAMPLE ? count : random.nextLong(count + 1);
        count++;
        if (at < SAMPLE) {
            kept[(int) at] = nanos;
        }
    }

    /** The value below which that part of the sample lies; empty if there is none. */
    OptionalLong quantile(double part) {
        int size = (int) Math.min(count, SAMPLE);
        if (size == 0) {
            return OptionalLong.empty();
        }
        long[] sorted = Arrays.copyOf(kept, size);
        Arrays.sort(sorted);
        return OptionalLong.of(sorted[(int) Math.min(size - 1L, (long) (part * size))]);
    }
}
