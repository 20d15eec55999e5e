package io.firehole.console.metrics;

import io.firehole.console.live.Sample;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A metric that counts, or tells how much there is.
 *
 * @param name as Prometheus shows it
 * @param help what it is, in one sentence, with its unit
 * @param labels the names of its labels, in their order
 * @param source where its figures come from
 * @param choice which of its labels are shown one by one
 */
record FigureFamily(String name, String help, List<String> labels, Source source, SeriesChoice choice)
        implements MetricFamily {

    /** How the name of a counter ends. */
    static final String TOTAL = "_total";

    /** Labels of which a metric has no more than this many sets of values; more are added up, see {@link SeriesChoice}. */
    static final int SERIES_MAX = 2_000;

    FigureFamily(String name, String help, List<String> labels, Source source) {
        this(name, help, labels, source, new SeriesChoice(labels.isEmpty() ? "" : labels.getFirst(), SERIES_MAX));
    }

    /** Puts the figures of a picture. */
    @FunctionalInterface
    interface Source {
        void put(Sample sample, Series series);
    }

    /** Takes figures. */
    @FunctionalInterface
    interface Series {
        /**
         * Takes one.
         *
         * @param values of the labels, in their order
         */
        void put(double figure, String... values);

        /** The same for what was counted. */
        default void put(long figure, String... values) {
            put((double) figure, values);
        }
    }

    /** Whether it only grows. */
    boolean isCounter() {
        return name.endsWith(TOTAL);
    }

    @Override
    public String type() {
        return isCounter() ? "counter" : "gauge";
    }

    /** Its figures in that picture; those with equal labels are added up. */
    @Override
    public MetricSnapshot of(Sample sample) {
        Map<Labels, Double> all = new LinkedHashMap<>();
        String[] names = labels.toArray(String[]::new);
        source.put(sample, (figure, values) -> all.merge(Labels.of(names, values), figure, Double::sum));
        Map<Labels, Double> figures = choice.of(all);
        if (isCounter()) {
            CounterSnapshot.Builder counter = CounterSnapshot.builder()
                    .name(name.substring(0, name.length() - TOTAL.length()))
                    .help(help);
            figures.forEach((set, figure) -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(set)
                    .value(figure)
                    .build()));
            return counter.build();
        }
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        figures.forEach((set, figure) -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(set)
                .value(figure)
                .build()));
        return gauge.build();
    }
}
