/**
 * A Yellowstone provider on loopback that clients cannot tell from a real one.
 *
 * <p>{@link io.firehole.simulator.Simulator} assembles it: {@code chain} makes an endless chain of recorded data,
 * {@code server} sends it to whoever asks, within the {@code rules} of a provider, with {@code faults} on demand;
 * {@code truth} knows what a client should have received, and {@code control} lets scripts ask. Nothing here knows the
 * pool: a provider that shared code with it would share its mistakes.
 */
@NullMarked
package io.firehole.simulator;

import org.jspecify.annotations.NullMarked;
