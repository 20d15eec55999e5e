package io.firehole.console.metrics;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveSockets;
import io.firehole.console.live.Sampler;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What Prometheus reads: the pool's figures, the console's, and those of the Java machine. */
public final class MetricsResource implements Resource, AutoCloseable {

    private static final MediaType TEXT = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

    private final PrometheusRegistry prometheus = new PrometheusRegistry();
    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /**
     * Looks at nothing yet.
     *
     * @param exports how many exports of the metrics ended in which way; nothing if there are none
     * @param clock that of the sampler
     */
    public MetricsResource(
            Sampler sampler, LiveSockets sockets, Supplier<Map<String, Long>> exports, InstantSource clock) {
        List<MetricFamily> families = families(() -> sockets, exports, clock);
        prometheus.register(() -> new MetricSnapshots(
                families.stream().map(family -> family.of(sampler.latest())).toList()));
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** Every metric that is ours. */
    static List<MetricFamily> families(
            Supplier<LiveSockets> sockets, Supplier<Map<String, Long>> exports, InstantSource clock) {
        List<MetricFamily> families = new ArrayList<>(PoolFamilies.all());
        families.addAll(HistoryFamilies.all());
        families.add(new FigureFamily(
                "firehole_picture_age_seconds",
                "How old these figures of the pool are, in seconds; more than a few mean that it does not answer",
                List.of(),
                (sample, series) -> series.put(
                        Duration.between(sample.at(), clock.instant()).toMillis() / 1_000.0)));
        families.add(new FigureFamily(
                "firehole_console_sockets",
                "Browsers that look at the realtime document",
                List.of(),
                (sample, series) -> series.put(sockets.get().open())));
        families.add(new FigureFamily(
                "firehole_console_frames_sent_total",
                "Realtime documents sent to browsers",
                List.of(),
                (sample, series) -> series.put(sockets.get().sent())));
        families.add(new FigureFamily(
                "firehole_console_frames_skipped_total",
                "Realtime documents that browsers were too slow for",
                List.of(),
                (sample, series) -> series.put(sockets.get().skipped())));
        families.add(new FigureFamily(
                "firehole_otlp_exports_total",
                "Exports of these metrics by OTLP, by what came of them: sent, partial, refused, late, unreachable or failed",
                List.of("outcome"),
                (sample, series) -> exports.get().forEach((outcome, count) -> series.put(count.longValue(), outcome))));
        return families;
    }

    /** All of it as figures; any thread. */
    public MetricSnapshots figures() {
        return prometheus.scrape();
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        return Reply.text(HttpStatus.OK, TEXT, registry.scrape());
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
