/**
 * Monitors on the library: inside one Java program, on one pool, without a gateway.
 *
 * <p>A {@link io.firehole.examples.library.LibraryMonitor} does with a channel of the pool what
 * {@link io.firehole.examples.client.MonitorClient} does with a connection of its own;
 * {@link io.firehole.examples.library.RunOnLibrary} puts the pool together and runs some of them as a program.
 */
@NullMarked
package io.firehole.examples.library;

import org.jspecify.annotations.NullMarked;
