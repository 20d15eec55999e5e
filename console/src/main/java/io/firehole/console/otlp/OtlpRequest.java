package io.firehole.console.otlp;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Writes figures as OTLP has them: by the names, labels and values that {@code /metrics} shows. What only grows is a cumulative sum
 * since the start, a histogram keeps its bounds. Immutable; any thread.
 */
final class OtlpRequest {

    private static final String SERVICE = "firehole";
    private static final String COUNTER = "_total";
    private static final String LARGEST = "_max";

    private final Resource resource;
    private final InstrumentationScope scope;
    private final long startNanos;

    /** @param start when every counter was 0 */
    OtlpRequest(OtlpSource source, Instant start) {
        Resource.Builder who = Resource.newBuilder()
                .addAttributes(attribute("service.name", SERVICE))
                .addAttributes(attribute("service.instance.id", source.instance()))
                .addAttributes(attribute("host.name", source.host()));
        InstrumentationScope.Builder what = InstrumentationScope.newBuilder().setName("io.firehole");
        if (!source.version().isEmpty()) {
            who.addAttributes(attribute("service.version", source.version()));
            what.setVersion(source.version());
        }
        this.resource = who.build();
        this.scope = what.build();
        this.startNanos = nanos(start);
    }

    /**
     * These figures as one request; what has none is left out.
     *
     * @param at when they were taken
     */
    ExportMetricsServiceRequest of(MetricSnapshots figures, Instant at) {
        long atNanos = nanos(at);
        ScopeMetrics.Builder metrics = ScopeMetrics.newBuilder().setScope(scope);
        for (MetricSnapshot figure : figures) {
            if (!figure.getDataPoints().isEmpty()) {
                metric(figure, atNanos).ifPresent(metrics::addMetrics);
            }
        }
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(
                        ResourceMetrics.newBuilder().setResource(resource).addScopeMetrics(metrics))
                .build();
    }

    /** Empty for kinds that Firehole has none of. */
    private Optional<Metric> metric(MetricSnapshot figure, long atNanos) {
        String name = figure.getMetadata().getPrometheusName();
        return switch (figure) {
            case CounterSnapshot counter ->
                Optional.of(named(name + COUNTER, figure)
                        .setSum(sum(counter, atNanos))
                        .build());
            case GaugeSnapshot gauge ->
                Optional.of(named(name, figure).setGauge(gauge(gauge, atNanos)).build());
            case HistogramSnapshot histogram ->
                Optional.of(named(name, figure)
                        .setHistogram(histogram(histogram, atNanos))
                        .build());
            case SummarySnapshot summary ->
                Optional.of(named(name, figure)
                        .setSummary(summary(summary, atNanos))
                        .build());
            default -> Optional.empty();
        };
    }

    private static Metric.Builder named(String name, MetricSnapshot figure) {
        Metric.Builder metric = Metric.newBuilder().setName(name).setUnit(unit(name));
        String help = figure.getMetadata().getHelp();
        return help == null ? metric : metric.setDescription(help);
    }

    /** In the notation of UCUM, from how Prometheus has it in the name; empty for what is only counted. */
    private static String unit(String name) {
        String measured = withoutEnd(withoutEnd(name, COUNTER), LARGEST);
        return switch (measured.substring(measured.lastIndexOf('_') + 1)) {
            case "seconds" -> "s";
            case "bytes" -> "By";
            case "ns" -> "ns";
            default -> "";
        };
    }

    private static String withoutEnd(String name, String end) {
        return name.endsWith(end) ? name.substring(0, name.length() - end.length()) : name;
    }

    private Sum sum(CounterSnapshot counter, long atNanos) {
        Sum.Builder sum = Sum.newBuilder()
                .setIsMonotonic(true)
                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        counter.getDataPoints()
                .forEach(point -> sum.addDataPoints(NumberDataPoint.newBuilder()
                        .addAllAttributes(attributes(point.getLabels()))
                        .setStartTimeUnixNano(startNanos)
                        .setTimeUnixNano(atNanos)
                        .setAsDouble(point.getValue())));
        return sum.build();
    }

    private static Gauge gauge(GaugeSnapshot figure, long atNanos) {
        Gauge.Builder gauge = Gauge.newBuilder();
        figure.getDataPoints()
                .forEach(point -> gauge.addDataPoints(NumberDataPoint.newBuilder()
                        .addAllAttributes(attributes(point.getLabels()))
                        .setTimeUnixNano(atNanos)
                        .setAsDouble(point.getValue())));
        return gauge.build();
    }

    private Histogram histogram(HistogramSnapshot figure, long atNanos) {
        Histogram.Builder histogram = Histogram.newBuilder()
                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        for (HistogramSnapshot.HistogramDataPointSnapshot point : figure.getDataPoints()) {
            HistogramDataPoint.Builder counted = HistogramDataPoint.newBuilder()
                    .addAllAttributes(attributes(point.getLabels()))
                    .setStartTimeUnixNano(startNanos)
                    .setTimeUnixNano(atNanos)
                    .setCount(point.getCount())
                    .setSum(point.getSum());
            ClassicHistogramBuckets buckets = point.getClassicBuckets();
            for (int i = 0; i < buckets.size(); i++) {
                counted.addBucketCounts(buckets.getCount(i));
                if (i < buckets.size() - 1) {
                    counted.addExplicitBounds(buckets.getUpperBound(i)); // the last has none
                }
            }
            histogram.addDataPoints(counted);
        }
        return histogram.build();
    }

    private Summary summary(SummarySnapshot figure, long atNanos) {
        Summary.Builder summary = Summary.newBuilder();
        for (SummarySnapshot.SummaryDataPointSnapshot point : figure.getDataPoints()) {
            SummaryDataPoint.Builder summed = SummaryDataPoint.newBuilder()
                    .addAllAttributes(attributes(point.getLabels()))
                    .setStartTimeUnixNano(startNanos)
                    .setTimeUnixNano(atNanos)
                    .setCount(point.getCount())
                    .setSum(point.getSum());
            point.getQuantiles()
                    .forEach(quantile -> summed.addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder()
                            .setQuantile(quantile.getQuantile())
                            .setValue(quantile.getValue())));
            summary.addDataPoints(summed);
        }
        return summary.build();
    }

    private static List<KeyValue> attributes(Labels labels) {
        List<KeyValue> attributes = new ArrayList<>(labels.size());
        for (int i = 0; i < labels.size(); i++) {
            attributes.add(attribute(labels.getPrometheusName(i), labels.getValue(i)));
        }
        return attributes;
    }

    private static KeyValue attribute(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }
}
