package io.firehole.console.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OtlpRequestTest {

    private static final Instant START = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final Instant NOW = START.plusSeconds(90);
    private static final MetricSnapshots FIGURES = MetricSnapshots.of(
            CounterSnapshot.builder()
                    .name("things_bytes")
                    .help("Bytes of things")
                    .dataPoint(counted("a", 3))
                    .dataPoint(counted("b \"quoted\"", 1e15))
                    .build(),
            CounterSnapshot.builder().name("nothing").help("Without a series").build(),
            CounterSnapshot.builder()
                    .name("cpu_time_ns")
                    .dataPoint(counted("a", 7))
                    .build(),
            GaugeSnapshot.builder()
                    .name("pause_seconds_max")
                    .dataPoint(GaugeDataPointSnapshot.builder().value(-0.25).build())
                    .build(),
            GaugeSnapshot.builder()
                    .name("gone")
                    .dataPoint(
                            GaugeDataPointSnapshot.builder().value(Double.NaN).build())
                    .build(),
            HistogramSnapshot.builder()
                    .name("delay_seconds")
                    .dataPoint(HistogramDataPointSnapshot.builder()
                            .labels(Labels.of("group", "high"))
                            .classicHistogramBuckets(ClassicHistogramBuckets.of(
                                    List.of(0.001, 0.5, Double.POSITIVE_INFINITY), List.of(2L, 0L, 5L)))
                            .sum(12.5)
                            .build())
                    .build(),
            SummarySnapshot.builder()
                    .name("pause_seconds")
                    .dataPoint(SummaryDataPointSnapshot.builder()
                            .count(4)
                            .sum(0.75)
                            .quantiles(Quantiles.of(new Quantile(0.5, 0.1)))
                            .build())
                    .build());

    private final ExportMetricsServiceRequest request =
            new OtlpRequest(new OtlpSource("1.2.3", "one", "here"), START).of(FIGURES, NOW);

    private static CounterDataPointSnapshot counted(String kind, double value) {
        return CounterDataPointSnapshot.builder()
                .labels(Labels.of("kind", kind))
                .value(value)
                .build();
    }

    @Test
    void saysTheSameAsTheTextOfPrometheus() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, FIGURES);
        WrittenSeries expected = WrittenSeries.ofText(
                text.toString(StandardCharsets.UTF_8).replace("\\\"", "\"")); // labels are not escaped in OTLP
        assertThat(expected.types()).hasSize(6);
        assertThat(WrittenSeries.of(request)).isEqualTo(expected);
    }

    @Test
    void unitsAreThoseOfOpenTelemetry() {
        assertThat(WrittenSeries.metrics(request)
                        .collect(Collectors.toMap(metric -> metric.getName(), metric -> metric.getUnit())))
                .isEqualTo(Map.of(
                        "things_bytes_total", "By",
                        "cpu_time_ns_total", "ns",
                        "pause_seconds_max", "s",
                        "gone", "",
                        "delay_seconds", "s",
                        "pause_seconds", "s"));
    }

    @Test
    void whatGrowsHasGrownSinceTheStart() {
        long start = START.toEpochMilli() * 1_000_000;
        long now = NOW.toEpochMilli() * 1_000_000;
        assertThat(WrittenSeries.metrics(request)).allSatisfy(metric -> {
            assertThat(metric.getSum().getDataPointsList()).allSatisfy(point -> {
                assertThat(point.getStartTimeUnixNano()).isEqualTo(start);
                assertThat(point.getTimeUnixNano()).isEqualTo(now);
            });
            assertThat(metric.getGauge().getDataPointsList()).allSatisfy(point -> {
                assertThat(point.getStartTimeUnixNano()).as("gauges have none").isZero();
                assertThat(point.getTimeUnixNano()).isEqualTo(now);
            });
            assertThat(metric.getHistogram().getDataPointsList())
                    .allSatisfy(
                            point -> assertThat(point.getStartTimeUnixNano()).isEqualTo(start));
            assertThat(metric.getSummary().getDataPointsList())
                    .allSatisfy(
                            point -> assertThat(point.getStartTimeUnixNano()).isEqualTo(start));
        });
    }

    @Test
    void saysWhoseFiguresTheyAre() {
        assertThat(request.getResourceMetrics(0).getResource().getAttributesList().stream()
                        .collect(Collectors.toMap(
                                one -> one.getKey(), one -> one.getValue().getStringValue())))
                .isEqualTo(Map.of(
                        "service.name", "firehole",
                        "service.version", "1.2.3",
                        "service.instance.id", "one",
                        "host.name", "here"));
        assertThat(new OtlpRequest(new OtlpSource("", "one", "here"), START)
                        .of(FIGURES, NOW)
                        .getResourceMetrics(0)
                        .getResource()
                        .getAttributesList())
                .noneMatch(one -> one.getKey().equals("service.version"));
    }
}
