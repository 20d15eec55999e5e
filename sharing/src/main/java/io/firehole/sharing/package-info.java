/**
 * One connection budget for several hosts.
 *
 * <p>A provider counts by token, wherever the connections come from. So hosts that use one token need one ledger, and a
 * {@link io.firehole.sharing.PostgresLedger} keeps it in a database: a turn is a transaction that holds an advisory lock.
 * It is another implementation of the pool's {@code Ledger}, used by the budget's own thread, which waits for the database
 * for at most a second; reconnecting goes on in the background.
 *
 * <p>While the database cannot be reached, each host may use a small share that was set aside for it
 * ({@link io.firehole.sharing.SharedAllowance}), and no more. Best of all is not to share: one process per token, to which
 * the others connect.
 */
@NullMarked
package io.firehole.sharing;

import org.jspecify.annotations.NullMarked;
