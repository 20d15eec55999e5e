package io.firehole.pool.budget;

/**
 * Leave for one attempt: one call of {@code connect}, whatever comes of it. Any thread; nothing here blocks.
 *
 * <p>The one who holds it calls {@link #fresh} right before the system call and {@link #attempted} right after it,
 * gives the attempt up at {@link #deadlineNanos}, and tells the outcome: {@link #settle} if there is proof that the
 * provider has counted, {@link #abandoned} if not. Who never tells costs the budget a few seconds, nothing else.
 */
public final class Permit {

    private final ConnectionBudget budget;
    private final PermitClass purpose;
    private final Interval interval;
    private boolean settled;

    Permit(ConnectionBudget budget, PermitClass purpose, Interval interval) {
        this.budget = budget;
        this.purpose = purpose;
        this.interval = interval;
    }

    /** What it was asked for. */
    public PermitClass purpose() {
        return purpose;
    }

    /** When it was given. */
    public long grantedNanos() {
        return interval.grantedNanos;
    }

    /**
     * Whether it may still be used: the process may have been stopped since the grant, and the budget reckons with an
     * attempt that begins within {@link ConnectionBudget#FENCE}. One that is no longer fresh is given up, and another
     * asked for.
     */
    public boolean fresh() {
        return budget.fresh(interval);
    }

    /** The system call has been made. If time has jumped over the fence all the same, the budget reckons from now. */
    public void attempted() {
        budget.attempted(interval);
    }

    /** When an attempt that is not through must be given up. */
    public long deadlineNanos() {
        return budget.deadlineNanos(interval);
    }

    /**
     * The provider has counted this attempt, by proof: bytes have come from it, or it has refused or closed.
     *
     * <p>That a time has run out proves nothing. Only the first call counts.
     */
    public void settle() {
        budget.settle(this);
    }

    /** The attempt was given up without such a proof; packets may still be on their way. */
    public void abandoned() {
        budget.abandoned(this);
    }

    Interval interval() {
        return interval;
    }

    /** Guarded by the budget's lock. */
    boolean settled() {
        return settled;
    }

    /** Guarded by the budget's lock. */
    void markSettled() {
        settled = true;
    }
}
