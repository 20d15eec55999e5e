package io.firehole.console.api;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Where figures of the past are kept. Any thread; may wait for a disk or a database. */
public interface MetricsHistory {

    /** By what figures are put together. */
    enum GroupBy {
        /** All monitors of a connection together. */
        CONNECTION,
        /** All connections of a monitor together. */
        MONITOR
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
     * What was asked for.
     *
     * @param rows the newest first
     * @param truncated whether there are older ones for which there was no room
     */
    record Answer(List<Row> rows, boolean truncated) {

        public Answer {
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
    Answer read(Duration period, GroupBy groupBy, int rowsMax) throws IOException;
}
