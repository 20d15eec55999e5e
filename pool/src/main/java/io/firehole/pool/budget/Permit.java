package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import java.util.List;

/**
 * Leave for one attempt: one call of {@code connect}, or one {@code Subscribe}, whatever comes of it. Any thread; nothing
 * here blocks.
 *
 * <p>The one who holds it calls {@link #fresh} right before the system call and {@link #attempted} right after it,
 * gives the attempt up at {@link #deadlineNanos}, and tells the outcome: {@link #settle} if there is proof that the
 * provider has counted, {@link #abandoned} if not, {@link #unused} if there was no attempt. Later it tells whether the
 * connection {@link #served} and when it is {@link #gone}. Who never tells costs the budget a few seconds, nothing else.
 */
public final class Permit {

    private final ConnectionBudget budget;
    private final PermitWish wish;
    private final Interval interval;
    private final List<Allowance> allowances;
    private final long sleepNanos;
    private final long fenceNanos;

    // Guarded by the budget's lock.
    private boolean settled;
    private boolean ended;
    private boolean living;
    private boolean dead;

    /**
     * A new one.
     *
     * @param allowances who remembers its interval
     * @param sleepNanos when it was granted, by the clock that goes on while the machine sleeps
     * @param fenceNanos how soon after the grant the attempt must begin
     */
    Permit(
            ConnectionBudget budget,
            PermitWish wish,
            Interval interval,
            List<Allowance> allowances,
            long sleepNanos,
            long fenceNanos) {
        this.budget = budget;
        this.wish = wish;
        this.interval = interval;
        this.allowances = allowances;
        this.sleepNanos = sleepNanos;
        this.fenceNanos = fenceNanos;
    }

    /** What it was asked for. */
    public PermitClass purpose() {
        return wish.purpose();
    }

    /** What may be attempted. */
    public AttemptKind kind() {
        return wish.kind();
    }

    /** When it was given. */
    public long grantedNanos() {
        return interval.grantedNanos;
    }

    /**
     * Whether it may still be used: the process may have been stopped since the grant, or the machine may have slept, and
     * the budget reckons with an attempt that begins within {@link ConnectionBudget#FENCE}. One that is no longer fresh is
     * {@link #unused}, and another asked for.
     */
    public boolean fresh() {
        return budget.fresh(this);
    }

    /** The attempt has been made. If time has jumped over the fence all the same, the budget reckons from now. */
    public void attempted() {
        budget.attempted(this);
    }

    /** When an attempt that is not through must be given up. */
    public long deadlineNanos() {
        return budget.deadlineNanos(this);
    }

    /** The attempt cannot be given up yet, nor is there an answer: the budget reckons with it for as long again from now. */
    public void stillOpen() {
        budget.stillOpen(this);
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

    /** No attempt was made with it, and none will be. */
    public void unused() {
        budget.unused(this);
    }

    /** The connection that came of it works: an update, or the answer to a call, has come on it. Only the first counts. */
    public void served() {
        budget.served(this);
    }

    /** The connection that came of it is closed, or never came to be. Idempotent. */
    public void gone() {
        budget.gone(this);
    }

    PermitWish wish() {
        return wish;
    }

    Interval interval() {
        return interval;
    }

    List<Allowance> allowances() {
        return allowances;
    }

    /** Whether an attempt may begin now. */
    boolean fresh(long nowNanos, long nowSleepNanos) {
        return nowNanos - interval.grantedNanos <= fenceNanos && nowSleepNanos - sleepNanos <= fenceNanos;
    }

    // ---- guarded by the budget's lock ----

    boolean settled() {
        return settled;
    }

    /** Whether the attempt is over, one way or another. */
    boolean ended() {
        return ended;
    }

    boolean living() {
        return living;
    }

    boolean dead() {
        return dead;
    }

    void markSettled() {
        settled = true;
        ended = true;
    }

    void markEnded() {
        ended = true;
    }

    void markLiving() {
        living = true;
    }

    void markDead() {
        ended = true;
        living = false;
        dead = true;
    }
}
