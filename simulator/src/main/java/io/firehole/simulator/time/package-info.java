/**
 * The time of the simulated provider: one clock for connection windows, slots and stamps, given from outside.
 *
 * <p>Only {@link io.firehole.simulator.time.SystemProviderClock} asks the machine what time it is; tests bring a
 * clock of their own.
 */
@NullMarked
package io.firehole.simulator.time;

import org.jspecify.annotations.NullMarked;
