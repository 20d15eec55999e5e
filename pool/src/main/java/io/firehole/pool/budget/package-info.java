/**
 * The gate that every new connection to the provider passes.
 *
 * <p>A provider counts new connections in a window and refuses, or bans, who opens too many.
 * {@link io.firehole.pool.budget.ConnectionBudget} hands out permits such that the provider never counts more than it
 * allows in any window, wherever the window begins and however long a connect takes to arrive. Who wants to connect
 * asks, is called back when the time has come, and says afterwards how the attempt ended. Nothing here opens a socket:
 * the gate inside the Netty channel does (see {@code transport.grpc}).
 *
 * <p>What was granted is remembered in a {@link io.firehole.pool.budget.ledger ledger} beyond the process. Decisions, writing
 * and answers happen on the budget's own timers thread, one turn after the other; everything else may be called from any
 * thread and never waits for a disk.
 */
@NullMarked
package io.firehole.pool.budget;

import org.jspecify.annotations.NullMarked;
