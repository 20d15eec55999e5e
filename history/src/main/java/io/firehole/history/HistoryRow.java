package io.firehole.history;

import java.time.Instant;

/**
 * What one connection or monitor did in one minute or hour. The last row of a group is of a span that is not over.
 *
 * @param begin of the minute or hour
 * @param life by connection: the process that had it, since each numbers its connections from 1; by monitor: 0
 * @param groupId the number of the connection, or the monitor's id
 * @param messages updates handed to monitors
 * @param errors calls that ended with an error
 * @param bytes of the updates
 * @param dropped updates given up because a monitor was too slow
 * @param reconnects times a monitor had to go on by a new call
 * @param latencyCount latencies measured
 * @param latencySumMicros their sum
 * @param maxLatencyMicros the greatest of them, 0 without any
 */
public record HistoryRow(
        Instant begin,
        long life,
        String groupId,
        long messages,
        long errors,
        long bytes,
        long dropped,
        long reconnects,
        long latencyCount,
        long latencySumMicros,
        long maxLatencyMicros) {

    /** Bytes of an update on average, 0 without any. */
    public double avgBytes() {
        return messages == 0 ? 0 : (double) bytes / messages;
    }

    /** The mean latency in µs, 0 without any. */
    public double meanLatencyMicros() {
        return latencyCount == 0 ? 0 : (double) latencySumMicros / latencyCount;
    }
}
