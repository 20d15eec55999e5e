package io.firehole.gateway;

import io.firehole.gateway.access.Admission;
import io.firehole.gateway.access.Refusal;
import io.firehole.wire.GrpcStatus;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The streams that are open, how many there may be, and their end when the gateway closes. Any thread.
 *
 * <p>A stream counts from the moment it is let in until its last byte is written or its client is gone.
 */
final class OpenCalls {

    private static final AttributeKey<AtomicInteger> ON_CONNECTION =
            AttributeKey.valueOf(OpenCalls.class, "onConnection");

    private static final GrpcStatus CLOSED = GrpcStatus.Code.UNAVAILABLE.with("server is shutting down");
    private static final GrpcStatus CLOSING =
            GrpcStatus.Code.UNAVAILABLE.with("server is shutting down try again later");

    private final GatewayConfig.Limits limits;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Ticket, OpenCall> calls = new ConcurrentHashMap<>();
    /** How many relayed calls each monitor has open. */
    private final Map<String, Integer> relayed = new ConcurrentHashMap<>();

    private volatile boolean closing;

    /** How a call is told that the gateway closes. Any thread. */
    interface OpenCall {

        /** It is to end, behind what waits for its client. */
        void drain(GrpcStatus why);

        /** It is to end at once. */
        void shutDown(GrpcStatus why);
    }

    OpenCalls(GatewayConfig.Limits limits) {
        this.limits = limits;
    }

    /** Why no call can be taken any more; empty while the gateway is open. */
    Optional<Admission.Refused> closed() {
        return closing ? Optional.of(new Admission.Refused(Refusal.SHUTTING_DOWN, CLOSED)) : Optional.empty();
    }

    /** Why one more stream on that connection cannot be; empty if it can. */
    Optional<Admission.Refused> full(Channel connection) {
        if (onConnection(connection).get() >= limits.streamsPerConnection()) {
            return exceeded(Refusal.STREAMS_ON_CONNECTION, "one connection", limits.streamsPerConnection());
        }
        if (open.get() >= limits.streams()) {
            return exceeded(Refusal.STREAMS, "this gateway", limits.streams());
        }
        return Optional.empty();
    }

    /** Why one more relayed call of that monitor cannot be; empty if it is counted from now on, until {@link #relayedLeft}. */
    Optional<Admission.Refused> relayedEnters(String monitorId) {
        boolean[] entered = {false};
        relayed.compute(monitorId, (id, open) -> {
            int now = open == null ? 0 : open;
            entered[0] = now < limits.relayedCalls();
            return entered[0] ? Integer.valueOf(now + 1) : open;
        });
        return entered[0]
                ? Optional.empty()
                : Optional.of(new Admission.Refused(
                        Refusal.RELAYED_CALLS,
                        GrpcStatus.Code.RESOURCE_EXHAUSTED.with("monitor " + monitorId + " has "
                                + limits.relayedCalls()
                                + " calls open of methods that this gateway relays, which is the limit; end one or try"
                                + " again in some seconds")));
    }

    /** A relayed call of that monitor is over. */
    void relayedLeft(String monitorId) {
        relayed.computeIfPresent(monitorId, (id, open) -> open == 1 ? null : Integer.valueOf(open - 1));
    }

    private static Optional<Admission.Refused> exceeded(Refusal cause, String where, int limit) {
        GrpcStatus status = GrpcStatus.Code.RESOURCE_EXHAUSTED.with("max subscription limit exceeded: " + where
                + " takes " + limit + " streams, close one or try again in some seconds");
        return Optional.of(new Admission.Refused(cause, status));
    }

    /**
     * Counts a stream.
     *
     * @param call told if the gateway closes while the stream is open
     */
    Ticket enter(Channel connection, OpenCall call) {
        Ticket ticket = new Ticket(connection, onConnection(connection));
        calls.put(ticket, call);
        if (closing) {
            call.shutDown(CLOSING);
        }
        return ticket;
    }

    /**
     * Takes no call any more.
     *
     * @return those that are open, all of a connection one after the other
     */
    List<Ticket> refuseMore() {
        closing = true;
        Map<Channel, List<Ticket>> byConnection = new LinkedHashMap<>();
        calls.keySet()
                .forEach(ticket -> byConnection
                        .computeIfAbsent(ticket.connection, one -> new ArrayList<>())
                        .add(ticket));
        return byConnection.values().stream().flatMap(List::stream).toList();
    }

    /** Ends every stream at once; the future is done when all have got their status. */
    CompletableFuture<Void> endAll() {
        closing = true;
        CompletableFuture<?>[] gone =
                calls.keySet().stream().map(ticket -> ticket.left).toArray(CompletableFuture[]::new);
        calls.values().forEach(call -> call.shutDown(CLOSING));
        return CompletableFuture.allOf(gone);
    }

    /** Ends every stream, and waits until all have got their status or that time has passed. */
    void close(Duration patience) {
        endAll().completeOnTimeout(null, patience.toNanos(), TimeUnit.NANOSECONDS)
                .join();
    }

    /** How many are open. */
    int open() {
        return open.get();
    }

    /** Whether a stream is open on that connection. */
    static boolean isUsed(Channel connection) {
        AtomicInteger known = connection.attr(ON_CONNECTION).get();
        return known != null && known.get() > 0;
    }

    private static AtomicInteger onConnection(Channel connection) {
        AtomicInteger known = connection.attr(ON_CONNECTION).get();
        if (known == null) {
            connection.attr(ON_CONNECTION).setIfAbsent(new AtomicInteger());
            known = connection.attr(ON_CONNECTION).get();
        }
        return known;
    }

    /** Stands for one open stream. */
    final class Ticket {

        private final Channel connection;
        private final AtomicInteger onConnection;
        private final CompletableFuture<Void> left = new CompletableFuture<>();

        private Ticket(Channel connection, AtomicInteger onConnection) {
            this.connection = connection;
            this.onConnection = onConnection;
            onConnection.incrementAndGet();
            open.incrementAndGet();
        }

        Channel connection() {
            return connection;
        }

        /** Done when the stream is over. */
        CompletableFuture<Void> left() {
            return left;
        }

        /** Ends the stream behind what waits for its client; nothing happens if it is over. */
        void drain() {
            OpenCall call = calls.get(this);
            if (call != null) {
                call.drain(CLOSING);
            }
        }

        /** The stream is over. Once. */
        void leave() {
            onConnection.decrementAndGet();
            open.decrementAndGet();
            calls.remove(this);
            left.complete(null);
        }
    }
}
