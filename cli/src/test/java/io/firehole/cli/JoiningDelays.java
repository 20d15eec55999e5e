package io.firehole.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long newcomers waited, in rounds of the same length. One thread. */
final class JoiningDelays {

    private static final Logger log = LoggerFactory.getLogger(JoiningDelays.class);

    /**
     * How long a newcomer waited.
     *
     * @param firstNanos from its request to its first update
     * @param paceNanos from its request to the witness's next one: the chain had nothing before
     * @param missedNanos from its request to the last update that the witness got and it did not; 0 if it missed none
     */
    record Wait(long firstNanos, long paceNanos, long missedNanos) {}

    private final int rounds;
    private final List<Wait> waits = new ArrayList<>();

    JoiningDelays(int rounds) {
        this.rounds = rounds;
    }

    void add(Wait wait) {
        waits.add(wait);
    }

    /** Writes all to the log. */
    void report(String what) {
        log.info(
                "{} ({}): still missed one {} after the request; first update {}, the witness's next {}",
                what,
                waits.size(),
                parts(Wait::missedNanos),
                parts(Wait::firstNanos),
                parts(Wait::paceNanos));
    }

    /** Of all of them, and how the rounds differ. */
    private String parts(ToLongFunction<Wait> part) {
        int each = waits.size() / rounds;
        long[] medians = new long[rounds];
        long[] p99s = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            long[] sorted = sorted(waits.subList(round * each, (round + 1) * each), part);
            medians[round] = at(sorted, 0.5);
            p99s[round] = at(sorted, 0.99);
        }
        long[] all = sorted(waits, part);
        return "p50 " + millis(at(all, 0.5)) + " (rounds " + spread(medians) + "), p99 " + millis(at(all, 0.99))
                + " (rounds " + spread(p99s) + ") ms";
    }

    private static long[] sorted(List<Wait> waits, ToLongFunction<Wait> part) {
        return waits.stream().mapToLong(part).sorted().toArray();
    }

    private static String spread(long[] figures) {
        long[] sorted = figures.clone();
        Arrays.sort(sorted);
        return millis(sorted[0]) + " to " + millis(sorted[sorted.length - 1]);
    }

    private static long at(long[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    private static String millis(long nanos) {
        return Long.toString(Math.round(nanos / 1e6));
    }
}
