package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is held back beyond the rules, because of how the provider answers.
 *
 * <pre>
 *   Free ── it spoke of a limit ──────────────▶ Held ── the time is over ─▶ Probing
 *    ▲  └── it closes at once, none lives ──▶ Probing ── it spoke of a limit ─▶ Held
 *    └───────────── the probe proves healthy ────┘
 * </pre>
 *
 * <p>A connection closed at once while others live is taken for a limit, too. If those are gone soon after, it was the
 * provider going down, and the hold becomes a probing.
 *
 * <p>Probing admits one attempt at a time, and the next only when the one before has failed or has had its chance. What
 * is asked on connections that are there (Subscribe) is held back only while Held.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class Restraint {

    /** A probe that has neither proved healthy nor ended by then keeps nobody else waiting. */
    static final Duration PROBE_PATIENCE = ConnectionBudget.ATTEMPT_DEADLINE.plusSeconds(5);

    /** The longest the provider can make us wait by its word; then one attempt finds out. */
    static final Duration HOLD_MAX = Duration.ofMinutes(10);

    /** What is held back. */
    sealed interface State {
        record Free() implements State {}

        /**
         * Nobody goes until then.
         *
         * @param spoken whether the provider said so in words, and did not just close a connection
         */
        record Held(long untilNanos, boolean spoken) implements State {}

        record Probing(@Nullable Permit probe) implements State {}
    }

    private State state = new State.Free();

    State state(long nowNanos) {
        if (state instanceof State.Held(long untilNanos, boolean spoken) && untilNanos - nowNanos <= 0) {
            state = new State.Probing(null);
        }
        return state;
    }

    long admitsInNanos(AttemptKind kind, long nowNanos) {
        return switch (state(nowNanos)) {
            case State.Free free -> 0;
            case State.Held(long untilNanos, boolean spoken) -> untilNanos - nowNanos;
            case State.Probing(Permit probe) ->
                probe == null || kind == AttemptKind.SUBSCRIBE
                        ? 0
                        : Math.max(0, probe.grantedNanos() + PROBE_PATIENCE.toNanos() - nowNanos);
        };
    }

    /** Nobody goes for that long. */
    void hold(long forNanos, boolean spoken, long nowNanos) {
        long untilNanos = nowNanos + Math.min(forNanos, HOLD_MAX.toNanos());
        if (state(nowNanos) instanceof State.Held(long before, boolean spokenBefore)) {
            state = new State.Held(untilNanos - before > 0 ? untilNanos : before, spoken || spokenBefore);
        } else {
            state = new State.Held(untilNanos, spoken);
        }
    }

    /** The last connection is gone: what looked like a limit was the provider going down; true if that changes things. */
    boolean lastGone(long nowNanos) {
        if (state(nowNanos) instanceof State.Held(long untilNanos, boolean spoken) && !spoken) {
            state = new State.Probing(null);
            return true;
        }
        return false;
    }

    /** Nothing of the provider answers; true if that is new. */
    boolean down(long nowNanos) {
        if (state(nowNanos) instanceof State.Free) {
            state = new State.Probing(null);
            return true;
        }
        return false;
    }

    void granted(Permit permit, long nowNanos) {
        if (permit.kind() == AttemptKind.CONNECT && state(nowNanos) instanceof State.Probing) {
            state = new State.Probing(permit);
        }
    }

    /** A connection works; true if that ends the restraint. */
    boolean proved(long nowNanos) {
        if (state(nowNanos) instanceof State.Probing) {
            state = new State.Free();
            return true;
        }
        return false;
    }

    /** Nothing comes of that attempt any more; true if others may go now. */
    boolean ended(Permit permit) {
        if (state instanceof State.Probing(Permit probe) && probe == permit) {
            state = new State.Probing(null);
            return true;
        }
        return false;
    }
}
