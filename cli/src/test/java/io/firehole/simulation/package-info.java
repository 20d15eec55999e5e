/**
 * Pool and provider in one thread and in virtual time: the real pool, the simulator's real chain of recorded updates, and
 * between them a network that is a queue.
 *
 * <p>A {@link io.firehole.simulation.Story} says which monitors ask what and when, under which rules of a provider; a
 * {@link io.firehole.simulation.Performance} plays it and compares what each of them got with what a subscription of its own
 * would have given it, which {@link io.firehole.simulation.DirectSubscription} knows from the chain and from nobody else.
 * Where a {@link io.firehole.simulation.FaultStory} lets things go wrong, {@link io.firehole.simulation.Promise} says what must come
 * all the same.
 * Everything follows from the story: the same one gives the same faults.
 */
@NullMarked
package io.firehole.simulation;

import org.jspecify.annotations.NullMarked;
