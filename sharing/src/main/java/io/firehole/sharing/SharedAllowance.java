package io.firehole.sharing;

import io.firehole.pool.budget.BudgetRule;
import java.util.List;

/**
 * How hosts divide what a provider allows: most of it they share through the database; a small part is set aside for each,
 * to be used while the database is away. All parts together never pass the rule. Every host must be told the same.
 *
 * @param hosts how many there are
 * @param share how many permits of each rule are set aside for each of them; 0 for none
 */
public record SharedAllowance(int hosts, int share) {

    /** One host in trouble gets a connection each twenty seconds under a rule of 60 a minute. */
    public static final int SHARE = 3;

    public SharedAllowance {
        if (hosts < 1) {
            throw new IllegalArgumentException("at least 1 host must share a budget, was " + hosts);
        }
        if (share < 0) {
            throw new IllegalArgumentException("the share of a host must not be negative, was " + share);
        }
    }

    /**
     * The rules of the shared ledger: what is left of those once the shares are taken off.
     *
     * @throws IllegalArgumentException if nothing is left of one of them
     */
    public List<BudgetRule> shared(List<BudgetRule> rules) {
        return rules.stream().map(this::shared).toList();
    }

    private BudgetRule shared(BudgetRule rule) {
        long left = rule.max() - (long) hosts * share;
        if (left < 1) {
            throw new IllegalArgumentException(hosts + " hosts with a share of " + share + " each leave nothing of "
                    + rule.max() + " per " + rule.per() + " to share");
        }
        return new BudgetRule((int) left, rule.per(), rule.counts(), rule.algorithm(), rule.scope());
    }
}
