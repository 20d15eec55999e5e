/**
 * The seven monitors of a trading system as ordinary Yellowstone clients.
 *
 * <p>{@link io.firehole.examples.Monitors} lists them; {@link io.firehole.examples.RunMonitor} runs one as a program of its
 * own.
 */
@NullMarked
package io.firehole.examples;

import org.jspecify.annotations.NullMarked;
