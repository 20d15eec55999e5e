package io.firehole.console.metrics;

import io.firehole.console.live.Sample;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** One metric with all its labels. */
sealed interface MetricFamily permits FigureFamily, DelayFamily {

    /** As Prometheus shows it. */
    String name();

    /** What it is, in one sentence, with its unit. */
    String help();

    /** The names of its labels, in their order. */
    List<String> labels();

    /** As in the table of the documentation. */
    String type();

    /** Its figures in that picture. */
    MetricSnapshot of(Sample sample);
}
