package io.firehole.pool.budget;

import java.util.ArrayList;
import java.util.List;

/**
 * What one rule remembers: the interval of every attempt that may still stand in a window of the provider.
 *
 * <p>An interval lives until its bound is a whole window and {@link ConnectionBudget#MARGIN} ago. As long as fewer than
 * {@code max} live, one more cannot break the rule: suppose {@code max + 1} arrivals within one window. The one granted
 * last was granted not later than it arrived, so at most a window after any other arrived, so at most a window after
 * any other's bound: all others were still alive, and it would have been refused.
 *
 * <p>A plain list of timestamps does not hold, because an attempt is counted when it <em>arrives</em>: ten granted now
 * whose packets are lost and sent again can arrive together with those granted a window later.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class IntervalLog {

    private final BudgetRule rule;
    private final long keptNanos;
    private final List<Interval> live = new ArrayList<>();

    IntervalLog(BudgetRule rule) {
        this.rule = rule;
        this.keptNanos = rule.per().plus(ConnectionBudget.MARGIN).toNanos();
    }

    BudgetRule rule() {
        return rule;
    }

    /** How long after its bound an interval is remembered. */
    long keptNanos() {
        return keptNanos;
    }

    int live(long nowNanos) {
        live.removeIf(interval -> expiresInNanos(interval, nowNanos) <= 0);
        return live.size();
    }

    boolean admits(PermitClass purpose, long nowNanos) {
        return live(nowNanos) < purpose.limit(rule.max());
    }

    /** How long until {@link #admits} says yes, if nothing is granted or settled meanwhile; 0 if it does now. */
    long admitsInNanos(PermitClass purpose, long nowNanos) {
        int over = live(nowNanos) - purpose.limit(rule.max());
        if (over < 0) {
            return 0;
        }
        long[] expiries = live.stream()
                .mapToLong(interval -> expiresInNanos(interval, nowNanos))
                .sorted()
                .toArray();
        return expiries[over];
    }

    void add(Interval interval) {
        live.add(interval);
    }

    /** An interval whose bound was moved later may have been forgotten already. */
    void remember(Interval interval) {
        if (!live.contains(interval)) {
            live.add(interval);
        }
    }

    private long expiresInNanos(Interval interval, long nowNanos) {
        return interval.boundNanos + keptNanos - nowNanos;
    }
}
