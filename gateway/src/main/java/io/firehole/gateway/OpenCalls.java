package io.firehole.gateway;

import io.firehole.gateway.access.Admission;
import io.firehole.gateway.access.Refusal;
import io.firehole.wire.GrpcStatus;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

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
    private final Map<Ticket, Consumer<GrpcStatus>> calls = new ConcurrentHashMap<>();
    /** How many relayed calls each monitor has open. */
    private final Map<String, Integer> relayed = new ConcurrentHashMap<>();

    private volatile boolean closing;

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
     * @param end told once, with a status, if the gateway closes while the stream is open
     */
    Ticket enter(Channel connection, Consumer<GrpcStatus> end) {
        Ticket ticket = new Ticket(onConnection(connection));
        calls.put(ticket, end);
        if (closing) {
            end.accept(CLOSING);
        }
        return ticket;
    }

    /** Ends every stream, and waits until all have got their status or that time has passed. */
    void close(Duration patience) {
        closing = true;
        CompletableFuture<?>[] gone =
                calls.keySet().stream().map(ticket -> ticket.left).toArray(CompletableFuture[]::new);
        calls.values().forEach(end -> end.accept(CLOSING));
        CompletableFuture.allOf(gone)
                .completeOnTimeout(null, patience.toNanos(), TimeUnit.NANOSECONDS)
                .join();
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

        private final AtomicInteger onConnection;
        private final CompletableFuture<Void> left = new CompletableFuture<>();

        private Ticket(AtomicInteger onConnection) {
            this.onConnection = onConnection;
            onConnection.incrementAndGet();
            open.incrementAndGet();
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
