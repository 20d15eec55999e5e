/**
 * Many monitors' subscriptions over few connections to one provider.
 *
 * <p>A {@link io.firehole.pool.Pool} hands out a {@link io.firehole.pool.MonitorStream} per monitor: requests go in,
 * updates come out of its mailbox under the monitor's own filter names. Placement and lifecycle belong to one control
 * thread; updates travel on the event loop of the connection they arrived on, and only meet the reader in the mailbox.
 */
@NullMarked
package io.firehole.pool;

import org.jspecify.annotations.NullMarked;
