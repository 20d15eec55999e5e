/**
 * Where the event loop of a connection and the one who reads for a monitor meet.
 *
 * <p>A {@link io.firehole.pool.mailbox.Mailbox} has one reader. It is filled through
 * {@link io.firehole.pool.mailbox.Lane lanes}, each with one writer thread: a monitor that moves from one call to
 * another gets a new lane, whose writer opens it when its own updates begin. The reader empties lanes in the order in
 * which they were opened, so two event loops never write to one queue and their updates never interleave. Nothing here
 * locks or waits; what an element is, this package does not know.
 */
@NullMarked
package io.firehole.pool.mailbox;

import org.jspecify.annotations.NullMarked;
