/**
 * The port to the provider, spoken with grpc-java over Netty.
 *
 * <p>{@link io.firehole.pool.transport.grpc.GrpcTransport} makes one channel per connection, each pinned to one event
 * loop. grpc-java opens sockets by itself: at once, after its own back-off, for every address it resolved, and again
 * after a connection was lost. So the connection budget is asked where all these ways meet: {@code ConnectGate} is the
 * first handler in the pipeline of every Netty channel and holds back {@code connect} until there is a permit. Once
 * HTTP/2 has come up, the gate lets nothing through any more: a connection lives once.
 *
 * <p>All state of a connection and its calls belongs to its event loop. What comes from other threads is handed over to
 * it, what goes up to the pool is called on it. Updates go up as the bytes that came, copied once from Netty's buffer.
 */
@NullMarked
package io.firehole.pool.transport.grpc;

import org.jspecify.annotations.NullMarked;
