package io.firehole.pool.budget;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How a {@link ConnectionBudget} stands at one moment.
 *
 * @param rules each rule with what it holds, in the order of the configuration
 * @param queued how many requests wait, by class; every class is there
 * @param nextPermitInNanos how long until the most urgent class gets a permit, if no outcome is told before; 0 if at once
 * @param granted permits given since the start
 * @param waitedNanos how long the granted ones waited, in sum
 * @param queueFull requests refused because the queue was full
 * @param stale permits given up because they were not used in time
 * @param refusals what the provider refused, by kind; every kind is there
 */
public record BudgetSnapshot(
        List<RuleUse> rules,
        Map<PermitClass, Integer> queued,
        long nextPermitInNanos,
        long granted,
        long waitedNanos,
        long queueFull,
        long stale,
        Map<ProviderRefusal, Long> refusals) {

    public BudgetSnapshot {
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("a budget has at least one rule");
        }
        rules = List.copyOf(rules);
        queued = Map.copyOf(queued);
        refusals = Map.copyOf(refusals);
    }

    /** How many requests wait, of all classes. */
    public int queuedInAll() {
        return queued.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The limit of the tightest rule. */
    public int limit() {
        return tightest().rule().max();
    }

    /** The window of the tightest rule. */
    public long windowNanos() {
        return tightest().rule().per().toNanos();
    }

    /** What the tightest rule holds. */
    public int used() {
        return tightest().used();
    }

    /** How many permits there are before the tightest rule is full. */
    public int available() {
        return tightest().available();
    }

    /** The rule that will say no first. */
    public RuleUse tightest() {
        return rules.stream().min(Comparator.comparingInt(RuleUse::available)).orElseThrow();
    }

    /**
     * One rule and how full it is.
     *
     * @param rule the rule
     * @param used attempts that may stand in a window of the provider that is not over yet
     */
    public record RuleUse(BudgetRule rule, int used) {

        /** How many more it admits now. */
        public int available() {
            return Math.max(0, rule.max() - used);
        }

        /** Its window. */
        public Duration window() {
            return rule.per();
        }
    }
}
