/**
 * What permits were given, remembered beyond one process: so that restarts, crash loops and neighbours count, too.
 *
 * <p>A {@link io.firehole.pool.budget.ledger.Ledger} holds entries and a lock; what to grant is decided by the
 * {@code budget}, inside a {@link io.firehole.pool.budget.ledger.Ledger#turn turn}. Turns may block for a bounded time, so
 * they are the budget's own thread's work. Nothing here knows rules or classes.
 *
 * <p>A {@link io.firehole.pool.budget.ledger.FileLedger} is for the processes of one machine, one after the other or side by
 * side, and lives in the state directory; a {@link io.firehole.pool.budget.ledger.MemoryLedger} is for simulations. A ledger
 * for several machines needs a database, which this library does without.
 */
@NullMarked
package io.firehole.pool.budget.ledger;

import org.jspecify.annotations.NullMarked;
