package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.Ledger.Turn;
import java.time.Duration;

/**
 * Whether a ledger can be used, and if not, when to ask it again.
 *
 * <pre>
 *          others have the turn          ┌─▶ Busy ──┐
 *   Here ─ it may have forgotten permits ├─▶ Holds ─┼─ a turn is done ─▶ Here
 *          out of reach, not writable    └─▶ Away ──┘   (and each of the three may become another)
 * </pre>
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class LedgerStanding {

    /** How long to wait after a ledger was busy: the turns of others take a write to a disk. One more each time. */
    static final Duration BUSY_STEP = Duration.ofMillis(2);

    static final Duration BUSY_STEP_MAX = Duration.ofMillis(20);

    /** Busy for longer than this is told: somebody holds the lock and does not let go. */
    static final Duration BUSY_TOLD = Duration.ofSeconds(5);

    /** How long to wait before a ledger that is away is asked again; doubles up to the other. */
    static final Duration AWAY_STEP = Duration.ofMillis(100);

    static final Duration AWAY_STEP_MAX = Duration.ofSeconds(1);

    /** How a ledger stands. */
    sealed interface State {
        record Here() implements State {}

        record Busy(long sinceNanos, int times, boolean told) implements State {}

        record Holds(long sinceNanos) implements State {}

        record Away(long sinceNanos, int times) implements State {}
    }

    private final String scope;
    private final int share;
    private final BudgetEvents events;
    private State state = new State.Here();
    private long retryNanos;

    /** @param share how many permits may be used instead; 0 if none */
    LedgerStanding(String scope, int share, BudgetEvents events) {
        this.scope = scope;
        this.share = share;
        this.events = events;
    }

    State state() {
        return state;
    }

    /** How long until it is worth asking; 0 if it is now. */
    long blockedForNanos(long nowNanos) {
        return state instanceof State.Here ? 0 : Math.max(0, retryNanos - nowNanos);
    }

    /** What became of a turn. */
    void after(Turn<?> turn, long nowNanos) {
        switch (turn) {
            case Turn.Done<?> done -> here(nowNanos);
            case Turn.Busy<?> busy -> busy(nowNanos);
            case Turn.Held<?>(long forNanos, String reason) -> holds(forNanos, reason, nowNanos);
            case Turn.Away<?>(String reason) -> away(reason, nowNanos);
        }
    }

    void here(long nowNanos) {
        switch (state) {
            case State.Here here -> {}
            case State.Busy(long since, int times, boolean told) -> {
                if (told) {
                    back(since, nowNanos);
                }
            }
            case State.Holds(long since) -> back(since, nowNanos);
            case State.Away(long since, int times) -> back(since, nowNanos);
        }
        state = new State.Here();
    }

    private void back(long sinceNanos, long nowNanos) {
        events.add(new BudgetEvent.LedgerBack(nowNanos, scope, nowNanos - sinceNanos));
    }

    private void busy(long nowNanos) {
        State.Busy before =
                state instanceof State.Busy busy ? busy : new State.Busy(nowNanos, 0, !(state instanceof State.Here));
        boolean tellNow = !before.told() && nowNanos - before.sinceNanos() >= BUSY_TOLD.toNanos();
        if (tellNow) {
            events.add(new BudgetEvent.LedgerBusy(nowNanos, scope, nowNanos - before.sinceNanos()));
        }
        state = new State.Busy(before.sinceNanos(), before.times() + 1, before.told() || tellNow);
        retryNanos = nowNanos + Math.min(BUSY_STEP_MAX.toNanos(), BUSY_STEP.toNanos() * (before.times() + 1));
    }

    private void holds(long forNanos, String reason, long nowNanos) {
        if (!(state instanceof State.Holds)) {
            events.add(new BudgetEvent.LedgerHolds(nowNanos, scope, forNanos, reason));
            state = new State.Holds(nowNanos);
        }
        retryNanos = nowNanos + Math.clamp(forNanos, 1, AWAY_STEP_MAX.toNanos());
    }

    private void away(String reason, long nowNanos) {
        State.Away before = state instanceof State.Away away ? away : new State.Away(nowNanos, 0);
        if (before.times() == 0) {
            events.add(new BudgetEvent.LedgerAway(nowNanos, scope, reason, share));
        }
        state = new State.Away(before.sinceNanos(), before.times() + 1);
        int doublings = Math.min(before.times(), 10);
        retryNanos = nowNanos + Math.min(AWAY_STEP_MAX.toNanos(), AWAY_STEP.toNanos() << doublings);
    }
}
