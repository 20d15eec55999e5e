package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a {@link ConnectionBudget} keeps, and where it remembers.
 *
 * @param rules what the provider allows: all must allow; at least one
 * @param ledgers by scope; a scope without one is remembered by this process only. The budget's user closes them, after
 *     the budget's timers
 * @param shares by scope, used while the ledger of that scope is away; a scope without one grants nothing then
 * @param queueMax how many requests may wait, of all classes together
 * @param inFlightMax how many connects may be under way at once
 */
public record BudgetSettings(
        List<BudgetRule> rules,
        Map<String, Ledger> ledgers,
        Map<String, PrivateShare> shares,
        int queueMax,
        int inFlightMax) {

    /** Room in the queue: far more than connections ever wait at once; a caller in a loop hits it soon. */
    public static final int QUEUE_MAX = 256;

    /** A provider that comes back should not meet everybody at once. */
    public static final int IN_FLIGHT_MAX = 8;

    public BudgetSettings {
        rules = List.copyOf(rules);
        ledgers = Map.copyOf(ledgers);
        shares = Map.copyOf(shares);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("budget: at least one rule is needed, there is none");
        }
        if (queueMax < 1) {
            throw new IllegalArgumentException("the queue for permits must hold at least 1, was " + queueMax);
        }
        if (inFlightMax < 1) {
            throw new IllegalArgumentException("at least 1 connect must be allowed in flight, was " + inFlightMax);
        }
        for (String scope : ledgers.keySet()) {
            if (rules.stream().noneMatch(rule -> rule.scope().equals(scope))) {
                throw new IllegalArgumentException("budget: there is a ledger for scope " + scope + ", but no rule");
            }
        }
        for (String scope : shares.keySet()) {
            if (!ledgers.containsKey(scope)) {
                throw new IllegalArgumentException("budget: there is a private share for scope " + scope
                        + ", but no ledger it could stand in for");
            }
        }
    }

    /** Those rules, remembered by this process only. */
    public static BudgetSettings of(List<BudgetRule> rules) {
        return new BudgetSettings(rules, Map.of(), Map.of(), QUEUE_MAX, IN_FLIGHT_MAX);
    }

    /**
     * What a ledger for the rules of that scope must remember, and how long.
     *
     * @param rules those of other scopes do not matter
     * @throws IllegalArgumentException if no rule is of that scope
     */
    public static Retention retention(List<BudgetRule> rules, String scope) {
        Duration longest = rules.stream()
                .filter(rule -> rule.scope().equals(scope))
                .map(BudgetRule::per)
                .max(Duration::compareTo)
                .orElseThrow(() -> new IllegalArgumentException("budget: there is no rule of scope " + scope));
        return new Retention(
                longest.plus(ConnectionBudget.MARGIN), ConnectionBudget.ATTEMPT_DEADLINE.plus(ConnectionBudget.TRAVEL));
    }

    /** The same with ledgers, by scope. */
    public BudgetSettings withLedgers(Map<String, Ledger> newLedgers) {
        return new BudgetSettings(rules, newLedgers, shares, queueMax, inFlightMax);
    }

    /** The same with what may be used while a ledger is away, by scope. */
    public BudgetSettings withShares(Map<String, PrivateShare> newShares) {
        return new BudgetSettings(rules, ledgers, newShares, queueMax, inFlightMax);
    }

    /** The same with another queue. */
    public BudgetSettings withQueueMax(int newQueueMax) {
        return new BudgetSettings(rules, ledgers, shares, newQueueMax, inFlightMax);
    }

    /** The same with more or fewer connects at once. */
    public BudgetSettings withInFlightMax(int newInFlightMax) {
        return new BudgetSettings(rules, ledgers, shares, queueMax, newInFlightMax);
    }
}
