package io.firehole.pool.budget;

import java.util.ArrayList;
import java.util.Arrays;
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

    /** When each of them expires, in order, from {@link #baseNanos} on: asked far more often than it changes. */
    private long[] expiries = {};

    private long baseNanos;
    private boolean stale;

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
        return expiries(nowNanos).length - expired(nowNanos);
    }

    @Override
    public long admitsInNanos(PermitClass purpose, long nowNanos) {
        long[] sorted = expiries(nowNanos);
        int expired = expired(nowNanos);
        int over = sorted.length - expired - purpose.limit(estimate.believed(nowNanos));
        return over < 0 ? 0 : sorted[expired + over] - (nowNanos - baseNanos);
    }

    @Override
    public void add(Interval interval) {
        own.add(interval);
        stale = true;
    }

    @Override
    public void moved(Interval interval) {
        if (!own.contains(interval)) {
            own.add(interval);
        }
        stale = true;
    }

    @Override
    public void undo(Interval interval) {
        own.remove(interval);
        stale = true;
    }

    @Override
    public void look(List<Interval> intervals, long nowNanos) {
        others.clear();
        others.addAll(intervals);
        stale = true;
    }

    @Override
    public Estimate estimate() {
        return estimate;
    }

    @Override
    public Outlook outlook(long nowNanos) {
        PriorityQueue<Long> live = new PriorityQueue<>();
        for (long expiry : expiries(nowNanos)) {
            live.add(expiry - (nowNanos - baseNanos));
        }
        return new Outlook.OfIntervals(estimate.believed(nowNanos), keptNanos, live);
    }

    private int expired(long nowNanos) {
        int expired = 0;
        while (expired < expiries.length && expiries[expired] <= nowNanos - baseNanos) {
            expired++;
        }
        return expired;
    }

    private long[] expiries(long nowNanos) {
        if (stale) {
            stale = false;
            baseNanos = nowNanos;
            forgetExpired(own);
            forgetExpired(others);
            expiries = new long[own.size() + others.size()];
            int at = 0;
            for (Interval interval : own) {
                expiries[at++] = expiresInNanos(interval);
            }
            for (Interval interval : others) {
                expiries[at++] = expiresInNanos(interval);
            }
            Arrays.sort(expiries);
        }
        return expiries;
    }

    private void forgetExpired(List<Interval> intervals) {
        intervals.removeIf(interval -> expiresInNanos(interval) <= 0);
    }

    private long expiresInNanos(Interval interval) {
        return interval.boundNanos + keptNanos - baseNanos;
    }
}
