/**
 * What can go wrong between a client and its provider, on demand.
 *
 * <p>A {@link io.firehole.simulator.faults.Fault} is an order; the {@link io.firehole.simulator.faults.FaultDesk} takes
 * it, repeats it where asked, and remembers what concerns connections and requests to come. What concerns a socket is
 * done by its {@link io.firehole.simulator.faults.SocketTap}, the handler next to the socket, on the connection's event
 * loop. The desk may be used from any thread.
 */
@NullMarked
package io.firehole.simulator.faults;

import org.jspecify.annotations.NullMarked;
