package io.firehole.console.metrics;

import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.MonitorFigures;
import io.firehole.console.live.Sample;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionState;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.PermitClass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Every metric of a pool. The names are for ever. */
final class PoolFamilies {

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final double MICROS = TimeUnit.SECONDS.toMicros(1);

    private final List<MetricFamily> families = new ArrayList<>();

    private PoolFamilies() {
        pool();
        connections();
        streams();
        monitors();
        budget();
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

    private void monitors() {
        with(
                "firehole_monitors",
                "Open streams of monitors, by how they are served",
                List.of("state"),
                (sample, series) -> {
                    series.put(sample.health().served(), "active");
                    series.put(sample.health().waiting() - sample.health().failed(), "waiting");
                    series.put(sample.health().failed(), "failed");
                });
        with("firehole_group_monitors", "Open streams of monitors", List.of("group"), (sample, series) -> {
            for (Group group : Group.values()) {
                series.put(
                        sample.stats().monitors().stream()
                                .filter(one -> one.group() == group)
                                .count(),
                        group.word());
            }
        });
        perMonitor("waiting_updates", "Updates that wait for a monitor", one -> one.waiting());
        perMonitor("waiting_bytes", "Bytes that wait for a monitor", one -> one.waitingBytes());
        perMonitor(
                "stored_updates",
                "Updates of those that wait on disk",
                one -> one.lag().stored());
        perMonitorFigure("updates_total", "Updates handed to a monitor", MonitorFigures::messages);
        perMonitorFigure("bytes_total", "Bytes handed to a monitor", MonitorFigures::bytes);
        perMonitorFigure("errors_total", "Calls of a monitor that ended with an error", MonitorFigures::errors);
        perMonitorFigure("dropped_total", "Updates given up because a monitor was slow", MonitorFigures::dropped);
        perMonitorFigure("reconnects_total", "Times a monitor had to go on by a new call", MonitorFigures::reconnects);
        perMonitorFigure(
                "latencies_total",
                "Latencies measured, from an update's arrival until it was handed over",
                MonitorFigures::latencies);
        perMonitorFigure("latency_seconds_total", "Their sum, in seconds", one -> one.latencyMicros() / MICROS);
        perMonitorFigure(
                "latency_p99_seconds",
                "99 % of the updates of its last busy second were handed over within that, in seconds",
                one -> one.lastSecond().p99Micros() / MICROS);
        families.add(new DelayFamily(
                "firehole_handover_seconds",
                "From the arrival of an update until it was handed to a monitor, by the monitor's group, in seconds",
                Sample::handedOver));
        families.add(new DelayFamily(
                "firehole_provider_delay_seconds",
                "From the provider's time in an update until it came, by both clocks, of one update in sixteen, in seconds",
                Sample::onTheWay));
        with(
                "firehole_gaps_total",
                "Ranges of slots that a monitor should have seen and did not",
                List.of("monitor", "cause"),
                (sample, series) -> sample.stats()
                        .gapCounts()
                        .forEach(count -> series.put(
                                count.gaps(), count.monitor(), count.cause().word())));
        with(
                "firehole_gaps_by_cause_total",
                "These ranges of all monitors together; every cause is there from the start",
                List.of("cause"),
                (sample, series) -> {
                    for (Gap.Cause cause : Gap.Cause.values()) {
                        series.put(
                                sample.stats().gapCounts().stream()
                                        .filter(count -> count.cause() == cause)
                                        .mapToLong(PoolStats.GapCount::gaps)
                                        .sum(),
                                cause.word());
                    }
                });
        with(
                "firehole_gap_slots_total",
                "Slots in these ranges",
                List.of("monitor", "cause"),
                (sample, series) -> sample.stats()
                        .gapCounts()
                        .forEach(count -> series.put(
                                count.slots(), count.monitor(), count.cause().word())));
    }

    private void perMonitor(String name, String help, ToDoubleFunction<PoolStats.MonitorStats> figure) {
        with(
                "firehole_monitor_" + name,
                help,
                List.of("monitor"),
                (sample, series) ->
                        sample.stats().monitors().forEach(one -> series.put(figure.applyAsDouble(one), one.id())));
    }

    private void perMonitorFigure(String name, String help, ToDoubleFunction<MonitorFigures> figure) {
        with(
                "firehole_monitor_" + name,
                help,
                List.of("monitor"),
                (sample, series) -> sample.figures().forEach((id, one) -> series.put(figure.applyAsDouble(one), id)));
    }

    private void budget() {
        with(
                "firehole_permits_limit",
                "New connections that a rule allows in its window",
                List.of("rule"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget -> budget.rules()
                                .forEach(use -> series.put(use.rule().max(), rule(use.rule())))));
        with(
                "firehole_permits_used",
                "New connections that stand in a rule's window",
                List.of("rule"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget -> budget.rules().forEach(use -> series.put(use.used(), rule(use.rule())))));
        with(
                "firehole_permits_available",
                "New connections that a rule admits now",
                List.of("rule"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget ->
                                budget.rules().forEach(use -> series.put(use.available(), rule(use.rule())))));
        with(
                "firehole_permits_queued",
                "Who waits for a permit",
                List.of("class"),
                (sample, series) -> sample.stats().budget().ifPresent(budget -> {
                    for (PermitClass purpose : PermitClass.values()) {
                        series.put(budget.queued().getOrDefault(purpose, 0), LiveDocument.word(purpose));
                    }
                }));
        with(
                "firehole_permits_granted_total",
                "Permits given",
                List.of(),
                (sample, series) -> sample.stats().budget().ifPresent(budget -> series.put(budget.granted())));
        with(
                "firehole_permits_waited_seconds_total",
                "How long those waited who were given a permit, in sum, in seconds",
                List.of(),
                (sample, series) ->
                        sample.stats().budget().ifPresent(budget -> series.put(budget.waitedNanos() / NANOS)));
        with(
                "firehole_provider_refusals_total",
                "Connections and calls that the provider refused",
                List.of("reason"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget ->
                                budget.refusals().forEach((why, count) -> series.put(count, LiveDocument.word(why)))));
    }

    private static String rule(BudgetRule rule) {
        return rule.max() + "/" + rule.per().toSeconds() + "s " + LiveDocument.word(rule.counts());
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
