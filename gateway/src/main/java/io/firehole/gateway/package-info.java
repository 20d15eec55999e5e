/**
 * The Yellowstone server that monitors connect to.
 *
 * <p>{@link io.firehole.gateway.Gateway#start} opens the door to a pool. A call comes in at the
 * {@link io.firehole.gateway.GeyserService}, which asks the {@code access} package who calls, and either refuses it before
 * anything else is answered or hands it on: {@code Subscribe} to a {@code stream.SubscribeCall}, known unary methods to the
 * provider as bytes, any other to a {@code stream.RelayedCall}. This package is also where the HTTP server is known, and the only one: Armeria carries requests and
 * responses, gRPC's framing is our own, since one write for many messages is what makes the difference.
 *
 * <p>Calls live on the event loop of their connection. The pool tells of updates on its own threads; a wake-up carries that
 * over.
 */
@NullMarked
package io.firehole.gateway;

import org.jspecify.annotations.NullMarked;
