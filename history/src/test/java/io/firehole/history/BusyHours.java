package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Rows of seven monitors on four connections, each of which gets something every second: how much, how large and how late is
 * about what the demonstration's monitors got on a busy machine (19 to 122 updates a second, half of them within 0.5 ms, one in a hundred
 * over 7 ms).
 */
final class BusyHours {

    static final int MONITORS = 7;
    static final int CONNECTIONS = 4;

    private static final double MEDIAN_MICROS = 500;
    private static final double SPREAD = 1.15;

    private final Random random = new Random(70);
    private final LatencyFold fold = new LatencyFold();

    /** The next minute as a recorder would write it. */
    Batch minute(Instant begin, String instance) {
        List<SecondRow> seconds = new ArrayList<>();
        List<LatencyRow> latencies = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            MetricsSecond second = second(begin.plusSeconds(i));
            latencies.addAll(fold.turnTo(second.begin()));
            for (StreamSecond stream : second.streams()) {
                SecondRow row = SecondRow.of(second.begin(), instance, 1, stream);
                seconds.add(row);
                fold.add(second.begin(), row.stream(), stream);
            }
        }
        latencies.addAll(fold.end());
        return new Batch(seconds, latencies);
    }

    private MetricsSecond second(Instant begin) {
        List<StreamSecond> streams = new ArrayList<>(MONITORS);
        for (int monitor = 0; monitor < MONITORS; monitor++) {
            int messages = 10 + monitor * 13 + random.nextInt(20);
            long bytes = (long) messages * (200 + 700 * monitor + random.nextInt(100));
            streams.add(new StreamSecond(
                    1 + monitor % CONNECTIONS,
                    "monitor-" + monitor,
                    "medium",
                    messages,
                    bytes,
                    0,
                    0,
                    0,
                    late(messages)));
        }
        return new MetricsSecond(begin, streams);
    }

    private LatencySecond late(int count) {
        long[] micros = new long[count];
        long[] buckets = new long[LatencyBuckets.SIZE];
        for (int i = 0; i < count; i++) {
            micros[i] = Math.round(MEDIAN_MICROS * Math.exp(SPREAD * random.nextGaussian()));
            buckets[LatencyBuckets.indexOf(micros[i])]++;
        }
        Arrays.sort(micros);
        return new LatencySecond(
                count,
                Arrays.stream(micros).sum(),
                micros[count - 1],
                micros[(count - 1) / 2],
                micros[(int) Math.ceil(count * 0.99) - 1],
                LatencyBuckets.of(buckets));
    }
}
