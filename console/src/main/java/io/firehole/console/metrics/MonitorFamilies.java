package io.firehole.console.metrics;

import io.firehole.console.live.MonitorFigures;
import io.firehole.console.live.Sample;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.PoolStats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Every metric of the monitors of a pool. The names are for ever. */
final class MonitorFamilies {

    private static final double MICROS = TimeUnit.SECONDS.toMicros(1);

    private final List<MetricFamily> families = new ArrayList<>();

    private MonitorFamilies() {
        monitors();
        delays();
        gaps();
    }

    static List<MetricFamily> all() {
        return List.copyOf(new MonitorFamilies().families);
    }

    private void with(String name, String help, List<String> labels, FigureFamily.Source source) {
        families.add(new FigureFamily(name, help, labels, source));
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
    }

    private void delays() {
        families.add(new DelayFamily(
                "firehole_handover_seconds",
                "From the arrival of an update until it was handed to a monitor, by the monitor's group, in seconds",
                Sample::handedOver));
        families.add(new DelayFamily(
                "firehole_provider_delay_seconds",
                "From the provider's time in an update until it came, by both clocks, of one update in sixteen, in seconds",
                Sample::onTheWay));
    }

    private void gaps() {
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
        with(
                "firehole_filled_slots_total",
                "Slots of gaps whose transactions were to be fetched elsewhere, by what came of it: filled, failed or not-asked",
                List.of("outcome"),
                (sample, series) -> {
                    PoolStats.FillingStats filling = sample.stats().filling();
                    series.put(filling.slotsFilled(), "filled");
                    series.put(filling.slotsFailed(), "failed");
                    series.put(filling.slotsNotAsked(), "not-asked");
                });
        with(
                "firehole_filled_transactions_total",
                "Transactions delivered from there",
                List.of(),
                (sample, series) -> series.put(sample.stats().filling().transactions()));
        with(
                "firehole_filled_bytes_total",
                "Bytes of blocks fetched for it",
                List.of(),
                (sample, series) -> series.put(sample.stats().filling().bytes()));
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
}
