package io.firehole.pool.budget.ledger;

/**
 * The permits given under one allowance, shared by all processes that use it. One thread at a time, the budget's; a turn
 * may block on a disk or a database, for a bounded time.
 */
public interface Ledger extends AutoCloseable {

    /**
     * Has something decided while nobody else who shares the ledger can decide.
     *
     * @param decision called at most once, within this call
     */
    <T> Turn<T> turn(Decision<T> decision);

    /** Frees what it holds. Idempotent. */
    @Override
    void close();

    /** What is decided in a turn. */
    @FunctionalInterface
    interface Decision<T> {

        /** Looks at the ledger and adds to it. Must be quick: others wait. */
        T decide(LedgerView view);
    }

    /** What became of a turn. */
    sealed interface Turn<T> {

        /**
         * Decided, and what was added is durable.
         *
         * @param result the decision
         */
        record Done<T>(T result) implements Turn<T> {}

        /** Somebody else has the turn; nothing was decided. To be tried again in some milliseconds. */
        record Busy<T>() implements Turn<T> {}

        /**
         * Nobody may take a permit for a while, since the ledger may have forgotten some. Nothing was decided.
         *
         * @param forNanos how long
         * @param reason in words
         */
        record Held<T>(long forNanos, String reason) implements Turn<T> {}

        /**
         * The ledger cannot be reached or written. The decision may have been made: it does not count, and whoever made it
         * undoes it.
         *
         * @param reason in words, with the place and what would help
         */
        record Away<T>(String reason) implements Turn<T> {}
    }
}
