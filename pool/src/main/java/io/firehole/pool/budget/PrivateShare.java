package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.Ledger;

/**
 * What a process may use while the ledger it shares with others is away. The shares of all and the rules of the shared
 * ledger together must not pass what the provider allows: whoever configures it takes them off beforehand.
 *
 * @param ledger its own memory, for this share alone; the budget's user closes it
 * @param max how many of each rule of the scope; at least 1
 */
public record PrivateShare(Ledger ledger, int max) {

    public PrivateShare {
        if (max < 1) {
            throw new IllegalArgumentException("a private share of the budget must be at least 1, was " + max);
        }
    }

    /** That rule with so much less to give. */
    BudgetRule of(BudgetRule rule) {
        if (max > rule.max()) {
            throw new IllegalArgumentException("a private share of " + max + " is more than the shared rule of "
                    + rule.max() + " per " + rule.per() + " in scope " + rule.scope());
        }
        return new BudgetRule(max, rule.per(), rule.counts(), rule.algorithm(), rule.scope());
    }
}
