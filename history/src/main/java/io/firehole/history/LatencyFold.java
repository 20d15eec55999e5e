package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.StreamSecond;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds the latencies of seconds up to one row for ten seconds and stream. Recorder's thread.
 *
 * <p>A row is known by the first second in it. A second that comes late begins a row of its own, so rows written before never
 * change.
 */
final class LatencyFold {

    static final Duration SPAN = Duration.ofSeconds(10);

    private final Map<StreamId, Sum> sums = new LinkedHashMap<>();
    private @Nullable Instant span;

    /** What has been added up so far. */
    private static final class Sum {
        final Instant first;
        final long[] counts = new long[LatencyBuckets.SIZE];

        Sum(Instant first) {
            this.first = first;
        }
    }

    /** Ends the span before if a second is of another one; returns its rows. */
    List<LatencyRow> turnTo(Instant second) {
        Instant begin = TimeRange.floor(second, SPAN);
        if (begin.equals(span)) {
            return List.of();
        }
        List<LatencyRow> rows = end();
        span = begin;
        return rows;
    }

    /** Adds a stream's second, which must be of the span turned to. */
    void add(Instant second, StreamId stream, StreamSecond of) {
        if (of.latency().count() > 0) {
            Sum sum = sums.computeIfAbsent(stream, first -> new Sum(second));
            of.latency().buckets().addTo(sum.counts);
        }
    }

    /** Ends the span if it was over that long ago; returns its rows. */
    List<LatencyRow> endBefore(Instant moment) {
        return span != null && span.plus(SPAN).isBefore(moment) ? end() : List.of();
    }

    /** Ends the span; returns its rows. */
    List<LatencyRow> end() {
        List<LatencyRow> rows = new ArrayList<>(sums.size());
        sums.forEach((stream, sum) -> rows.add(new LatencyRow(sum.first, stream, LatencyBuckets.of(sum.counts))));
        sums.clear();
        span = null;
        return rows;
    }
}
