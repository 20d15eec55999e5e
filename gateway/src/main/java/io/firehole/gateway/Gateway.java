package io.firehole.gateway;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.TransportType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.firehole.gateway.access.Doorkeeper;
import io.firehole.gateway.access.TokenTable;
import io.firehole.pool.Pool;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Yellowstone server in front of a pool: monitors connect to it as they would to the provider.
 *
 * <p>It listens from the start, whether the provider is reached or not. Every method may be called from any thread.
 */
public final class Gateway implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Gateway.class);

    /** How long streams have to take their last status when the gateway closes. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** A connection without a call or an HTTP/2 PING is closed after that. */
    private static final Duration IDLE_CONNECTION = Duration.ofMinutes(10);

    /** A connection whose peer acknowledges nothing of what was sent is given up after that. */
    private static final Duration UNACKNOWLEDGED = Duration.ofMinutes(1);

    /** What a client may send ahead on one stream before we have read it. */
    private static final int STREAM_WINDOW_BYTES = 1 << 20;

    /** The same on one connection: a few streams with large requests do not hold up the others. */
    private static final int CONNECTION_WINDOW_BYTES = 4 << 20;

    /** The most metadata of a call. */
    private static final int HEADER_LIST_BYTES = 64 << 10;

    /** Streams a client may cancel on one connection in a minute; some clients put all of a process on one connection. */
    private static final int RESETS_PER_MINUTE = 6_000;

    /** Large requests that are checked at the same time. */
    private static final int CHECKERS = 2;

    private final Server server;
    private final OpenCalls calls;
    private final HealthCalls health = new HealthCalls();
    private final ConnectionGate connections;
    private final GatewayCounters counters = new GatewayCounters();
    private final EventLoopGroup eventLoops;
    private final ExecutorService checkers;
    private final InetSocketAddress address;
    private final Drain drain;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private Gateway(GatewayConfig config, Upstream upstream, Optional<TokenTable> tokens) {
        calls = new OpenCalls(config.limits());
        connections = new ConnectionGate(config.limits().connections());
        checkers = Executors.newFixedThreadPool(
                CHECKERS,
                Thread.ofPlatform()
                        .daemon()
                        .name("firehole-gateway-request-", 1)
                        .factory());
        eventLoops =
                EventLoopGroups.newEventLoopGroup(Runtime.getRuntime().availableProcessors(), "firehole-gateway", true);
        drain = new Drain(
                calls, health, connections, config.drain(), FAREWELL, NanoClock.system(), Timers.on(eventLoops.next()));
        Doorkeeper doorkeeper = new Doorkeeper(
                tokens,
                config.groupOfMonitor(),
                config.dedicated(),
                config.limits().calls(),
                config.limits().callsPer(),
                NanoClock.system());
        ServerBuilder builder = Server.builder()
                .http(config.listen())
                .workerGroup(eventLoops, false)
                .meterRegistry(new CompositeMeterRegistry()) // collects nothing; one that servers share warns
                .childChannelPipelineCustomizer(connections::enter)
                .serviceUnder("/", new GeyserService(config, upstream, doorkeeper, calls, health, checkers, counters));
        tune(builder);
        Doorman.serve(builder);
        if (config.reusesPort()) {
            builder.channelOption(EpollChannelOption.SO_REUSEPORT, true);
        }
        server = builder.build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            freeThreads();
            throw e;
        }
        address = Objects.requireNonNull(server.activePort(), "a started server listens")
                .localAddress();
    }

    /**
     * Opens a gateway.
     *
     * @param pool what feeds the monitors; it stays the caller's to close, after the gateway
     * @throws IOException if the address is taken or the tokens cannot be read; the message names which
     * @throws IllegalArgumentException if a line of the tokens is wrong; the message names it
     */
    public static Gateway start(GatewayConfig config, Pool pool) throws IOException {
        return start(config, new PoolUpstream(pool));
    }

    static Gateway start(GatewayConfig config, Upstream upstream) throws IOException {
        if (config.reusesPort() && Flags.transportType() != TransportType.EPOLL) {
            throw new IOException("the gateway cannot share its port: that needs Linux with epoll, and this runs on "
                    + Flags.transportType().lowerCasedName());
        }
        Optional<TokenTable> tokens = Optional.empty();
        if (config.tokens().isPresent()) {
            tokens = Optional.of(read(config.tokens().get()));
        }
        try {
            Gateway gateway = new Gateway(config, upstream, tokens);
            logger.info(
                    "Gateway listens on {}:{}",
                    gateway.address().getHostString(),
                    gateway.address().getPort());
            return gateway;
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "gateway cannot listen on " + config.listen().getHostString() + ":"
                            + config.listen().getPort() + ": " + cause.getMessage(),
                    cause);
        }
    }

    private static TokenTable read(Path file) throws IOException {
        try {
            return TokenTable.read(file);
        } catch (IOException e) {
            throw new IOException("tokens file " + file + " cannot be read: " + e, e);
        }
    }

    private static void tune(ServerBuilder builder) {
        builder.requestTimeoutMillis(0)
                .maxRequestLength(0)
                .idleTimeout(IDLE_CONNECTION, true)
                .http2MaxStreamsPerConnection(Integer.MAX_VALUE) // beyond it clients hang without a word: see OpenCalls
                .http2InitialStreamWindowSize(STREAM_WINDOW_BYTES)
                .http2InitialConnectionWindowSize(CONNECTION_WINDOW_BYTES)
                .http2MaxHeaderListSize(HEADER_LIST_BYTES)
                .http2MaxResetFramesPerWindow(RESETS_PER_MINUTE, 60)
                .childChannelOption(ChannelOption.SO_KEEPALIVE, true)
                .disableServerHeader()
                .disableDateHeader();
        if (Flags.transportType() == TransportType.EPOLL) {
            // Armeria's own pings stop as long as we write, and we write to dead peers too: the kernel must tell.
            builder.childChannelOption(EpollChannelOption.TCP_USER_TIMEOUT, Math.toIntExact(UNACKNOWLEDGED.toMillis()));
        }
    }

    /** Where it listens, with the port it took. */
    public InetSocketAddress address() {
        return address;
    }

    /** What it has done so far. */
    public GatewayStats stats() {
        return counters.snapshot(connections);
    }

    /**
     * Takes no connection and no call any more, and ends the streams there are one after the other, evenly over
     * {@link GatewayConfig#drain}, each behind what waits for it and with the last slot that it has whole. Health says NOT_SERVING
     * from now on. Idempotent; {@link #close} is still to be called.
     *
     * @return done when no stream is open any more; two seconds after the period at the latest
     */
    public CompletableFuture<Void> drain() {
        return drain.begin().copy();
    }

    /** Ends at once what {@link #drain} has left open. */
    public void hurry() {
        drain.hurry();
    }

    /**
     * How far it is on its way to the end.
     *
     * @param begun whether {@link #drain} has been called
     * @param streams open now
     * @param left until the last of them has ended, at most; the whole period before it has begun
     */
    public record Draining(boolean begun, int streams, Duration left) {}

    /** How far it is on its way to the end. */
    public Draining draining() {
        return new Draining(drain.hasBegun(), calls.open(), drain.left());
    }

    /**
     * Ends every stream with UNAVAILABLE {@code server is shutting down try again later}, lets clients take that for two
     * seconds, then closes every connection. Returns when the port is free; threads end soon after. Idempotent.
     */
    @Override
    public void close() {
        stop();
        closed.join();
    }

    /** As {@link #close}, but returns once the streams have ended; the port is free soon after. */
    void stop() {
        if (closing.compareAndSet(false, true)) {
            health.close();
            calls.close(drain.isOver() ? Duration.ZERO : FAREWELL); // who has not gone by then has been waited for
            var unused = server.stop().whenComplete((nothing, failure) -> {
                freeThreads();
                closed.complete(null);
            });
        }
    }

    private void freeThreads() {
        checkers.shutdownNow();
        var unused = eventLoops.shutdownGracefully(0, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    }
}
