/**
 * The control API: what happened, what is to go wrong, and what a client should have received.
 *
 * <p>HTTP/1.1 with JSON on a port of its own, served by the JDK on virtual threads, so that a question can never disturb
 * the streams. Every path is one small class; they see the server's counters, its fault desk and the truth.
 */
@NullMarked
package io.firehole.simulator.control;

import org.jspecify.annotations.NullMarked;
