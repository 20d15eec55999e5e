package io.firehole.sharing;

import java.time.Duration;

/**
 * Watches the database's clock by our own: entries expire by the first, and if it jumps forward, they do so too early.
 *
 * <p>The database's time was read somewhere between two looks at our own clock, so the difference of the two clocks is known
 * to lie between two bounds. They have moved against each other for sure if what the bounds were and what they are now
 * lie further apart than clocks drift.
 *
 * <p>One thread, the ledger's.
 */
final class ClockWatch {

    /** What the interval log's margin can bear. */
    static final Duration JUMP_MAX = Duration.ofMillis(250);

    /** Two clocks that are each corrected by up to 500 parts in a million, as clocks are. */
    private static final long DRIFT_PER_MILLION = 1_000;

    private final long renewNanos;
    private boolean set;
    private long sinceNanos;
    private long lowNanos;
    private long highNanos;

    /** @param renew how long ago may be what is compared with: the longest window, since small steps add up in one */
    ClockWatch(Duration renew) {
        this.renewNanos = renew.toNanos();
    }

    /**
     * By how much the clocks have moved against each other since what is remembered; 0 if by no more than clocks drift.
     *
     * @param databaseNanos its clock
     * @param beforeNanos ours, before that was asked
     * @param afterNanos ours, once it was told
     */
    long movedNanos(long databaseNanos, long beforeNanos, long afterNanos) {
        long low = databaseNanos - afterNanos;
        long high = databaseNanos - beforeNanos;
        if (!set) {
            remember(low, high, beforeNanos);
            return 0;
        }
        long moved = Math.max(low - highNanos, lowNanos - high);
        long elapsed = beforeNanos - sinceNanos;
        long drift = elapsed / 1_000_000 * DRIFT_PER_MILLION;
        if (moved > JUMP_MAX.toNanos() + drift) {
            return moved;
        }
        if (elapsed > renewNanos) {
            remember(low, high, beforeNanos);
        }
        return 0;
    }

    /** What has happened is dealt with: the next look is the first. */
    void forget() {
        set = false;
    }

    private void remember(long low, long high, long nanos) {
        set = true;
        lowNanos = low;
        highNanos = high;
        sinceNanos = nanos;
    }
}
