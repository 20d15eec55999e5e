package io.firehole.pool.budget;

import java.util.List;

/**
 * What one rule remembers of the attempts it counts, and what it admits next.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}; only attempts of a kind that the rule counts are told to it.
 */
sealed interface RuleKeeper permits IntervalLog, TokenBucketKeeper {

    /** The one that keeps a rule as the rule says. */
    static RuleKeeper of(BudgetRule rule, long nowNanos) {
        return switch (rule.algorithm()) {
            case INTERVAL_LOG -> new IntervalLog(rule);
            case TOKEN_BUCKET -> new TokenBucketKeeper(rule, nowNanos);
        };
    }

    BudgetRule rule();

    /** How many of the rule's {@code max} are taken. */
    int used(long nowNanos);

    /** How long until one of that class is admitted, if nothing is granted or settled meanwhile; 0 if it is now. */
    long admitsInNanos(PermitClass purpose, long nowNanos);

    /** A permit was given. */
    void add(Interval interval);

    /** The end of an interval was moved; it may have been forgotten before. */
    void moved(Interval interval);

    /** The permit was never given after all. */
    void undo(Interval interval);

    /** These are the attempts of others, as the ledger has them now. */
    void look(List<Interval> others, long nowNanos);

    /** How many attempts a window holds, as far as the provider's answers let us believe. */
    Estimate estimate();

    /** How it will go on, on a copy. */
    Outlook outlook(long nowNanos);
}
