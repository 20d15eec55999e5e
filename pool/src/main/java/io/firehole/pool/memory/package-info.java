/**
 * How much all buffers of a pool may hold together, and how much they hold.
 *
 * <p>Each buffer has a {@link io.firehole.pool.memory.MemoryAccount} and says now and then what it holds, after so many bytes
 * rather than for each update; the {@link io.firehole.pool.memory.MemoryBudget} adds that up and knows how near the limit
 * it is. Who fills a buffer asks the budget how strict to be, which costs one read. What is done about it beyond that is
 * decided elsewhere.
 */
@NullMarked
package io.firehole.pool.memory;

import org.jspecify.annotations.NullMarked;
