package io.firehole.console.otlp;

import io.firehole.console.otlp.Collector.Answer;
import io.firehole.pool.time.Timers;
import io.firehole.pool.time.Timers.Timer;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the metrics to a collector from time to time, one export after the other. What fails is skipped, counted, and told once
 * until an export succeeds again. Any thread.
 */
public final class MetricsExport implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MetricsExport.class);

    /** What the end of the process waits for the last export. */
    static final Duration LAST_WITHIN = Duration.ofSeconds(2);

    private final OtlpConfig config;
    private final Supplier<MetricSnapshots> figures;
    private final ExportCounts counts;
    private final InstantSource clock;
    private final Timers timers;
    private final Collector collector;
    private final OtlpRequest request;

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Timer next;
    private @Nullable Thread exporting;
    private long failedInARow;
    private boolean closed;

    private MetricsExport(
            OtlpConfig config,
            Supplier<MetricSnapshots> figures,
            ExportCounts counts,
            InstantSource clock,
            Timers timers) {
        this.config = config;
        this.figures = figures;
        this.counts = counts;
        this.clock = clock;
        this.timers = timers;
        this.collector = new Collector(config);
        // Every counter was 0 when the process began, those of the Java machine too.
        this.request = new OtlpRequest(
                config.source(),
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()));
    }

    /**
     * Begins with an export at once. Returns before it is made.
     *
     * @param figures what is sent; asked on the thread of the exports
     * @param counts takes what comes of it
     * @param clock tells the time of the figures
     * @param timers say when to make the next one
     */
    public static MetricsExport start(
            OtlpConfig config,
            Supplier<MetricSnapshots> figures,
            ExportCounts counts,
            InstantSource clock,
            Timers timers) {
        MetricsExport export = new MetricsExport(config, figures, counts, clock, timers);
        export.waitForNext(Duration.ZERO);
        return export;
    }

    private void waitForNext(Duration pause) {
        lock.lock();
        try {
            if (!closed) {
                next = timers.after(pause.toNanos(), this::begin);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The timers' own thread must not wait for a collector. */
    private void begin() {
        lock.lock();
        try {
            if (!closed) {
                exporting = Thread.ofVirtual().name("firehole-otlp").start(this::turn);
            }
        } finally {
            lock.unlock();
        }
    }

    private void turn() {
        Duration pause = config.every();
        try {
            Duration stayAway = export(config.timeout());
            pause = stayAway.compareTo(pause) > 0 ? stayAway : pause;
        } catch (InterruptedException closing) {
            return; // what it had goes out with the last one
        } finally {
            waitForNext(pause);
        }
    }

    /** Returns for how long the collector wants to be left alone. */
    private Duration export(Duration within) throws InterruptedException {
        Answer answer;
        try {
            answer = collector.send(request.of(figures.get(), clock.instant()), within);
        } catch (RuntimeException broken) {
            log.debug("The metrics cannot be read", broken);
            answer = Answer.of(
                    ExportOutcome.FAILED,
                    "they cannot be read: " + broken.getClass().getSimpleName());
        }
        counts.count(answer.outcome());
        tell(answer);
        return answer.stayAway();
    }

    private void tell(Answer answer) {
        lock.lock();
        try {
            if (answer.outcome() != ExportOutcome.SENT) {
                failedInARow++;
                if (failedInARow == 1) {
                    log.warn(
                            "Metrics do not get to {}: {}; this is not told again until they do",
                            config.url(),
                            answer.reason());
                }
            } else if (failedInARow > 0) {
                log.info("Metrics get to {} again; exports that failed before: {}", config.url(), failedInARow);
                failedInARow = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a last export, for which it waits {@link #LAST_WITHIN} at the most, and no other. One that is under way is given up.
     * Idempotent.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (next != null) {
                next.cancel();
            }
            if (exporting != null) {
                exporting.interrupt();
            }
        } finally {
            lock.unlock();
        }
        try {
            var unused = export(LAST_WITHIN.compareTo(config.timeout()) < 0 ? LAST_WITHIN : config.timeout());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            collector.close();
        }
    }
}
