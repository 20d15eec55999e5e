package io.firehole.history;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a failure: a random time up to a bound that doubles with each one in a row, but never less than a tenth
 * of it. One thread.
 */
final class Attempts {

    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration CAP = Duration.ofSeconds(30);

    private static final int DOUBLINGS_MAX = 8;

    private final RandomGenerator random;
    private int failures;

    Attempts(RandomGenerator random) {
        this.random = random;
    }

    /** Counts a failure and says how long to wait. */
    long failedNanos() {
        long bound = Math.min(CAP.toNanos(), FIRST.toNanos() << Math.min(failures++, DOUBLINGS_MAX));
        return bound / 10 + random.nextLong(bound - bound / 10);
    }

    /** It worked. Returns whether it had not before. */
    boolean worked() {
        boolean before = failures > 0;
        failures = 0;
        return before;
    }

    /** Whether the last one failed and the one before did not. */
    boolean isFirst() {
        return failures == 1;
    }
}
