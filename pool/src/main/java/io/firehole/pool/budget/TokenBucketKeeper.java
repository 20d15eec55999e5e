package io.firehole.pool.budget;

import java.util.List;

/**
 * A rule kept by a {@link TokenBucket}, for providers who keep one themselves: up to {@code 2 * max - 1} in a window.
 *
 * <p>What a ledger remembers makes it start emptier after a restart. Beyond that it knows nothing of its neighbours.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class TokenBucketKeeper implements RuleKeeper {

    private final BudgetRule rule;
    private final TokenBucket bucket;
    private final Estimate estimate;

    /** The time the bucket sees: that of the turn, so that one decision happens at one moment. */
    private long nowNanos;

    private boolean looked;

    TokenBucketKeeper(BudgetRule rule, long nowNanos) {
        this.rule = rule;
        this.nowNanos = nowNanos;
        this.estimate = new Estimate(rule);
        this.bucket = new TokenBucket(rule.max(), rule.per(), () -> this.nowNanos);
    }

    @Override
    public BudgetRule rule() {
        return rule;
    }

    @Override
    public int used(long atNanos) {
        return Math.max(0, rule.max() - available(atNanos));
    }

    @Override
    public long admitsInNanos(PermitClass purpose, long atNanos) {
        int needed = rule.max() - purpose.limit(estimate.believed(atNanos)) + 1;
        return available(atNanos) >= needed ? 0 : bucket.inNanos(needed);
    }

    @Override
    public void add(Interval interval) {
        bucket.tryAcquire(1);
    }

    @Override
    public void moved(Interval interval) {
        // A bucket does not know when an attempt arrives.
    }

    @Override
    public void undo(Interval interval) {
        // The token is gone: that is the safe side.
    }

    @Override
    public void look(List<Interval> others, long atNanos) {
        if (!looked) {
            looked = true;
            int taken = Math.min(others.size(), available(atNanos));
            if (taken > 0) {
                bucket.tryAcquire(taken);
            }
        }
    }

    @Override
    public Estimate estimate() {
        return estimate;
    }

    @Override
    public Outlook outlook(long atNanos) {
        return new Outlook.OfTokens(rule, available(atNanos));
    }

    private int available(long atNanos) {
        nowNanos = atNanos;
        return (int) Math.min(rule.max(), bucket.availableTokens());
    }
}
