package io.firehole.pool.budget.ledger;

import java.util.List;
import java.util.UUID;

/** A ledger as it stands during one turn. Only the decision it was given to may use it, and only until that returns. */
public interface LedgerView {

    /**
     * The ledger's clock, read once the lock was had: shared by all who share the ledger, and comparable only with the
     * times in it.
     */
    long nowNanos();

    /** Everybody's entries that may still stand in a window of the provider. */
    List<LedgerEntry> entries();

    /** Writes an entry. It is durable before the turn is {@linkplain Ledger.Turn.Done done}. */
    void add(LedgerEntry entry);

    /**
     * Moves the end of an entry. To lose a move to an earlier time does no harm, so it need not be durable at once. Ignored
     * if the ledger does not hold the entry any more: to lengthen one that is gone, {@link #add} it again.
     */
    void bound(UUID id, long boundNanos);
}
