package io.firehole.pool.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What one buffer holds, as its {@link MemoryBudget} knows it. Any thread; nothing here blocks.
 *
 * <p>A report says how much there is, not by how much it has changed: one that is lost or late is made good by the next.
 */
public final class MemoryAccount {

    /** After how many bytes, in or out, a buffer reports. */
    public static final int REPORT_BYTES = 16 << 10;

    private final MemoryBudget budget;
    private final AtomicLong reported = new AtomicLong();

    MemoryAccount(MemoryBudget budget) {
        this.budget = budget;
    }

    /**
     * Reports what the buffer holds now. If two threads report at once, the second one looks anew: what it had found may be
     * older than what the first one said.
     */
    public void report(LongSupplier bytesNow) {
        while (true) {
            long before = reported.get();
            long now = bytesNow.getAsLong();
            if (before == now) {
                return;
            }
            if (reported.compareAndSet(before, now)) {
                budget.add(now - before);
                return;
            }
        }
    }

    /** What was reported last. */
    public long reported() {
        return reported.get();
    }

    /** How near its limit the budget is. */
    public MemoryPressure pressure() {
        return budget.pressure();
    }
}
