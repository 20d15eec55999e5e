package io.firehole.pool.budget.ledger;

import java.time.Duration;

/**
 * What a ledger remembers, how long, and how much of it.
 *
 * @param keep how long after its bound an entry is remembered: the longest window, and the margin
 * @param unproven how long after its grant an attempt can be counted at the latest: what an entry stands for that cannot
 *     be read any more
 * @param entriesMax how many at most. With more, no turn that would add one is done. A day's window has most: with a rule
 *     for it, every entry of the day is remembered
 */
public record Retention(Duration keep, Duration unproven, int entriesMax) {

    /** Room for both kinds of attempt under the widest rule there is; as a file, 1.3 MB. */
    public static final int ENTRIES_MAX = 20_000;

    public Retention {
        if (keep.isNegative() || keep.isZero()) {
            throw new IllegalArgumentException("a ledger must keep entries for longer than nothing, was " + keep);
        }
        if (unproven.isNegative()) {
            throw new IllegalArgumentException("an attempt cannot be counted before its grant, was " + unproven);
        }
        if (entriesMax < 1) {
            throw new IllegalArgumentException("a ledger must hold at least 1 entry, was " + entriesMax);
        }
    }

    /** With room for {@link #ENTRIES_MAX}. */
    public Retention(Duration keep, Duration unproven) {
        this(keep, unproven, ENTRIES_MAX);
    }

    /** How long nobody may connect once entries may have been lost: then none of them can matter any more. */
    public Duration hold() {
        return keep.plus(unproven);
    }
}
