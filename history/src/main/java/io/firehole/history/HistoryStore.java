package io.firehole.history;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where rows are kept: the file and the database do the same, which one suite of tests holds them to. */
interface HistoryStore {

    /**
     * Writes all rows of a batch, or none. Those that are there already stay as they are, so writing twice does no harm.
     *
     * @return how many were not there yet
     */
    int write(Batch batch) throws SQLException;

    /** Makes the minutes and hours of a range say what its seconds say, late ones included. */
    void rollUp(TimeRange range) throws SQLException;

    /**
     * Forgets seconds and rollups from before these moments: some of them, so that nothing is held up for long.
     *
     * @return whether there is more to forget
     */
    boolean forget(Instant secondsBefore, Instant rollupsBefore) throws SQLException;

    /** Rows of a range, newest first. Any thread. */
    List<HistoryRow> rows(Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only, int limit)
            throws SQLException;

    /** Seconds of a range, oldest first. Any thread. */
    List<SeriesPoint> series(TimeRange range, Optional<Selection> only) throws SQLException;

    /** Latencies of a whole range, by group. Any thread. */
    List<GroupLatency> latencies(Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only)
            throws SQLException;
}
