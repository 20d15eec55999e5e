package io.firehole.history;

import java.time.Instant;

/**
 * One second of all streams, or of those selected, together.
 *
 * @param second when it began
 * @param messages updates handed to monitors
 * @param bytes of them
 * @param errors calls that ended with an error
 * @param dropped updates given up because a monitor was too slow
 * @param latencyCount latencies measured
 * @param latencySumMicros their sum
 * @param maxLatencyMicros the greatest of them
 * @param worstP99Micros the greatest p99 of any stream in it: of one stream its p99 exactly
 */
public record SeriesPoint(
        Instant second,
        long messages,
        long bytes,
        long errors,
        long dropped,
        long latencyCount,
        long latencySumMicros,
        long maxLatencyMicros,
        long worstP99Micros) {}
