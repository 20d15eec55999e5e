package io.firehole.pool;

import io.firehole.filters.TransactionFacts;

/**
 * A transaction that some stream of a pool received lately; see {@link Pool#recent}.
 *
 * @param slot its slot
 * @param facts what filters ask of it
 */
public record RecentTransaction(long slot, TransactionFacts facts) {}
