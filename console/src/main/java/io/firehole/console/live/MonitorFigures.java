package io.firehole.console.live;

import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.StreamSecond;
import java.time.Instant;
import java.util.Optional;

/**
 * What a monitor got since the console was opened; the totals only grow, whichever of its streams come and go. Immutable.
 *
 * @param messages handed to it
 * @param bytes of them
 * @param errors calls of it that ended with an error
 * @param dropped updates given up because it was too slow
 * @param reconnects times it had to go on by a new call
 * @param latencies how many latencies were measured, from the arrival of an update until it was handed over
 * @param latencyMicros their sum
 * @param lastMessage the second in which it got something last; empty if it never did
 * @param lastSecond the latencies of that second
 */
public record MonitorFigures(
        long messages,
        long bytes,
        long errors,
        long dropped,
        long reconnects,
        long latencies,
        long latencyMicros,
        Optional<Instant> lastMessage,
        LatencySecond lastSecond) {

    /** Nothing yet. */
    public static final MonitorFigures NONE =
            new MonitorFigures(0, 0, 0, 0, 0, 0, 0, Optional.empty(), LatencySecond.NONE);

    /** With one more second. */
    MonitorFigures plus(StreamSecond second, Instant begin) {
        return new MonitorFigures(
                messages + second.messages(),
                bytes + second.bytes(),
                errors + second.errors(),
                dropped + second.dropped(),
                reconnects + second.reconnects(),
                latencies + second.latency().count(),
                latencyMicros + second.latency().sumMicros(),
                second.messages() > 0 ? Optional.of(begin) : lastMessage,
                second.messages() > 0 ? second.latency() : lastSecond);
    }
}
