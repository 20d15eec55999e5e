/**
 * Where the event loop of a connection and the one who reads for a monitor meet.
 *
 * <p>A {@link io.firehole.pool.mailbox.Mailbox} has one reader. It is filled through
 * {@link io.firehole.pool.mailbox.Lane lanes}, each with one writer thread: a monitor that moves from one call to
 * another gets a new lane, whose writer opens it when its own updates begin. The reader empties lanes in the order in
 * which they were opened, so two event loops never write to one queue and their updates never interleave.
 *
 * <p>A mailbox has limits, and a {@link io.firehole.pool.mailbox.Relief} that says what happens to a reader who needs more.
 * All that costs more than a few counters happens only then, and at the cost of that reader: a relief takes from the end at
 * which the reader takes. Nothing here locks or waits; what an element is, a
 * {@link io.firehole.pool.mailbox.Contents} says.
 */
@NullMarked
package io.firehole.pool.mailbox;

import org.jspecify.annotations.NullMarked;
