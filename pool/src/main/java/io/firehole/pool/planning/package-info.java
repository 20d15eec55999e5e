/**
 * Which stream of the provider serves whom.
 *
 * <p>A {@link io.firehole.pool.planning.Plan} is the connections and streams there are and who is on them. A
 * {@link io.firehole.pool.planning.Planner} knows the rules, the provider's and the user's own, and says where a monitor
 * belongs that has none yet: with the fewest changes for the others, and with a reason that a person understands. Both are
 * plain values and plain computation: no clock, no thread, no effect; the same question has the same answer. The pool asks,
 * and does what it is told.
 */
@NullMarked
package io.firehole.pool.planning;

import org.jspecify.annotations.NullMarked;
