package io.firehole.console;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.websocket.WebSocketService;
import io.firehole.console.access.Access;
import io.firehole.console.access.Role;
import io.firehole.console.api.ClosedConnectionsResource;
import io.firehole.console.api.ConfigurationResource;
import io.firehole.console.api.ConnectionResource;
import io.firehole.console.api.ConnectionsResource;
import io.firehole.console.api.DashboardMetricsResource;
import io.firehole.console.api.DrainResource;
import io.firehole.console.api.EventsResource;
import io.firehole.console.api.FilterTestResource;
import io.firehole.console.api.GapsResource;
import io.firehole.console.api.HealthResource;
import io.firehole.console.api.HistoryQuestions;
import io.firehole.console.api.HistoryResource;
import io.firehole.console.api.LoginResource;
import io.firehole.console.api.MonitorResource;
import io.firehole.console.api.MonitorsResource;
import io.firehole.console.api.OpenApiResource;
import io.firehole.console.api.PermitsResource;
import io.firehole.console.api.PoolHealthResource;
import io.firehole.console.api.RealtimeResource;
import io.firehole.console.api.ReconnectResource;
import io.firehole.console.api.SessionResource;
import io.firehole.console.api.StatsResource;
import io.firehole.console.api.StreamsResource;
import io.firehole.console.api.TransactionResource;
import io.firehole.console.http.FrontDoor;
import io.firehole.console.http.Gate;
import io.firehole.console.http.OwnNames;
import io.firehole.console.http.Route;
import io.firehole.console.http.Routes;
import io.firehole.console.http.StaticFiles;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.LiveSockets;
import io.firehole.console.live.LiveText;
import io.firehole.console.live.PoolView;
import io.firehole.console.live.Sampler;
import io.firehole.console.metrics.MetricsResource;
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
import java.util.Objects;
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

    private static final String PAGES = "/io/firehole/console/dashboard";

    /** The library with which the pages are made, in a jar of its own; the version is that of the dependency. */
    private static final String TEMPLATES = "/META-INF/resources/webjars/lit-html/3.3.2";

    /** The library that draws charts, likewise. */
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist";

    private final Server server;
    private final EventLoopGroup eventLoops;
    private final ExecutorService threads;
    private final Sampler sampler;
    private final MetricsResource metrics;
    private final Routes routes;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Console(
            ConsoleConfig config, PoolView pool, Surroundings surroundings, InstantSource clock, Timers timers) {
        Access access = Access.of(config.tokens(), clock, text -> pool.note("access", "", text));
        Gate gate = new Gate(new OwnNames(config.listen()), access);
        LiveText document =
                new LiveText(new LiveDocument(config.price(), UUID.randomUUID().toString()));
        sampler = Sampler.start(pool, clock, timers);
        LiveSockets sockets = new LiveSockets(sampler, document);
        metrics = new MetricsResource(sampler, sockets);
        List<Route> all = routes(pool, surroundings, clock, access, document);
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
    }

    private List<Route> routes(
            PoolView pool, Surroundings surroundings, InstantSource clock, Access access, LiveText document) {
        HistoryQuestions questions = new HistoryQuestions(clock);
        List<Route> all = new ArrayList<>(List.of(
                Route.open(
                        "/healthz",
                        "whether the program is alive, and the provider can be reached",
                        new HealthResource(pool)),
                Route.view("/metrics", "figures for Prometheus", metrics),
                Route.view(
                        "/api/grpc-pool/stats",
                        "connections, permits left, and which connection serves whom",
                        new StatsResource(pool, clock)),
                Route.view(
                        "/api/grpc-pool/health",
                        "200 while monitors are being served, 503 with reasons if not",
                        new PoolHealthResource(sampler, clock)),
                Route.view(
                        "/api/dashboard/metrics",
                        "four numbers for a dashboard that has others beside them",
                        new DashboardMetricsResource(sampler)),
                Route.view(
                        "/api/grpc-pool/metrics/realtime",
                        "the realtime document, which /ws sends every second",
                        new RealtimeResource(sampler, document)),
                Route.view(
                        "/api/grpc-pool/metrics/history",
                        "figures of the past by the minute, newest first",
                        new HistoryResource(surroundings.history(), questions)),
                Route.view(
                        "/api/grpc-pool/connections",
                        "every connection, with its rates",
                        new ConnectionsResource(sampler)),
                Route.view(
                        "/api/grpc-pool/connections/closed",
                        "connections that ended, newest first, with the reason",
                        new ClosedConnectionsResource(pool)),
                Route.view(
                        "/api/grpc-pool/connections/{id}",
                        "one connection with the streams it carries",
                        new ConnectionResource(sampler)),
                Route.action(
                        "/api/grpc-pool/connections/{id}/reconnect",
                        Role.OPERATOR,
                        "what a reconnect costs; a POST does it without loss",
                        new ReconnectResource(pool)),
                Route.view(
                        "/api/grpc-pool/streams",
                        "every stream of the provider, with who shares it",
                        new StreamsResource(sampler)),
                Route.view(
                        "/api/grpc-pool/monitors",
                        "every open stream of a monitor",
                        new MonitorsResource(pool, sampler)),
                Route.view(
                        "/api/grpc-pool/monitors/{id}", "how a monitor is served, and why", new MonitorResource(pool)),
                Route.view(
                        "/api/grpc-pool/monitors/{id}/explain",
                        "whether a monitor would have got a transaction",
                        new TransactionResource(pool)),
                Route.action(
                        "/api/grpc-pool/filters/test",
                        Role.VIEWER,
                        "how to ask who would receive something; a POST asks",
                        new FilterTestResource(pool)),
                Route.view(
                        "/api/grpc-pool/permits",
                        "the budget of new connections, with a forecast",
                        new PermitsResource(sampler, surroundings.forecast())),
                Route.view(
                        "/api/grpc-pool/gaps",
                        "what monitors should have seen and did not, newest first",
                        new GapsResource(pool)),
                Route.view(
                        "/api/grpc-pool/events",
                        "what happened of late, newest first",
                        new EventsResource(pool, clock)),
                Route.view(
                        "/api/grpc-pool/config",
                        "every setting with where it comes from",
                        new ConfigurationResource(surroundings.settings())),
                Route.open("/api/session", "who asks, with which role", new SessionResource(access)),
                Route.open("/login", "who asks; a POST with a token begins a session", LoginResource.in(access)),
                Route.open("/logout", "who asks; a POST ends the session", LoginResource.out(access)),
                Route.open("/", "the dashboard", StaticFiles.only(PAGES, "index.html")),
                Route.open("/dashboard/lit/{file}", "what the dashboard is made with", StaticFiles.below(TEMPLATES)),
                Route.open(
                        "/dashboard/lit/directives/{file}",
                        "what the dashboard is made with",
                        StaticFiles.below(TEMPLATES + "/directives")),
                Route.open("/dashboard/uplot/{file}", "what draws its charts", StaticFiles.below(CHARTS)),
                Route.open("/dashboard/{file}", "what the dashboard loads", StaticFiles.below(PAGES)),
                Route.open("/dashboard/{folder}/{file}", "what the dashboard loads", StaticFiles.below(PAGES))));
        surroundings
                .program()
                .ifPresent(program -> all.add(Route.action(
                        "/api/grpc-pool/drain",
                        Role.ADMIN,
                        "how far the program is on its way to the end; a POST sends it there",
                        new DrainResource(program, pool))));
        return all;
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

    /** What stands behind which path, and who may ask it. */
    Routes routes() {
        return routes;
    }

    /**
     * Answers nothing any more and closes every connection. Returns at once; the port is free, and its threads end, about two
     * seconds later. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
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
