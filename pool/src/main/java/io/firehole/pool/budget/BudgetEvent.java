package io.firehole.pool.budget;

import java.time.Duration;

/** Something out of the ordinary that befell a {@link ConnectionBudget}. Times are of its own clock. */
public sealed interface BudgetEvent {

    /** When it happened. */
    long atNanos();

    /** In words, with what, where and the limit. */
    String text();

    /** Whether it is the end of some trouble. */
    default boolean good() {
        return false;
    }

    /**
     * The provider has refused a connection or a call. Of many within a second only the first is told.
     *
     * @param refusal what it said
     */
    record Refused(long atNanos, Refusal refusal) implements BudgetEvent {
        @Override
        public String text() {
            return "the provider refused: " + refusal.text() + " (" + refusal.how() + ")";
        }
    }

    /**
     * No permit is given for a while, since the provider has spoken of a limit.
     *
     * @param forNanos how long
     */
    record HeldBack(long atNanos, long forNanos, ProviderRefusal why) implements BudgetEvent {
        @Override
        public String text() {
            return "no new connection for " + words(forNanos) + ", then one at a time, since the provider refused ("
                    + why + ")";
        }
    }

    /** Nothing of the provider answers: one attempt at a time. */
    record ProviderDown(long atNanos) implements BudgetEvent {
        @Override
        public String text() {
            return "the provider closes new connections at once and none of ours lives: one attempt at a time";
        }
    }

    /** A new connection has proved healthy: no restraint any more. */
    record Recovered(long atNanos) implements BudgetEvent {
        @Override
        public String text() {
            return "a new connection works: permits are given as the rules allow";
        }

        @Override
        public boolean good() {
            return true;
        }
    }

    /**
     * The provider seems to allow less than the rule says: somebody else may use the same token.
     *
     * @param from what was believed before
     * @param to what is believed now; it rises again by and by
     */
    record EstimateLowered(long atNanos, BudgetRule rule, int from, int to) implements BudgetEvent {
        @Override
        public String text() {
            return "the provider refused within the rule of " + rule.max() + " per "
                    + words(rule.per().toNanos())
                    + ": at most " + to + " are used for now, not " + from
                    + ". Does other software use the same token? Then give it its part of the rule";
        }
    }

    /**
     * Others have had the turn at a ledger for very long.
     *
     * @param sinceNanos how long already
     */
    record LedgerBusy(long atNanos, String scope, long sinceNanos) implements BudgetEvent {
        @Override
        public String text() {
            return "ledger " + scope + ": others have held it for " + words(sinceNanos)
                    + "; no permit is given meanwhile";
        }
    }

    /**
     * A ledger holds everybody back, since it may have forgotten something.
     *
     * @param forNanos how long
     * @param reason in words
     */
    record LedgerHolds(long atNanos, String scope, long forNanos, String reason) implements BudgetEvent {
        @Override
        public String text() {
            return "ledger " + scope + ": no permit for " + words(forNanos) + ": " + reason;
        }
    }

    /**
     * A ledger cannot be reached or written.
     *
     * @param reason in words
     * @param share how many permits may be used from the process's own share meanwhile; 0 if none
     */
    record LedgerAway(long atNanos, String scope, String reason, int share) implements BudgetEvent {
        @Override
        public String text() {
            return "ledger " + scope + " is away: " + reason
                    + (share == 0
                            ? "; no permit is given meanwhile"
                            : "; a private share of " + share + " is used meanwhile");
        }
    }

    /**
     * A ledger can be used again.
     *
     * @param afterNanos how long it could not
     */
    record LedgerBack(long atNanos, String scope, long afterNanos) implements BudgetEvent {
        @Override
        public String text() {
            return "ledger " + scope + " can be used again after " + words(afterNanos);
        }

        @Override
        public boolean good() {
            return true;
        }
    }

    private static String words(long nanos) {
        Duration time = Duration.ofNanos(nanos);
        return time.toMillis() < 10_000 ? time.toMillis() + " ms" : time.toSeconds() + " s";
    }
}
