package io.firehole.console.otlp;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What somebody was told of metrics, whichever way it was written.
 *
 * @param values of every series, by its name and labels as Prometheus has them
 * @param types of every metric that has a series: counter, gauge, histogram or summary
 */
public record WrittenSeries(Map<String, Double> values, Map<String, String> types) {

    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\w+)");
    private static final Pattern SERIES = Pattern.compile("([^{ ]+(?:\\{.*})?) (\\S+)");

    /** Reads what {@code /metrics} says. */
    public static WrittenSeries ofText(String text) {
        WrittenSeries written = new WrittenSeries(new TreeMap<>(), new TreeMap<>());
        String name = "";
        String type = "";
        for (String line : text.lines().toList()) {
            Matcher typed = TYPE.matcher(line);
            Matcher series = SERIES.matcher(line);
            if (typed.matches()) {
                name = typed.group(1);
                type = typed.group(2);
            } else if (!line.startsWith("#") && series.matches()) {
                written.types.put(name, type);
                written.values.put(series.group(1), number(series.group(2)));
            }
        }
        return written;
    }

    private static double number(String text) {
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    /** Reads what came by OTLP. */
    public static WrittenSeries of(ExportMetricsServiceRequest request) {
        WrittenSeries written = new WrittenSeries(new TreeMap<>(), new TreeMap<>());
        metrics(request).forEach(written::add);
        return written;
    }

    /** All metrics of a request. */
    public static Stream<Metric> metrics(ExportMetricsServiceRequest request) {
        return request.getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream();
    }

    private void add(Metric metric) {
        String name = metric.getName();
        types.put(
                name,
                switch (metric.getDataCase()) {
                    case SUM -> metric.getSum().getIsMonotonic() ? "counter" : "sum that may fall";
                    case GAUGE -> "gauge";
                    case HISTOGRAM -> "histogram";
                    case SUMMARY -> "summary";
                    case EXPONENTIAL_HISTOGRAM, DATA_NOT_SET -> "something else";
                });
        for (NumberDataPoint point : metric.getSum().getDataPointsList()) {
            put(name, point.getAttributesList(), point.getAsDouble());
        }
        for (NumberDataPoint point : metric.getGauge().getDataPointsList()) {
            put(name, point.getAttributesList(), point.getAsDouble());
        }
        metric.getHistogram().getDataPointsList().forEach(point -> add(name, point));
        metric.getSummary().getDataPointsList().forEach(point -> add(name, point));
    }

    private void add(String name, HistogramDataPoint point) {
        long below = 0;
        for (int i = 0; i < point.getBucketCountsCount(); i++) {
            below += point.getBucketCounts(i);
            String bound = i < point.getExplicitBoundsCount() ? Double.toString(point.getExplicitBounds(i)) : "+Inf";
            put(name + "_bucket", point.getAttributesList(), (double) below, "le=\"" + bound + "\"");
        }
        put(name + "_count", point.getAttributesList(), (double) point.getCount());
        put(name + "_sum", point.getAttributesList(), point.getSum());
    }

    private void add(String name, SummaryDataPoint point) {
        point.getQuantileValuesList()
                .forEach(one ->
                        put(name, point.getAttributesList(), one.getValue(), "quantile=\"" + one.getQuantile() + "\""));
        put(name + "_count", point.getAttributesList(), (double) point.getCount());
        put(name + "_sum", point.getAttributesList(), point.getSum());
    }

    private void put(String name, List<KeyValue> attributes, double value, String... more) {
        List<String> labels = new ArrayList<>();
        attributes.forEach(
                one -> labels.add(one.getKey() + "=\"" + one.getValue().getStringValue() + "\""));
        labels.addAll(List.of(more));
        String series = labels.isEmpty() ? name : name + labels.stream().collect(Collectors.joining(",", "{", "}"));
        if (values.put(series, value) != null) {
            throw new AssertionError(series + " came twice");
        }
    }
}
