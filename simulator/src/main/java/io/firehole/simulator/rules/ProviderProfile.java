package io.firehole.simulator.rules;

import java.time.Duration;
import java.util.Objects;

/**
 * What a provider allows.
 *
 * @param name under which it is asked for
 * @param source where the figures come from and of when they are
 */
public record ProviderProfile(
        String name, String source, ConnectionRules connections, StreamRules streams, RequestRules requests) {

    /** There is no such rule. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public ProviderProfile {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(connections, "connections");
        Objects.requireNonNull(streams, "streams");
        Objects.requireNonNull(requests, "requests");
    }

    /** No limit but those that the reference server has when nothing is configured. */
    public static ProviderProfile open() {
        return new ProviderProfile(
                "open",
                "the reference server's defaults, yellowstone-grpc-geyser 15.1.2, August 2026",
                ConnectionRules.NONE,
                StreamRules.NONE,
                RequestRules.DEFAULT);
    }

    /**
     * What is simulated if nothing else is said: {@link #open()} behind a load balancer that lets 60 new connections
     * through in 60 s and answers 429 beyond.
     */
    public static ProviderProfile standard() {
        return new ProviderProfile(
                "standard",
                "open, August 2026, with the limit for which Firehole was ordered: 60 connections per 60 s",
                ConnectionRules.NONE.withRates(new Rate(60, Duration.ofSeconds(60))),
                StreamRules.NONE,
                RequestRules.DEFAULT);
    }

    /** The same with other rules for connections. */
    public ProviderProfile withConnections(ConnectionRules rules) {
        return new ProviderProfile(name, source, rules, streams, requests);
    }

    /** The same with other rules for streams. */
    public ProviderProfile withStreams(StreamRules rules) {
        return new ProviderProfile(name, source, connections, rules, requests);
    }

    /** The same with other rules for requests. */
    public ProviderProfile withRequests(RequestRules rules) {
        return new ProviderProfile(name, source, connections, streams, rules);
    }

    static int atLeast(int least, int value, String what) {
        if (value < least) {
            throw new IllegalArgumentException(what + " must be at least " + least + ", was " + value);
        }
        return value;
    }
}
