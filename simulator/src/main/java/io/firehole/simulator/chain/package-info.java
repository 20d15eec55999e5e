/**
 * A deterministic, endless chain made of two recordings of mainnet: what a provider would have to send.
 *
 * <p>{@link Chain} is the whole of it. Its owner starts it at a moment in time and calls {@link Chain#advanceTo} as time
 * goes on; each call appends what became due to the rings, one {@link Ring} per commitment level and one for deshred.
 * A stream follows one ring with a {@link RingCursor} and turns {@link RingEvent}s into messages with its
 * {@link Matches}, which it makes once per filter change:
 *
 * <pre>{@code
 * Chain chain = Chain.start(ChainConfig.DEFAULT, ChainTemplates.builtIn(), System.nanoTime(), Instant.now());
 * // the driver, one thread, every few milliseconds (or at chain.nextEventNanos()):
 * if (chain.advanceTo(System.nanoTime(), Instant.now()) > 0) wakeStreams();
 * // a stream:
 * Matches matches = chain.match(filterSet);
 * RingCursor cursor = chain.ring(filterSet.commitment()).cursor();
 * RingEvent event = cursor.poll();                           // null: nothing yet, or cursor.lagged()
 * int at = Matches.START;
 * at = matches.write(event, at, sink);                       // until Matches.DONE; stops where the sink says so
 * }</pre>
 *
 * <p>An event is a few numbers and never content: what a slot holds is a pure function of the configuration and the
 * slot number, made by patching templates in place ({@link ChainTemplates}), kept only for the last few slots and made
 * again whenever replay, a slow stream or the truth want it. So rings, replay and truth cost no memory, and cannot
 * disagree about what was sent.
 *
 * <p>Time comes in from outside, both kinds of it. Nothing here opens a socket, knows a client or keeps a queue: see
 * the server for these. What an uninterrupted subscriber must have received is computed in
 * {@code io.firehole.simulator.truth}.
 */
@NullMarked
package io.firehole.simulator.chain;

import org.jspecify.annotations.NullMarked;
