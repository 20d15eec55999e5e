/**
 * Time as the pool sees it: a clock and a way to be called later, both handed in.
 *
 * <p>Nothing in the pool reads the machine's clock or sleeps by itself, so that a simulation can run hours in
 * milliseconds and two runs with one seed are the same. {@link io.firehole.pool.time.NanoClock#system} is the only
 * place where {@code System.nanoTime} stands.
 */
@NullMarked
package io.firehole.pool.time;

import org.jspecify.annotations.NullMarked;
