package io.firehole.pool.metrics;

import java.util.Objects;

/**
 * What one monitor got over one connection in one second. All counts are of that second alone.
 *
 * @param connectionId the number of the connection, or 0 while the monitor had none
 * @param monitorId whose updates these are; all streams of one id on one connection together
 * @param group the word of its group, as in {@code high}
 * @param messages updates handed to the monitor
 * @param bytes of these updates
 * @param errors calls that ended with an error
 * @param dropped updates given up because the monitor was too slow
 * @param reconnects times the monitor had to go on by a new call
 * @param latency from the arrival of an update until it was handed to the monitor
 */
public record StreamSecond(
        long connectionId,
        String monitorId,
        String group,
        long messages,
        long bytes,
        long errors,
        long dropped,
        long reconnects,
        LatencySecond latency) {

    public StreamSecond {
        Objects.requireNonNull(monitorId, "monitorId");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(latency, "latency");
        if ((connectionId | messages | bytes | errors | dropped | reconnects) < 0) {
            throw new IllegalArgumentException("no figure of a second may be negative: connection " + connectionId
                    + ", messages " + messages + ", bytes " + bytes + ", errors " + errors + ", dropped " + dropped
                    + ", reconnects " + reconnects);
        }
    }

    /**
     * What both come to together.
     *
     * @param other of the same monitor and connection; the group is this one's
     */
    public StreamSecond plus(StreamSecond other) {
        if (other.connectionId != connectionId || !other.monitorId.equals(monitorId)) {
            throw new IllegalArgumentException("monitor " + monitorId + " on connection " + connectionId
                    + " cannot be added to monitor " + other.monitorId + " on connection " + other.connectionId);
        }
        return new StreamSecond(
                connectionId,
                monitorId,
                group,
                messages + other.messages,
                bytes + other.bytes,
                errors + other.errors,
                dropped + other.dropped,
                reconnects + other.reconnects,
                latency.plus(other.latency));
    }
}
