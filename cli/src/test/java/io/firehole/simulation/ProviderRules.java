package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import io.firehole.wire.GrpcStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider's rules as it counts them itself, and every refusal. New connections are not counted: that rule belongs to the
 * budget, which stands before the network and has tests of its own.
 */
final class ProviderRules {

    private final ProviderProfile profile;
    private final Map<Long, Integer> streamsOn = new HashMap<>();
    private final List<Window> subscribes;
    private final List<Window> requests;
    private final List<String> refusals = new ArrayList<>();
    private int connections;
    private int streams;
    int streamsMost;
    int connectionsMost;
    int requestsTaken;

    ProviderRules(ProviderProfile profile) {
        this.profile = profile;
        this.subscribes = profile.subscribes().stream().map(Window::new).toList();
        this.requests = profile.requests().stream().map(Window::new).toList();
    }

    /** Whatever was refused, with the rule. */
    List<String> refusals() {
        return refusals;
    }

    /** Counts a connection that opens; null if it may. */
    @Nullable
    GrpcStatus connects() {
        if (connections >= profile.connectionsMax()) {
            return refuse(GrpcStatus.Code.UNAVAILABLE, "connections.max " + profile.connectionsMax());
        }
        connectionsMost = Math.max(connectionsMost, ++connections);
        return null;
    }

    void disconnected() {
        connections--;
    }

    /** Counts a call that opens; null if it may. */
    @Nullable
    GrpcStatus subscribes(long connection, long nowNanos) {
        if (streams >= profile.streamsPerAccount()) {
            return refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED, "streams.per-account " + profile.streamsPerAccount());
        }
        if (streamsOn.getOrDefault(connection, 0) >= profile.streamsPerConnection()) {
            return refuse(
                    GrpcStatus.Code.RESOURCE_EXHAUSTED, "streams.per-connection " + profile.streamsPerConnection());
        }
        for (Window window : subscribes) {
            if (!window.admits(nowNanos)) {
                return refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED, "subscribes " + window.rate);
            }
        }
        streamsOn.merge(connection, 1, Integer::sum);
        streamsMost = Math.max(streamsMost, ++streams);
        return null;
    }

    void unsubscribed(long connection) {
        streams--;
        streamsOn.merge(connection, -1, Integer::sum);
    }

    /** Counts a request; null if it may be. */
    @Nullable
    GrpcStatus asks(int bytes, long nowNanos) {
        requestsTaken++;
        if (bytes > profile.requestBytes()) {
            return refuse(
                    GrpcStatus.Code.RESOURCE_EXHAUSTED, "request.bytes " + profile.requestBytes() + " for " + bytes);
        }
        for (Window window : requests) {
            if (!window.admits(nowNanos)) {
                return refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED, "requests " + window.rate);
            }
        }
        return null;
    }

    /** A request whose filters break a rule. */
    GrpcStatus invalid(String text) {
        return refuse(GrpcStatus.Code.INVALID_ARGUMENT, text);
    }

    private GrpcStatus refuse(GrpcStatus.Code code, String text) {
        refusals.add(text);
        return code.with(text);
    }

    /** At most so many in any window. */
    private static final class Window {
        private final Rate rate;
        private final Deque<Long> admitted = new ArrayDeque<>();

        Window(Rate rate) {
            this.rate = rate;
        }

        boolean admits(long nowNanos) {
            while (!admitted.isEmpty()
                    && nowNanos - admitted.getFirst() >= rate.per().toNanos()) {
                admitted.removeFirst();
            }
            if (admitted.size() >= rate.max()) {
                return false;
            }
            admitted.addLast(nowNanos);
            return true;
        }
    }
}
