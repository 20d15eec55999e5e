/**
 * What people and scripts see of a running pool: JSON over HTTP, on loopback unless it is told otherwise.
 *
 * <p>A {@link io.firehole.console.Console} listens. Every request passes its front door, which refuses foreign
 * {@code Host}s and {@code Origin}s on every path, finds the {@code Resource} for the path, and asks it on a virtual thread,
 * since a resource may wait for the pool. There is one class for each resource; what they know of the pool is
 * {@code PoolView}. Answers are bounded, and say what is allowed when a question was wrong. Names of monitors and filters are
 * data of strangers: they go out as JSON text and nothing else.
 */
@NullMarked
package io.firehole.console;

import org.jspecify.annotations.NullMarked;
