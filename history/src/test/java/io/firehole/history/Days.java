package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Seconds as a pool could have had them, and what must be answered when all of them are kept. */
final class Days {

    private final Random random;
    private final Map<Instant, MetricsSecond> made = new LinkedHashMap<>();

    Days(long seed) {
        this.random = new Random(seed);
    }

    /** A second in which each of so many monitors, on two connections, did something. */
    MetricsSecond second(Instant begin, int monitors) {
        List<StreamSecond> streams = new ArrayList<>();
        for (int monitor = 0; monitor < monitors; monitor++) {
            streams.add(stream(1 + monitor % 2, "monitor-" + monitor));
        }
        return made(new MetricsSecond(begin, streams));
    }

    MetricsSecond made(MetricsSecond second) {
        made.put(second.begin(), second);
        return second;
    }

    StreamSecond stream(long connection, String monitor) {
        long messages = random.nextInt(100);
        return new StreamSecond(
                connection,
                monitor,
                "medium",
                messages,
                messages * random.nextInt(200, 2_000),
                random.nextInt(50) == 0 ? 1 : 0,
                random.nextInt(100) == 0 ? 7 : 0,
                random.nextInt(200) == 0 ? 1 : 0,
                latency((int) messages));
    }

    private LatencySecond latency(int count) {
        long[] micros =
                random.longs(count, 70, 1L << random.nextInt(8, 22)).sorted().toArray();
        long[] counts = new long[LatencyBuckets.SIZE];
        for (long value : micros) {
            counts[LatencyBuckets.indexOf(value)]++;
        }
        return count == 0
                ? LatencySecond.NONE
                : new LatencySecond(
                        count,
                        Arrays.stream(micros).sum(),
                        micros[count - 1],
                        micros[(count - 1) / 2],
                        micros[(int) Math.ceil(count * 0.99) - 1],
                        LatencyBuckets.of(counts));
    }

    /** All seconds made. */
    List<MetricsSecond> all() {
        return List.copyOf(made.values());
    }

    /** How many rows these are. */
    int rows() {
        return made.values().stream()
                .mapToInt(second -> second.streams().size())
                .sum();
    }

    /** What a store must answer, newest first. */
    List<HistoryRow> expected(long life, Duration step, TimeRange range, GroupBy groupBy) {
        record Group(Instant begin, String id) {}
        Map<Group, HistoryRow> rows = new LinkedHashMap<>();
        long shown = groupBy == GroupBy.CONNECTION ? life : 0;
        for (MetricsSecond second : made.values()) {
            Instant begin = TimeRange.floor(second.begin(), step);
            if (begin.isBefore(range.from()) || !begin.isBefore(range.to())) {
                continue;
            }
            for (StreamSecond stream : second.streams()) {
                String id = groupBy == GroupBy.CONNECTION ? String.valueOf(stream.connectionId()) : stream.monitorId();
                HistoryRow one = new HistoryRow(
                        begin,
                        shown,
                        id,
                        stream.messages(),
                        stream.errors(),
                        stream.bytes(),
                        stream.dropped(),
                        stream.reconnects(),
                        stream.latency().count(),
                        stream.latency().sumMicros(),
                        stream.latency().maxMicros());
                rows.merge(new Group(begin, id), one, Days::sum);
            }
        }
        return rows.values().stream()
                .sorted(Comparator.comparing(HistoryRow::begin).reversed().thenComparing(HistoryRow::groupId))
                .toList();
    }

    private static HistoryRow sum(HistoryRow a, HistoryRow b) {
        return new HistoryRow(
                a.begin(),
                a.life(),
                a.groupId(),
                a.messages() + b.messages(),
                a.errors() + b.errors(),
                a.bytes() + b.bytes(),
                a.dropped() + b.dropped(),
                a.reconnects() + b.reconnects(),
                a.latencyCount() + b.latencyCount(),
                a.latencySumMicros() + b.latencySumMicros(),
                Math.max(a.maxLatencyMicros(), b.maxLatencyMicros()));
    }

    /** All latencies of a monitor. */
    LatencyBuckets latencies(String monitor) {
        LatencyBuckets sum = LatencyBuckets.NONE;
        for (MetricsSecond second : made.values()) {
            for (StreamSecond stream : second.streams()) {
                if (stream.monitorId().equals(monitor)) {
                    sum = sum.plus(stream.latency().buckets());
                }
            }
        }
        return sum;
    }

    /** The rows of a batch as a recorder would make them, with one row of latencies for each second. */
    static Batch batch(List<MetricsSecond> seconds, String instance, long life) {
        List<SecondRow> rows = new ArrayList<>();
        List<LatencyRow> latencies = new ArrayList<>();
        for (MetricsSecond second : seconds) {
            for (StreamSecond stream : second.streams()) {
                SecondRow row = SecondRow.of(second.begin(), instance, life, stream);
                rows.add(row);
                if (stream.latency().count() > 0) {
                    latencies.add(new LatencyRow(
                            second.begin(), row.stream(), stream.latency().buckets()));
                }
            }
        }
        return new Batch(rows, latencies);
    }
}
