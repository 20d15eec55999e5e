/**
 * One call: requests in, updates out, whatever server carries it.
 *
 * <p>A {@link io.firehole.gateway.stream.SubscribeCall} stands between a {@link io.firehole.gateway.stream.Feed}, the
 * monitor's place in the pool, and an {@link io.firehole.gateway.stream.Outlet}, the way to the client. It lives on the
 * event loop of the client's connection: everything here belongs to that thread unless its own doc says otherwise.
 * Nothing queues here: the call takes from the feed only what the outlet can write now, one
 * {@link io.firehole.gateway.stream.Packer pack} at a time, so that a client which does not read fills the pool's
 * bounded mailbox and nothing else. A call of a method that is the provider's alone is a
 * {@link io.firehole.gateway.stream.RelayedCall}, which asks the provider only for what it can write. What HTTP/2 is and how a server is run is elsewhere on purpose (the package above).
 */
@NullMarked
package io.firehole.gateway.stream;

import org.jspecify.annotations.NullMarked;
