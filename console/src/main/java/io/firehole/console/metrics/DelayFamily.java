package io.firehole.console.metrics;

import io.firehole.console.live.DelayTotals.Delays;
import io.firehole.console.live.Sample;
import io.firehole.pool.metrics.LatencyBuckets;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * How long something took, by group, in buckets that Prometheus can add up: one an octave from 64 µs to 67 s. They are the pool's
 * own, four of which make one here.
 *
 * @param name as Prometheus shows it
 * @param help what it is, in one sentence, with its unit
 * @param source where its figures come from, by group
 */
record DelayFamily(String name, String help, Function<Sample, Map<String, Delays>> source) implements MetricFamily {

    private static final double MICROS = TimeUnit.SECONDS.toMicros(1);

    private static final int PER_OCTAVE = 4;

    @Override
    public List<String> labels() {
        return List.of("group");
    }

    @Override
    public String type() {
        return "histogram";
    }

    @Override
    public MetricSnapshot of(Sample sample) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(name).help(help);
        source.apply(sample)
                .forEach((group, delays) -> histogram.dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of("group", group))
                        .classicHistogramBuckets(octaves(delays.buckets()))
                        .sum(delays.sumMicros() / MICROS)
                        .build()));
        return histogram.build();
    }

    private static ClassicHistogramBuckets octaves(LatencyBuckets buckets) {
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        long count = 0;
        for (int i = 0; i < LatencyBuckets.SIZE; i++) {
            count += buckets.count(i);
            boolean last = i == LatencyBuckets.SIZE - 1;
            if (last || i % PER_OCTAVE == 0) {
                bounds.add(last ? Double.POSITIVE_INFINITY : LatencyBuckets.upperMicros(i) / MICROS);
                counts.add(count);
                count = 0;
            }
        }
        return ClassicHistogramBuckets.of(bounds, counts);
    }
}
