package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import java.util.UUID;

/**
 * When a provider can have counted one attempt: not before {@link #grantedNanos}, not after {@link #boundNanos}.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class Interval {

    /** Under which ledgers know it. */
    final UUID id;

    final AttemptKind kind;
    final long grantedNanos;
    long boundNanos;

    /** Nothing was ever attempted with it: a ledger that does not know it need not. */
    boolean undone;

    Interval(UUID id, AttemptKind kind, long grantedNanos, long boundNanos) {
        this.id = id;
        this.kind = kind;
        this.grantedNanos = grantedNanos;
        this.boundNanos = boundNanos;
    }
}
