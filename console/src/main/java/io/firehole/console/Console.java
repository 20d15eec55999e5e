package io.firehole.console;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.websocket.WebSocketService;
import io.firehole.console.access.Access;
import io.firehole.console.api.MetricsHistory;
import io.firehole.console.api.OpenApiResource;
import io.firehole.console.http.FrontDoor;
import io.firehole.console.http.Gate;
import io.firehole.console.http.OwnNames;
import io.firehole.console.http.Route;
import io.firehole.console.http.Routes;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.LiveSockets;
import io.firehole.console.live.LiveText;
import io.firehole.console.live.PoolView;
import io.firehole.console.live.Sampler;
import io.firehole.console.metrics.MetricsResource;
import io.firehole.console.otlp.ExportCounts;
import io.firehole.console.otlp.MetricsExport;
import io.firehole.pool.Pool;
import io.firehole.pool.time.Timers;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server that tells how a pool stands, and has it do what people and scripts order. Every method may be called from
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

    /** Questions are short. */
    private static final int REQUEST_BYTES_MAX = 16 << 10;

    /** Questions at once on one connection of HTTP/2; each may have a body that is on its way. */
    private static final int STREAMS_MAX = 32;

    /** What browsers say on a WebSocket is not looked at. */
    private static final int FRAME_BYTES_MAX = 1 << 10;

    /** What closing waits for answers under way. */
    private static final Duration FAREWELL = Duration.ofMillis(200);

    private final Server server;
    private final EventLoopGroup eventLoops;
    private final ExecutorService threads;
    private final Sampler sampler;
    private final MetricsResource metrics;
    private final Optional<MetricsExport> export;
    private final Routes routes;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Console(
            ConsoleConfig config, PoolView pool, Surroundings surroundings, InstantSource clock, Timers timers) {
        Access access = Access.of(config.tokens(), clock, text -> pool.note("access", "", text));
        Gate gate = new Gate(new OwnNames(config.listen()), access);
        LiveText document =
                new LiveText(new LiveDocument(config.price(), UUID.randomUUID().toString()));
        sampler = Sampler.start(pool, () -> surroundings.history().map(MetricsHistory::standing), clock, timers);
        LiveSockets sockets = new LiveSockets(sampler, document);
        ExportCounts exports = new ExportCounts();
        metrics = new MetricsResource(
                sampler, sockets, () -> config.otlp().isPresent() ? exports.all() : Map.of(), clock);
        List<Route> all = new ArrayList<>(new Paths(pool, sampler, surroundings, clock).all(access, document, metrics));
        all.add(Route.open("/api/openapi.json", "this description", new OpenApiResource(all)));
        routes = new Routes(all);
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
                .http2MaxStreamsPerConnection(STREAMS_MAX)
                .connectionDrainDuration(FAREWELL)
                .gracefulShutdownTimeout(Duration.ZERO, FAREWELL)
                .disableServerHeader()
                .disableDateHeader()
                .service(
                        "/ws",
                        WebSocketService.builder(sockets)
                                .allowedOrigin(origin -> true) // the gate has looked at it
                                .maxFramePayloadLength(FRAME_BYTES_MAX)
                                .build()
                                .decorate(delegate -> new LiveDoor(delegate, gate)))
                .serviceUnder("/", new FrontDoor(gate, routes, threads))
                .build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            release();
            throw e;
        }
        address = Objects.requireNonNull(server.activePort(), "a started server listens")
                .localAddress();
        export = config.otlp()
                .map(collector -> MetricsExport.start(collector, metrics::figures, exports, clock, timers));
    }

    /**
     * Opens a console.
     *
     * @param pool what it tells of; it stays the caller's to close, after the console
     * @throws IOException if the address is taken, or is not loopback and there are no tokens; the message names it
     */
    public static Console start(ConsoleConfig config, Pool pool, Surroundings surroundings) throws IOException {
        return start(config, PoolView.of(pool), surroundings, InstantSource.system(), Timers.onVirtualThreads());
    }

    static Console start(
            ConsoleConfig config, PoolView pool, Surroundings surroundings, InstantSource clock, Timers timers)
            throws IOException {
        String listen = config.listen().getHostString() + ":" + config.listen().getPort();
        if (config.isOpenToTheNetwork()) {
            throw new IOException(
                    "console does not listen on " + listen
                            + ", which is not loopback, without console.tokens-file: whoever can connect there could do everything");
        }
        try {
            Console console = new Console(config, pool, surroundings, clock, timers);
            log.info(
                    "Console listens on {}:{}",
                    console.address().getHostString(),
                    console.address().getPort());
            return console;
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("console cannot listen on " + listen + ": " + cause.getMessage(), cause);
        }
    }

    /** Where it listens, with the port it took. */
    public InetSocketAddress address() {
        return address;
    }

    /** What Prometheus reads. */
    MetricsResource metrics() {
        return metrics;
    }

    /** What stands behind which path, and who may ask it. */
    Routes routes() {
        return routes;
    }

    /**
     * Answers nothing any more and closes every connection. Returns at once, but for a last export of the metrics where they are
     * exported, which takes two seconds at the most; the port is free, and its threads end, about two seconds later. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            export.ifPresent(MetricsExport::close);
            sampler.close();
            var unused = server.stop().whenComplete((nothing, failure) -> release());
        }
    }

    private void release() {
        sampler.close();
        metrics.close();
        threads.shutdownNow();
        var unused = eventLoops.shutdownGracefully(0, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    }
}
