package io.firehole.console.api;

import io.firehole.console.live.HistoryStanding;
import io.firehole.pool.metrics.LatencyBuckets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Where figures of the past are kept. Any thread; questions may wait for a disk or a database. */
public interface MetricsHistory {

    /** By what figures are put together. */
    enum GroupBy {
        /** All monitors of a connection together. */
        CONNECTION,
        /** All connections of a monitor together. */
        MONITOR
    }

    /**
     * One connection or one monitor alone.
     *
     * @param by what it is
     * @param id the connection's number or the monitor's id
     */
    record Only(GroupBy by, String id) {

        public Only {
            Objects.requireNonNull(by, "by");
            Objects.requireNonNull(id, "id");
        }
    }

    /**
     * Figures of one group in one span.
     *
     * @param minute when the span begins: a minute, or more where the period is long
     * @param groupId the connection's number or the monitor's id
     * @param messages handed to monitors
     * @param errors calls that ended with an error
     * @param avgBytes bytes of a message, on average; 0 without any
     * @param maxLatencyMillis the longest time from an update's arrival until it was handed over
     */
    record Row(Instant minute, String groupId, long messages, long errors, double avgBytes, double maxLatencyMillis) {}

    /**
     * Figures of one second.
     *
     * @param begin of the second
     * @param messages handed to monitors
     * @param bytes of them
     * @param errors calls that ended with an error
     * @param dropped updates given up because a monitor was too slow
     * @param avgLatencyMillis from an update's arrival until it was handed over, on average; 0 without any
     * @param maxLatencyMillis the longest of them
     * @param p99LatencyMillis 99 % of the updates of the slowest stream were handed over within that
     */
    record Second(
            Instant begin,
            long messages,
            long bytes,
            long errors,
            long dropped,
            double avgLatencyMillis,
            double maxLatencyMillis,
            double p99LatencyMillis) {}

    /**
     * The latencies of one group over a whole period.
     *
     * @param groupId the connection's number or the monitor's id
     * @param buckets all of them
     */
    record Latencies(String groupId, LatencyBuckets buckets) {

        public Latencies {
            Objects.requireNonNull(buckets, "buckets");
        }
    }

    /**
     * What was asked for.
     *
     * @param rows the newest first
     * @param truncated whether there are older ones for which there was no room
     */
    record Page(List<Row> rows, boolean truncated) {

        public Page {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Figures of a time until now.
     *
     * @param period how far back, at most 90 days
     * @param rowsMax how many rows at the most; the newest are given
     * @throws IOException if it cannot be read now; the message says why
     */
    Page read(Duration period, GroupBy groupBy, int rowsMax) throws IOException;

    /**
     * Figures of every second, oldest first; seconds in which nothing happened are missing.
     *
     * @param period how far back, at most an hour
     * @param only of whom; empty for all together
     * @throws IOException if they cannot be read now; the message says why
     */
    List<Second> seconds(Duration period, Optional<Only> only) throws IOException;

    /**
     * Latencies from the arrival of updates until they were handed over, by group.
     *
     * @param period how far back, at most 90 days
     * @throws IOException if they cannot be read now; the message says why
     */
    List<Latencies> latencies(Duration period, GroupBy groupBy) throws IOException;

    /** How it stands. Does not wait. */
    HistoryStanding standing();
}
