package io.firehole.console.metrics;

import io.firehole.console.live.LiveDocument;
import io.firehole.pool.Group;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Every metric of a pool. The names are for ever. */
final class PoolFamilies {

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<MetricFamily> families = new ArrayList<>();

    private PoolFamilies() {
        pool();
        connections();
        streams();
        families.addAll(MonitorFamilies.all());
        families.addAll(BudgetFamilies.all());
        trouble();
    }

    static List<MetricFamily> all() {
        return List.copyOf(new PoolFamilies().families);
    }

    private void one(String name, String help, ToDoubleFunction<PoolStats> figure) {
        with(name, help, List.of(), (sample, series) -> series.put(figure.applyAsDouble(sample.stats())));
    }

    private void with(String name, String help, List<String> labels, FigureFamily.Source source) {
        families.add(new FigureFamily(name, help, labels, source));
    }

    private void pool() {
        with(
                "firehole_healthy",
                "1 while monitors are being served, 0 while the pool is degraded",
                List.of(),
                (sample, series) -> series.put(sample.health().isHealthy() ? 1 : 0));
        one("firehole_ready", "1 while the provider can be reached", stats -> stats.ready() ? 1 : 0);
        one(
                "firehole_received_updates_total",
                "Updates received from the provider",
                s -> s.totals().updates());
        one(
                "firehole_received_bytes_total",
                "Bytes received from the provider",
                s -> s.totals().bytes());
        one(
                "firehole_delivered_updates_total",
                "Updates put into mailboxes",
                s -> s.totals().delivered());
        one(
                "firehole_delivered_bytes_total",
                "Bytes put into mailboxes",
                s -> s.totals().deliveredBytes());
        one(
                "firehole_unrouted_updates_total",
                "Updates received that nobody wanted any more",
                s -> s.totals().unrouted());
        one(
                "firehole_malformed_messages_total",
                "Messages received that are no update",
                s -> s.totals().malformed());
        one(
                "firehole_placement_hits_total",
                "Subscriptions and calls that an open connection could take",
                s -> s.totals().hits());
        one(
                "firehole_placement_misses_total",
                "Subscriptions and calls that needed a new connection",
                s -> s.totals().misses());
        one(
                "firehole_upstream_requests_total",
                "Merged requests sent to the provider",
                s -> s.totals().requests());
        one(
                "firehole_events_total",
                "Events that the console tells of",
                s -> s.totals().events());
    }

    private void connections() {
        one("firehole_connections_max", "Connections that the pool may have", PoolStats::maxConnections);
        with("firehole_connections", "Connections by what they do", List.of("state"), (sample, series) -> {
            for (ConnectionState state : ConnectionState.values()) {
                series.put(
                        sample.stats().connections().stream()
                                .filter(one -> one.state() == state)
                                .count(),
                        LiveDocument.word(state));
            }
        });
        one("firehole_connections_healthy", "Connections that are ready and answer", PoolStats::healthy);
        one("firehole_connects_total", "Connections asked for", s -> s.totals().connects());
        one(
                "firehole_reconnects_total",
                "Connections asked for in place of a lost one",
                s -> s.totals().reconnects());
        one(
                "firehole_connected_total",
                "Connections that became ready",
                s -> s.totals().connected());
        one(
                "firehole_connect_seconds_total",
                "Time from asking for a connection until it was ready, in sum, in seconds; the wait for a permit is in it",
                s -> s.totals().connectNanos() / NANOS);
        one(
                "firehole_closed_connections_total",
                "Connections that ended, attempts that failed included",
                s -> s.totals().closedConnections());
        with(
                "firehole_connection_uptime_seconds",
                "Since when a connection has been ready, in seconds",
                List.of("connection"),
                (sample, series) -> sample.stats().connections().stream()
                        .filter(one -> one.uptimeNanos() > 0)
                        .forEach(one -> series.put(one.uptimeNanos() / NANOS, String.valueOf(one.id()))));
        with(
                "firehole_connection_received_updates_total",
                "Updates received on a connection",
                List.of("connection"),
                (sample, series) -> sample.stats()
                        .connections()
                        .forEach(one -> series.put(one.updates(), String.valueOf(one.id()))));
        with(
                "firehole_connection_received_bytes_total",
                "Bytes received on a connection",
                List.of("connection"),
                (sample, series) ->
                        sample.stats().connections().forEach(one -> series.put(one.bytes(), String.valueOf(one.id()))));
    }

    private void streams() {
        with("firehole_streams", "Streams of the provider", List.of("group"), (sample, series) -> {
            for (Group group : Group.values()) {
                series.put(
                        sample.stats().streams().stream()
                                .filter(one -> one.group() == group)
                                .count(),
                        group.word());
            }
        });
        with(
                "firehole_stream_received_updates_total",
                "Updates received on a stream of the provider",
                List.of("stream", "group"),
                (sample, series) -> sample.stats()
                        .streams()
                        .forEach(one -> series.put(
                                one.updates(),
                                String.valueOf(one.id()),
                                one.group().word())));
        with(
                "firehole_stream_last_slot",
                "The last slot of a stream whose end was seen",
                List.of("stream"),
                (sample, series) -> sample.stats().streams().stream()
                        .filter(one -> one.lastSealedSlot().isPresent())
                        .forEach(one -> series.put(one.lastSealedSlot().getAsLong(), String.valueOf(one.id()))));
        with(
                "firehole_stream_reopened_total",
                "How often a stream of the provider had to be opened anew",
                List.of("stream"),
                (sample, series) ->
                        sample.stats().streams().forEach(one -> series.put(one.reopened(), String.valueOf(one.id()))));
        one(
                "firehole_watchdog_total",
                "Streams taken for dead because no slot came",
                s -> s.totals().watchdogs());
    }

    private void trouble() {
        one(
                "firehole_overruns_total",
                "Monitors disconnected because their mailbox was full",
                s -> s.totals().overruns());
        one(
                "firehole_dropped_updates_total",
                "Updates dropped because monitors were slow",
                s -> s.slow().dropped());
        one(
                "firehole_conflated_updates_total",
                "Updates replaced by later ones because monitors were slow",
                s -> s.slow().conflated());
        one(
                "firehole_spilled_updates_total",
                "Updates that waited on disk",
                s -> s.slow().spill().spilled());
        one(
                "firehole_spill_bytes",
                "Bytes that wait on disk",
                s -> s.slow().spill().bytes());
        one(
                "firehole_buffers_bytes",
                "Bytes that all buffers hold together",
                s -> s.memory().used());
        one(
                "firehole_buffers_max_bytes",
                "Bytes that they may hold",
                s -> s.memory().bytesMax());
        one(
                "firehole_refused_streams_total",
                "Streams of monitors refused because too many were open",
                s -> s.totals().refusedStreams());
        one(
                "firehole_refused_requests_total",
                "Merged requests that the provider refused",
                s -> s.totals().invalidRequests());
        one(
                "firehole_integrity_samples_total",
                "Updates that were matched a second time",
                s -> s.integrity().samples());
        one(
                "firehole_integrity_disagreements_total",
                "How often that showed a wrong routing; must stay 0",
                s -> s.integrity().disagreements());
    }
}
