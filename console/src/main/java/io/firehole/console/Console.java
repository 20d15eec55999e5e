package io.firehole.console;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import io.firehole.pool.Pool;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server that tells how a pool stands, and brings its program to an end when it is told to. Every method may be called from
 * any thread.
 */
public final class Console implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Console.class);

    /** Connections open at once; one more is closed. */
    private static final int CONNECTIONS_MAX = 256;

    /** A connection without a question is closed after that. */
    private static final Duration IDLE_CONNECTION = Duration.ofMinutes(1);

    /** A question that takes longer is answered with 503. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    /** Questions and orders have no body. */
    private static final int REQUEST_BYTES_MAX = 64 << 10;

    /** What closing waits for answers under way. */
    private static final Duration FAREWELL = Duration.ofMillis(200);

    private final Server server;
    private final EventLoopGroup eventLoops;
    private final ExecutorService threads;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Console(ConsoleConfig config, PoolView pool, Optional<Drainable> program, InstantSource clock) {
        threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("firehole-console-", 0).factory());
        eventLoops = EventLoopGroups.newEventLoopGroup(1, "firehole-console", true);
        server = Server.builder()
                .http(config.listen())
                .workerGroup(eventLoops, false)
                .meterRegistry(new CompositeMeterRegistry()) // collects nothing; one that servers share warns
                .maxNumConnections(CONNECTIONS_MAX)
                .idleTimeout(IDLE_CONNECTION, true)
                .requestTimeout(ANSWER_WITHIN)
                .maxRequestLength(REQUEST_BYTES_MAX)
                .connectionDrainDuration(FAREWELL)
                .gracefulShutdownTimeout(Duration.ZERO, FAREWELL)
                .disableServerHeader()
                .disableDateHeader()
                .serviceUnder("/", new FrontDoor(new OwnNames(config.listen()), routes(pool, program, clock), threads))
                .build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            freeThreads();
            throw e;
        }
        address = Objects.requireNonNull(server.activePort(), "a started server listens")
                .localAddress();
    }

    private static Routes routes(PoolView pool, Optional<Drainable> program, InstantSource clock) {
        Map<String, Resource> resources = new LinkedHashMap<>();
        resources.put("/healthz", new HealthResource(pool));
        resources.put("/api/grpc-pool/monitors", new MonitorsResource(pool));
        resources.put("/api/grpc-pool/monitors/{id}", new MonitorResource(pool));
        resources.put("/api/grpc-pool/monitors/{id}/explain", new TransactionResource(pool));
        resources.put("/api/grpc-pool/events", new EventsResource(pool, clock));
        resources.put("/api/grpc-pool/gaps", new GapsResource(pool));
        program.ifPresent(one -> resources.put("/api/grpc-pool/drain", new DrainResource(one)));
        return new Routes(resources);
    }

    /**
     * Opens a console.
     *
     * @param pool what it tells of; it stays the caller's to close, after the console
     * @param program what it can bring to an end; empty if nothing
     * @throws IOException if the address is taken; the message names it
     */
    public static Console start(ConsoleConfig config, Pool pool, Optional<Drainable> program) throws IOException {
        return start(config, PoolView.of(pool), program, InstantSource.system());
    }

    static Console start(ConsoleConfig config, PoolView pool, Optional<Drainable> program, InstantSource clock)
            throws IOException {
        try {
            Console console = new Console(config, pool, program, clock);
            log.info(
                    "Console listens on {}:{}",
                    console.address().getHostString(),
                    console.address().getPort());
            return console;
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "console cannot listen on " + config.listen().getHostString() + ":"
                            + config.listen().getPort() + ": " + cause.getMessage(),
                    cause);
        }
    }

    /** Where it listens, with the port it took. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Answers nothing any more and closes every connection. Returns at once; the port is free, and its threads end, about two
     * seconds later. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            var unused = server.stop().whenComplete((nothing, failure) -> freeThreads());
        }
    }

    private void freeThreads() {
        threads.shutdownNow();
        var unused = eventLoops.shutdownGracefully(0, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    }
}
