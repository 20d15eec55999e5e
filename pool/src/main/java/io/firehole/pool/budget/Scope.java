package io.firehole.pool.budget;

import org.jspecify.annotations.Nullable;

/**
 * The rules whose attempts are counted together, and what is used for them now: their ledger, or the share that was set
 * aside for when it is away.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class Scope {

    private final String name;
    private final Allowance common;
    private final @Nullable Allowance share;

    Scope(String name, Allowance common, @Nullable Allowance share) {
        this.name = name;
        this.common = common;
        this.share = share;
    }

    String name() {
        return name;
    }

    Allowance common() {
        return common;
    }

    /** The share is for when the ledger is away, and for nothing less: one that is busy or holds is still there. */
    Allowance inUse(long nowNanos) {
        boolean away = common.standing().state() instanceof LedgerStanding.State.Away;
        return share != null && away && common.standing().blockedForNanos(nowNanos) > 0 ? share : common;
    }

    /** Whether what is in use stands in for something else. */
    boolean usesShare(long nowNanos) {
        return inUse(nowNanos) != common;
    }
}
