package io.firehole.history;

import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.StreamSecond;
import java.time.Instant;

/** One stream's second, as it is kept. The latency comes without its buckets, which are kept apart. */
record SecondRow(
        Instant second,
        StreamId stream,
        String group,
        long messages,
        long bytes,
        long errors,
        long dropped,
        long reconnects,
        long latencyCount,
        long latencySumMicros,
        long latencyMaxMicros,
        long latencyP50Micros,
        long latencyP99Micros) {

    static SecondRow of(Instant second, String instance, long life, StreamSecond of) {
        LatencySecond latency = of.latency();
        return new SecondRow(
                second,
                new StreamId(instance, life, Long.toString(of.connectionId()), of.monitorId()),
                of.group(),
                of.messages(),
                of.bytes(),
                of.errors(),
                of.dropped(),
                of.reconnects(),
                latency.count(),
                latency.sumMicros(),
                latency.maxMicros(),
                latency.p50Micros(),
                latency.p99Micros());
    }
}
