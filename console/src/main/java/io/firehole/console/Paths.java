package io.firehole.console;

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
import io.firehole.console.api.HistoryLatenciesResource;
import io.firehole.console.api.HistoryQuestions;
import io.firehole.console.api.HistoryResource;
import io.firehole.console.api.HistorySecondsResource;
import io.firehole.console.api.HistoryStandingResource;
import io.firehole.console.api.LoginResource;
import io.firehole.console.api.MonitorResource;
import io.firehole.console.api.MonitorsResource;
import io.firehole.console.api.PermitsResource;
import io.firehole.console.api.PoolHealthResource;
import io.firehole.console.api.RealtimeResource;
import io.firehole.console.api.ReconnectResource;
import io.firehole.console.api.SessionResource;
import io.firehole.console.api.StatsResource;
import io.firehole.console.api.StreamsResource;
import io.firehole.console.api.TransactionResource;
import io.firehole.console.http.Route;
import io.firehole.console.http.StaticFiles;
import io.firehole.console.live.LiveText;
import io.firehole.console.live.PoolView;
import io.firehole.console.live.Sampler;
import io.firehole.console.metrics.MetricsResource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands behind which path of a console, in one table.
 *
 * @param pool what it tells of
 * @param sampler takes pictures of that
 * @param surroundings what it tells of beside the pool
 * @param clock the time of day
 */
record Paths(PoolView pool, Sampler sampler, Surroundings surroundings, InstantSource clock) {

    private static final String PAGES = "/io/firehole/console/dashboard";

    /** The library with which the pages are made, in a jar of its own; the version is that of the dependency. */
    private static final String TEMPLATES = "/META-INF/resources/webjars/lit-html/3.3.2";

    /** The library that draws charts, likewise. */
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist";

    /** Every path but the one that describes them. */
    List<Route> all(Access access, LiveText document, MetricsResource metrics) {
        HistoryQuestions questions = new HistoryQuestions(surroundings.history(), clock);
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
                        new HistoryResource(questions)),
                Route.view(
                        "/api/grpc-pool/metrics/history/seconds",
                        "figures of the past by the second, oldest first",
                        new HistorySecondsResource(questions)),
                Route.view(
                        "/api/grpc-pool/metrics/history/latencies",
                        "how long updates took over a whole period",
                        new HistoryLatenciesResource(questions)),
                Route.view(
                        "/api/grpc-pool/history",
                        "whether figures of the past are kept, and what came of it",
                        new HistoryStandingResource(surroundings.history())),
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
}
