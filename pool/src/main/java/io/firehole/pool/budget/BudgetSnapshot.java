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
 * @param unused permits that were given and not used: not in time, or whoever asked had gone. All others are attempts
 * @param capped requests that were passed over for a while, because their asker had had enough for now
 * @param inFlight connects under way
 * @param restraint what is held back beyond the rules
 * @param ledgers how the ledger of each scope stands, by scope; empty for one that is remembered by this process only
 * @param events what happened lately, oldest first
 */
public record BudgetSnapshot(
        List<RuleUse> rules,
        Map<PermitClass, Integer> queued,
        long nextPermitInNanos,
        long granted,
        long waitedNanos,
        long queueFull,
        long stale,
        Map<ProviderRefusal, Long> refusals,
        long unused,
        long capped,
        int inFlight,
        Restraining restraint,
        Map<String, LedgerUse> ledgers,
        List<BudgetEvent> events) {

    public BudgetSnapshot {
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("a budget has at least one rule");
        }
        rules = List.copyOf(rules);
        queued = Map.copyOf(queued);
        refusals = Map.copyOf(refusals);
        ledgers = Map.copyOf(ledgers);
        events = List.copyOf(events);
    }

    /** One without ledgers, in which nothing out of the ordinary has happened. */
    public BudgetSnapshot(
            List<RuleUse> rules,
            Map<PermitClass, Integer> queued,
            long nextPermitInNanos,
            long granted,
            long waitedNanos,
            long queueFull,
            long stale,
            Map<ProviderRefusal, Long> refusals) {
        this(
                rules,
                queued,
                nextPermitInNanos,
                granted,
                waitedNanos,
                queueFull,
                stale,
                refusals,
                0,
                0,
                0,
                Restraining.NOTHING,
                Map.of(),
                List.of());
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

    /** What is held back beyond the rules. */
    public enum Restraining {
        /** Nothing. */
        NOTHING,
        /** Everything: the provider has spoken of a limit. */
        EVERYTHING,
        /** All but one attempt at a time: the provider may be down, or its limit may still be reached. */
        ALL_BUT_ONE
    }

    /** How a ledger stands. */
    public enum LedgerUse {
        /** It is used. */
        HERE,
        /** Others have the turn. */
        BUSY,
        /** It holds everybody back, since it may have forgotten something. */
        HOLDS,
        /** It is away, and nothing is granted. */
        AWAY,
        /** It is away, and the private share is used. */
        SHARE
    }

    /**
     * One rule and how full it is.
     *
     * @param rule the rule
     * @param used attempts that may stand in a window of the provider that is not over yet
     * @param believed how many the provider allows, as far as its answers let us believe: {@code max} unless it has refused
     *     for a limit
     */
    public record RuleUse(BudgetRule rule, int used, int believed) {

        /** One that was never refused. */
        public RuleUse(BudgetRule rule, int used) {
            this(rule, used, rule.max());
        }

        /** How many more it admits now. */
        public int available() {
            return Math.max(0, believed - used);
        }

        /** Its window. */
        public Duration window() {
            return rule.per();
        }
    }
}
