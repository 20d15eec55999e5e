/**
 * The provider's door: HTTP/2 without TLS on bare Netty, gRPC framed by hand.
 *
 * <p>A {@link io.firehole.simulator.server.ProviderServer} accepts connections, each counted by the ledger; a
 * {@link io.firehole.simulator.server.ProviderConnection} is one of them. A call begins in {@code CallHandler}, which
 * sends it to a {@code StreamCall} (Subscribe, SubscribeDeshred) or a {@code UnaryCall}. What a client is to get waits in
 * the call's {@code Outbox} and leaves packed, many messages in one DATA frame.
 *
 * <p>All that belongs to a connection is done on its event loop, and nothing there blocks; only reading a very large
 * request is given to another thread. The chain's driver wakes the connections by {@code advance()}.
 *
 * <p>No gRPC library is used here on purpose: what the simulator shares with the pool it could not show to be wrong.
 */
@NullMarked
package io.firehole.simulator.server;

import org.jspecify.annotations.NullMarked;
