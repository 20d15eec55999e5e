package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.otlp.FakeCollector;
import io.firehole.console.otlp.FakeCollector.Taken;
import io.firehole.console.otlp.WrittenSeries;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.PoolStats;
import io.firehole.pool.metrics.ConnectionSecond;
import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a collector gets of a console's metrics, compared with what Prometheus reads. */
class OtlpTest extends WithConsoles {

    /** Those of the process go on while we look; the export counts itself when it is done. */
    private static final String STANDS_STILL = "firehole_(?!otlp_).*";

    /** Metrics that a first collection of garbage brings, and that of a collector which works beside the program. */
    private static final Pattern FIRST_GARBAGE = Pattern.compile("jvm_gc_(pause|concurrent_phase_time)_seconds");

    /** Beyond what a metric shows one by one. */
    private static final int SERIES_AND_MORE = 2_100;

    private final AtomicLong received = new AtomicLong(1_000);

    /** Somebody for whom every kind of metric has a series. */
    private OpenConsole busy(FakeCollector collector) throws IOException {
        FakeHistory history = new FakeHistory();
        history.standing =
                FakeHistory.standing(Map.of(), Optional.empty(), Optional.of(FakeHistory.database(Optional.empty())));
        OpenConsole console = opened(new OpenConsole(
                stats -> with(ApiShapesTest.busy(stats)),
                rules -> rules.withOtlp(collector.config()),
                surroundings -> surroundings.withHistory(history)));
        long[] counts = new long[LatencyBuckets.SIZE];
        counts[LatencyBuckets.indexOf(100)] = 3;
        counts[LatencyBuckets.indexOf(70_000_000)] = 1;
        LatencySecond delays = new LatencySecond(4, 70_000_300, 100, 100, 100, LatencyBuckets.of(counts));
        console.second(new MetricsSecond(
                Instant.EPOCH,
                List.of(new StreamSecond(1, "a", "high", 3, 30, 0, 0, 0, delays)),
                List.of(new ConnectionSecond(1, "low", 4, 40, delays))));
        return console;
    }

    private PoolStats with(PoolStats stats) {
        return ConsoleTest.with(
                stats,
                Map.of(
                        "totals", ConsoleTest.with(stats.totals(), Map.of("updates", received.get())),
                        "gapCounts", List.of(new PoolStats.GapCount("a \"quoted\"", Gap.Cause.MOVED, 2, 20))));
    }

    /** A second passes, and the next export is made. */
    private static Taken exported(OpenConsole console, FakeCollector collector) throws InterruptedException {
        console.timers.tick(2);
        return collector.next();
    }

    private static Map<String, Double> stillOf(WrittenSeries written) {
        Map<String, Double> still = new TreeMap<>(written.values());
        still.keySet().removeIf(series -> !series.matches(STANDS_STILL));
        return still;
    }

    @Test
    void everyMetricArrivesWithItsTypeAndTheFiguresThatPrometheusReads() throws Exception {
        FakeCollector collector = opened(new FakeCollector());
        OpenConsole console = busy(collector);
        WrittenSeries sent = WrittenSeries.of(exported(console, collector).metrics());
        WrittenSeries shown =
                WrittenSeries.ofText(console.get("/metrics").text().replace("\\\"", "\""));
        for (WrittenSeries written : List.of(sent, shown)) {
            // It may happen between the two looks.
            written.types()
                    .keySet()
                    .removeIf(name -> FIRST_GARBAGE.matcher(name).lookingAt());
            written.values()
                    .keySet()
                    .removeIf(series -> FIRST_GARBAGE.matcher(series).lookingAt());
        }
        assertThat(sent.types()).isEqualTo(shown.types());
        assertThat(sent.types().values()).contains("counter", "gauge", "histogram");
        assertThat(sent.values().keySet()).isEqualTo(shown.values().keySet());
        assertThat(stillOf(sent))
                .isEqualTo(stillOf(shown))
                .containsEntry("firehole_received_updates_total", 1_000.0)
                .containsEntry("firehole_handover_seconds_bucket{group=\"high\",le=\"67.108864\"}", 3.0)
                .containsEntry("firehole_handover_seconds_bucket{group=\"high\",le=\"+Inf\"}", 4.0)
                .hasSizeGreaterThan(150);
        assertThat(sent.types().keySet()).anyMatch(name -> name.startsWith("jvm_"));
        assertThat(sent.values().get("process_start_time_seconds"))
                .isEqualTo(shown.values().get("process_start_time_seconds"));
    }

    @Test
    void whatIsMeasuredHasItsUnit() throws Exception {
        FakeCollector collector = opened(new FakeCollector());
        Map<String, String> units = WrittenSeries.metrics(
                        exported(busy(collector), collector).metrics())
                .collect(Collectors.toMap(Metric::getName, Metric::getUnit));
        assertThat(units)
                .containsEntry("firehole_received_updates_total", "")
                .containsEntry("firehole_received_bytes_total", "By")
                .containsEntry("firehole_buffers_max_bytes", "By")
                .containsEntry("firehole_connections_max", "")
                .containsEntry("firehole_permits_waited_seconds_total", "s")
                .containsEntry("firehole_handover_seconds", "s")
                .containsEntry("jvm_memory_used_bytes", "By")
                .containsEntry("process_uptime_seconds", "s");
        assertThat(units.keySet().stream().filter(name -> name.contains("seconds")))
                .allSatisfy(name -> assertThat(units.get(name)).isEqualTo("s"));
        assertThat(units.keySet().stream().filter(name -> name.contains("bytes")))
                .allSatisfy(name -> assertThat(units.get(name)).isEqualTo("By"));
    }

