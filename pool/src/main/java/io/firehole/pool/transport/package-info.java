/**
 * All that the pool knows of a provider: connections that open once, and calls on them.
 *
 * <p>A {@link io.firehole.pool.transport.Transport} is a port. {@code transport.grpc} speaks to real providers; a
 * simulation puts an in-memory network behind it. What comes up (updates, ends) is told on the connection's own
 * thread, its <em>event loop</em>, one call after the other; what goes down may be called from any thread and never
 * blocks.
 */
@NullMarked
package io.firehole.pool.transport;

import org.jspecify.annotations.NullMarked;
