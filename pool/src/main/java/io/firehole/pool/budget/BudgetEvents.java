package io.firehole.pool.budget;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What happened lately, and what of it nobody has been told yet.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class BudgetEvents {

    /** How many are kept for whoever looks. */
    static final int KEPT = 100;

    private final Deque<BudgetEvent> kept = new ArrayDeque<>();
    private final List<BudgetEvent> untold = new ArrayList<>();

    void add(BudgetEvent event) {
        if (kept.size() == KEPT) {
            kept.removeFirst();
        }
        kept.addLast(event);
        if (untold.size() < KEPT) {
            untold.add(event);
        }
    }

    boolean hasUntold() {
        return !untold.isEmpty();
    }

    List<BudgetEvent> takeUntold() {
        List<BudgetEvent> taken = List.copyOf(untold);
        untold.clear();
        return taken;
    }

    /** Oldest first. */
    List<BudgetEvent> kept() {
        return List.copyOf(kept);
    }
}