    @Test
    void countersGrowFromAStartThatDoesNotMove() throws Exception {
        FakeCollector collector = opened(new FakeCollector());
        OpenConsole console = busy(collector);
        console.now = Instant.now();
        Taken before = exported(console, collector);
        received.addAndGet(500);
        console.now = console.now.plusSeconds(60);
        Taken after = exported(console, collector);
        assertThat(WrittenSeries.of(after.metrics()).values())
                .containsEntry("firehole_received_updates_total", 1_500.0);
        assertThat(starts(before)).hasSize(1).isEqualTo(starts(after));
        assertThat(WrittenSeries.metrics(after.metrics())).allSatisfy(metric -> {
            if (metric.hasSum()) {
                assertThat(metric.getSum().getIsMonotonic()).isTrue();
                assertThat(metric.getSum().getAggregationTemporality())
                        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
            }
            assertThat(metric.getSum().getDataPointsList())
                    .allMatch(point -> point.getStartTimeUnixNano() < point.getTimeUnixNano());
        });
        Map<String, Double> first = WrittenSeries.of(before.metrics()).values();
        WrittenSeries.of(after.metrics()).values().forEach((series, value) -> {
            if (series.contains("_total")) {
                assertThat(value).as(series).isGreaterThanOrEqualTo(first.getOrDefault(series, 0.0));
            }
        });
    }

    private static Set<Long> starts(Taken taken) {
        return WrittenSeries.metrics(taken.metrics())
                .flatMap(metric -> metric.getSum().getDataPointsList().stream())
                .map(point -> point.getStartTimeUnixNano())
                .collect(Collectors.toSet());
    }

    @Test
    void theConsoleCountsWhatCameOfItsExports() throws Exception {
        FakeCollector collector = opened(new FakeCollector());
        OpenConsole console = busy(collector);
        assertThat(console.get("/metrics").text().lines())
                .as("there from the start")
                .contains(
                        "firehole_otlp_exports_total{outcome=\"sent\"} 0.0",
                        "firehole_otlp_exports_total{outcome=\"unreachable\"} 0.0");
        exported(console, collector);
        assertThat(WrittenSeries.of(exported(console, collector).metrics()).values())
                .as("the second tells of the first")
                .containsEntry("firehole_otlp_exports_total{outcome=\"sent\"}", 1.0);
    }

    @Test
    void allMetricsWithAllTheSeriesThatTheyMayHaveAreOneRequest() throws Exception {
        FakeCollector collector = opened(new FakeCollector());
        List<String> ids = IntStream.range(0, SERIES_AND_MORE)
                .mapToObj(i -> String.format(Locale.ROOT, "%0128d", i)) // no id is longer
                .toList();
        OpenConsole console = opened(new OpenConsole(
                stats -> ConsoleTest.with(
                        stats,
                        Map.of(
                                "monitors", ids.stream().map(OtlpTest::monitor).toList(),
                                "gapCounts",
                                        ids.stream()
                                                .map(id -> new PoolStats.GapCount(id, Gap.Cause.MOVED, 1, 2))
                                                .toList(),
                                "streams",
                                        IntStream.range(0, SERIES_AND_MORE)
                                                .mapToObj(OtlpTest::stream)
                                                .toList())),
                rules -> rules.withOtlp(collector.config()),
                surroundings -> surroundings));
        long[] counts = new long[LatencyBuckets.SIZE];
        counts[LatencyBuckets.indexOf(1)] = 1;
        LatencySecond one = new LatencySecond(1, 1, 1, 1, 1, LatencyBuckets.of(counts));
        console.second(new MetricsSecond(
                Instant.EPOCH,
                ids.stream()
                        .map(id -> new StreamSecond(1, id, "high", 1, 1, 0, 0, 0, one))
                        .toList(),
                List.of()));
        Taken taken = exported(console, collector);
        Map<String, Integer> series = WrittenSeries.metrics(taken.metrics())
                .filter(metric -> metric.getName().matches("firehole_(monitor|stream|gap)_.*"))
                .collect(Collectors.toMap(
                        Metric::getName,
                        metric -> metric.getSum().getDataPointsCount()
                                + metric.getGauge().getDataPointsCount()));
        assertThat(series)
                .hasSizeGreaterThan(14)
                .allSatisfy((name, count) -> assertThat(count).as(name).isBetween(2_000, 2_001));
        assertThat(taken.metrics().getSerializedSize()).isBetween(4 << 20, 12 << 20);
    }

    private static PoolStats.MonitorStats monitor(String id) {
        return new PoolStats.MonitorStats(
                id,
                Group.HIGH,
                0,
                1,
                1,
                1,
                true,
                OptionalLong.of(1),
                1,
                1,
                1,
                1,
                new PoolStats.Lag(OptionalLong.of(1), OverrunPolicy.SPILL, 0, 0, 1, 1),
                0,
                0,
                1,
                Group.HIGH);
    }

    private static PoolStats.StreamStats stream(int id) {
        return new PoolStats.StreamStats(id, 1, Group.HIGH, "a stream", true, 1, 0, 1, 1, 1, OptionalLong.of(1), 0, "");
    }

    @Test
    void nothingIsSentUnlessSomebodySaysWhereTo() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        OpenConsole console = opened(new OpenConsole());
        console.timers.tick();
        assertThat(console.get("/metrics").text()).doesNotContain("firehole_otlp_exports_total{");
        assertThat(console.timers.waiting())
                .as("the next picture, and nothing else")
                .isEqualTo(1);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .noneMatch(thread -> thread.getName().contains("HttpClient")
                        || thread.getName().contains("otlp"));
    }
}
