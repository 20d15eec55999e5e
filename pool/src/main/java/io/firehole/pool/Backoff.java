package io.firehole.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: a random time up to a bound that doubles with each failure, so that those who
 * failed together do not come back together. Control thread.
 */
final class Backoff {

    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration CAP = Duration.ofSeconds(30);

    /** After that long without a failure the next one counts as the first. A handshake alone proves nothing. */
    static final Duration HEALTHY = Duration.ofSeconds(30);

    private static final int DOUBLINGS_MAX = 16;

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Counts a failure and says how long to wait: up to the first bound after the first. */
    long failedNanos() {
        return jittered(failures++);
    }

    /** The same for those who must not wait after a first failure: the first bound comes after the second. */
    long failedUrgentlyNanos() {
        int before = failures++;
        return before == 0 ? 0 : jittered(before - 1);
    }

    /** Counts a failure that time alone will hardly cure: always a wait near the cap. */
    long refusedNanos() {
        failures++;
        return refusal(random);
    }

    /** A wait near the cap. */
    static long refusal(RandomGenerator random) {
        return CAP.toNanos() / 2 + random.nextLong(CAP.toNanos() / 2 + 1);
    }

    private long jittered(int doublings) {
        long bound = Math.min(CAP.toNanos(), FIRST.toNanos() << Math.min(doublings, DOUBLINGS_MAX));
        return random.nextLong(bound + 1);
    }

    /** It worked for so long; forgets the failures if that was long enough. */
    void workedFor(long nanos) {
        if (nanos >= HEALTHY.toNanos()) {
            failures = 0;
        }
    }

    /** What failed was something else. */
    void forget() {
        failures = 0;
    }

    /** Failures in a row. */
    int failures() {
        return failures;
    }
}
