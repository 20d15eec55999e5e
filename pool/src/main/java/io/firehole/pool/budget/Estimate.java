package io.firehole.pool.budget;

/**
 * How many attempts the provider really allows, as far as its answers let us believe: the rule's {@code max}, until it
 * refuses for a limit although we are within the rule. Then somebody else uses the same token, or the rule is wrong.
 *
 * <p>Never below a quarter of {@code max}; each quiet window gives a tenth of it back.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class Estimate {

    static final int FLOOR_PARTS = 4;
    static final int REGAIN_PARTS = 10;

    private final int max;
    private final long windowNanos;
    private int lowered;
    private long loweredNanos;
    private int before;

    Estimate(BudgetRule rule) {
        this.max = rule.max();
        this.windowNanos = rule.per().toNanos();
        this.lowered = max;
        this.before = max;
    }

    /** At least 1. */
    int believed(long nowNanos) {
        if (lowered < max) {
            long regained = (nowNanos - loweredNanos) / windowNanos * ceil(REGAIN_PARTS);
            if (lowered + regained < max) {
                return (int) (lowered + regained);
            }
            lowered = max;
        }
        return max;
    }

    /** The provider has refused one more than so many. */
    void lower(int refusedAt, long nowNanos) {
        before = believed(nowNanos);
        lowered = Math.max(ceil(FLOOR_PARTS), Math.min(before, refusedAt - 1));
        loweredNanos = nowNanos;
    }

    /** The last refusal was none. */
    void forgive() {
        lowered = Math.max(lowered, before);
    }

    private int ceil(int parts) {
        return (max + parts - 1) / parts;
    }
}
