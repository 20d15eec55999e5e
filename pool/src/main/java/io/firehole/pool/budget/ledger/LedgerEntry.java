package io.firehole.pool.budget.ledger;

import java.util.UUID;

/**
 * One permit that was given: the provider can have counted its attempt from one time to another, by the ledger's clock.
 *
 * @param id its own, never used twice
 * @param kind what was attempted
 * @param grantedNanos not before
 * @param boundNanos not after
 */
public record LedgerEntry(UUID id, AttemptKind kind, long grantedNanos, long boundNanos) {

    /** The same with another end. */
    public LedgerEntry withBound(long newBoundNanos) {
        return new LedgerEntry(id, kind, grantedNanos, newBoundNanos);
    }
}
