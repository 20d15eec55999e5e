package io.firehole.pool.budget;

import java.time.Duration;

/**
 * What a provider allows: at most so many new connections in any window of that length.
 *
 * @param max how many; at least 1
 * @param per the length of the window, from a millisecond to a day
 */
public record BudgetRule(int max, Duration per) {

    /** Every entry is kept for a window and looked at for every grant: more than this is no connection budget. */
    public static final int MAX_LIMIT = 10_000;

    private static final Duration PER_MIN = Duration.ofMillis(1);
    private static final Duration PER_MAX = Duration.ofDays(1);

    /** What the first providers we met allow: 60 new connections in 60 seconds. (Below the bounds it is checked against.) */
    public static final BudgetRule DEFAULT = new BudgetRule(60, Duration.ofSeconds(60));

    public BudgetRule {
        if (max < 1 || max > MAX_LIMIT) {
            throw new IllegalArgumentException("budget: max must be from 1 to " + MAX_LIMIT + ", was " + max);
        }
        if (per.compareTo(PER_MIN) < 0 || per.compareTo(PER_MAX) > 0) {
            throw new IllegalArgumentException("budget: per must be from 1 ms to 1 day, was " + per);
        }
    }
}
