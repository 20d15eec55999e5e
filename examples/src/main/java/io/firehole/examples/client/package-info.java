/**
 * A monitor, and what connects it to a Yellowstone endpoint.
 *
 * <p>An {@link io.firehole.examples.client.ExampleMonitor} says what it asks for and what it makes of an update; it does not
 * know who serves it. {@link io.firehole.examples.client.MonitorClient} connects one to any endpoint, a provider's or
 * Firehole's, and calls it from one thread at a time, so a monitor needs no locks.
 */
@NullMarked
package io.firehole.examples.client;

import org.jspecify.annotations.NullMarked;
