package io.firehole.pool.budget;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

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
 * <p>It holds one's own attempts by one's own clock, and what the ledger said of others when it was last looked at. The
 * proof needs either alone: whoever is counted twice, or by the slower clock, only makes the next one wait.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class IntervalLog implements RuleKeeper {

    private final BudgetRule rule;
    private final long keptNanos;
    private final Estimate estimate;
    private final List<Interval> own = new ArrayList<>();
    private final List<Interval> others = new ArrayList<>();

    IntervalLog(BudgetRule rule) {
        this.rule = rule;
        this.keptNanos = keptNanos(rule);
        this.estimate = new Estimate(rule);
    }

    /** How long after its bound an interval is remembered. */
    static long keptNanos(BudgetRule rule) {
        return rule.per().plus(ConnectionBudget.MARGIN).toNanos();
    }

    @Override
    public BudgetRule rule() {
        return rule;
    }

    @Override
    public int used(long nowNanos) {
        forgetExpired(own, nowNanos);
        forgetExpired(others, nowNanos);
        return own.size() + others.size();
    }

    @Override
    public long admitsInNanos(PermitClass purpose, long nowNanos) {
        int over = used(nowNanos) - purpose.limit(estimate.believed(nowNanos));
        if (over < 0) {
            return 0;
        }
        return expiriesInNanos(nowNanos).stream()
                .sorted()
                .skip(over)
                .findFirst()
                .orElse(0L);
    }

    @Override
    public void add(Interval interval) {
        own.add(interval);
    }

    @Override
    public void moved(Interval interval) {
        if (!own.contains(interval)) {
            own.add(interval);
        }
    }

    @Override
    public void undo(Interval interval) {
        own.remove(interval);
    }

    @Override
    public void look(List<Interval> intervals, long nowNanos) {
        others.clear();
        others.addAll(intervals);
    }

    @Override
    public Estimate estimate() {
        return estimate;
    }

    @Override
    public Outlook outlook(long nowNanos) {
        used(nowNanos);
        return new Outlook.OfIntervals(
                estimate.believed(nowNanos), keptNanos, new PriorityQueue<>(expiriesInNanos(nowNanos)));
    }

    private List<Long> expiriesInNanos(long nowNanos) {
        List<Long> expiries = new ArrayList<>(own.size() + others.size());
        for (Interval interval : own) {
            expiries.add(expiresInNanos(interval, nowNanos));
        }
        for (Interval interval : others) {
            expiries.add(expiresInNanos(interval, nowNanos));
        }
        return expiries;
    }

    private void forgetExpired(List<Interval> intervals, long nowNanos) {
        intervals.removeIf(interval -> expiresInNanos(interval, nowNanos) <= 0);
    }

    private long expiresInNanos(Interval interval, long nowNanos) {
        return interval.boundNanos + keptNanos - nowNanos;
    }
}
