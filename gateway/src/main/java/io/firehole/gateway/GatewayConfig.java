package io.firehole.gateway;

import io.firehole.gateway.stream.RelayedMetadata;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.pool.Group;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The rules of a gateway. {@link #DEFAULT} is what runs when nothing is configured; the {@code with} methods change one rule.
 *
 * @param listen where to listen; port 0 takes a free one
 * @param tokens the file of tokens, lines of {@code token monitor-id [group]}; empty lets everyone in
 * @param groupOfMonitor the configured group of a monitor id; any thread
 * @param dedicated which monitor ids get a stream of the provider to themselves; any thread
 * @param limits what clients may ask for
 * @param times how long a stream waits for what
 * @param relayedMetadata the names, in lower case, of metadata that calls of methods unknown here take along to the provider
 * @param drain over how long {@link Gateway#drain} ends the streams
 * @param reusesPort whether another process may listen at the same port (Linux): for two that overlap in a restart
 * @param compressesUpdates whether updates go out in gzip or zstd to clients that ask for it; costs much computation
 */
public record GatewayConfig(
        InetSocketAddress listen,
        Optional<Path> tokens,
        Function<String, Optional<Group>> groupOfMonitor,
        Predicate<String> dedicated,
        Limits limits,
        StreamTimes times,
        Set<String> relayedMetadata,
        Duration drain,
        boolean reusesPort,
        boolean compressesUpdates) {

    /** What runs when nothing is configured: 127.0.0.1:10000, open to all, uncompressed. */
    public static final GatewayConfig DEFAULT = new GatewayConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 10_000),
            Optional.empty(),
            id -> Optional.empty(),
            id -> false,
            Limits.DEFAULT,
            StreamTimes.DEFAULT,
            Set.of(),
            Duration.ofSeconds(30),
            false,
            false);

    public GatewayConfig {
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(groupOfMonitor, "groupOfMonitor");
        Objects.requireNonNull(dedicated, "dedicated");
        if (!drain.isPositive()) {
            throw new IllegalArgumentException("drain must be positive, was " + drain);
        }
        relayedMetadata = Set.copyOf(relayedMetadata);
        for (String name : relayedMetadata) {
            if (!mayRelay(name)) {
                throw new IllegalArgumentException("metadata \"" + name + "\" cannot be relayed");
            }
        }
    }

    /** Whether metadata of that name, in lower case, may be among {@link #relayedMetadata}. */
    public static boolean mayRelay(String name) {
        return RelayedMetadata.isRelayed(name) && name.equals(name.toLowerCase(Locale.ROOT));
    }

    /** These rules at another address. */
    public GatewayConfig withListen(InetSocketAddress address) {
        return new GatewayConfig(
                address,
                tokens,
                groupOfMonitor,
                dedicated,
                limits,
                times,
                relayedMetadata,
                drain,
                reusesPort,
                compressesUpdates);
    }

    /** These rules with a file of tokens. */
    public GatewayConfig withTokens(Path file) {
        return new GatewayConfig(
                listen,
                Optional.of(file),
                groupOfMonitor,
                dedicated,
                limits,
                times,
                relayedMetadata,
                drain,
                reusesPort,
                compressesUpdates);
    }

    /** These rules with configured groups. */
    public GatewayConfig withGroupOfMonitor(Function<String, Optional<Group>> group) {
        return new GatewayConfig(
                listen, tokens, group, dedicated, limits, times, relayedMetadata, drain, reusesPort, compressesUpdates);
    }

    /** These rules with some monitors that get streams of the provider to themselves. */
    public GatewayConfig withDedicated(Predicate<String> monitors) {
        return new GatewayConfig(
                listen,
                tokens,
                groupOfMonitor,
                monitors,
                limits,
                times,
                relayedMetadata,
                drain,
                reusesPort,
                compressesUpdates);
    }

    /** These rules with other limits. */
    public GatewayConfig withLimits(Limits other) {
        return new GatewayConfig(
                listen,
                tokens,
                groupOfMonitor,
                dedicated,
                other,
                times,
                relayedMetadata,
                drain,
                reusesPort,
                compressesUpdates);
    }

    /** These rules with other times. */
    public GatewayConfig withTimes(StreamTimes other) {
        return new GatewayConfig(
                listen,
                tokens,
                groupOfMonitor,
                dedicated,
                limits,
                other,
                relayedMetadata,
                drain,
                reusesPort,
                compressesUpdates);
    }

    /** These rules with some metadata of clients relayed. */
    public GatewayConfig withRelayedMetadata(Set<String> names) {
        return new GatewayConfig(
                listen, tokens, groupOfMonitor, dedicated, limits, times, names, drain, reusesPort, compressesUpdates);
    }

    /** These rules with another time for {@link Gateway#drain}. */
    public GatewayConfig withDrain(Duration period) {
        return new GatewayConfig(
                listen,
                tokens,
                groupOfMonitor,
                dedicated,
                limits,
                times,
                relayedMetadata,
                period,
                reusesPort,
                compressesUpdates);
    }

    /** These rules with a port that another process may listen at too, or not. */
    public GatewayConfig withReusesPort(boolean reuses) {
        return new GatewayConfig(
                listen,
                tokens,
                groupOfMonitor,
                dedicated,
                limits,
                times,
                relayedMetadata,
                drain,
                reuses,
                compressesUpdates);
    }

    /** These rules with updates compressed for clients that ask for it, or not. */
    public GatewayConfig withCompressesUpdates(boolean compresses) {
        return new GatewayConfig(
                listen,
                tokens,
                groupOfMonitor,
                dedicated,
                limits,
                times,
                relayedMetadata,
                drain,
                reusesPort,
                compresses);
    }

    /**
     * What clients may ask for. What is beyond is refused before it begins, and counted.
     *
     * @param requestBytes the largest request, as it travels and unpacked
     * @param connections how many connections may be open; one more is closed at once
     * @param streams how many streams may be open
     * @param streamsPerConnection how many of them on one connection: some clients put all of a process on one
     * @param relayedCalls how many calls of methods unknown here one monitor may have open
     * @param calls how many calls one address may make at once, and again in each {@code callsPer}
     * @param callsPer the time in which they are earned back
     */
    public record Limits(
            int requestBytes,
            int connections,
            int streams,
            int streamsPerConnection,
            int relayedCalls,
            int calls,
            Duration callsPer) {

        /**
         * 32 MiB, 10,000 connections and streams, 1,000 streams on one connection, 100 relayed calls of a monitor, 1,000 calls
         * in 10 s.
         */
        public static final Limits DEFAULT =
                new Limits(32 << 20, 10_000, 10_000, 1_000, 100, 1_000, Duration.ofSeconds(10));

        public Limits {
            atLeastOne(requestBytes, "requestBytes");
            atLeastOne(connections, "connections");
            atLeastOne(streams, "streams");
            atLeastOne(streamsPerConnection, "streamsPerConnection");
            atLeastOne(relayedCalls, "relayedCalls");
            atLeastOne(calls, "calls");
            if (!callsPer.isPositive()) {
                throw new IllegalArgumentException("callsPer must be positive, was " + callsPer);
            }
        }

        public Limits withRequestBytes(int bytes) {
            return new Limits(bytes, connections, streams, streamsPerConnection, relayedCalls, calls, callsPer);
        }

        public Limits withConnections(int open) {
            return new Limits(requestBytes, open, streams, streamsPerConnection, relayedCalls, calls, callsPer);
        }

        public Limits withStreams(int open) {
            return new Limits(requestBytes, connections, open, streamsPerConnection, relayedCalls, calls, callsPer);
        }

        public Limits withStreamsPerConnection(int open) {
            return new Limits(requestBytes, connections, streams, open, relayedCalls, calls, callsPer);
        }

        public Limits withRelayedCalls(int open) {
            return new Limits(requestBytes, connections, streams, streamsPerConnection, open, calls, callsPer);
        }

        public Limits withCalls(int count, Duration per) {
            return new Limits(requestBytes, connections, streams, streamsPerConnection, relayedCalls, count, per);
        }

        private static void atLeastOne(int value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, was " + value);
            }
        }
    }
}
