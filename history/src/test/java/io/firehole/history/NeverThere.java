package io.firehole.history;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A database that nobody ever reaches. */
final class NeverThere implements Remote, HistoryStore {

    private static SQLException nobody() {
        return new SQLException("nobody is there", "08001");
    }

    @Override
    public void prepare() throws SQLException {
        throw nobody();
    }

    @Override
    public int write(Batch batch) throws SQLException {
        throw nobody();
    }

    @Override
    public void rollUp(TimeRange range) throws SQLException {
        throw nobody();
    }

    @Override
    public boolean needsRollUp(Instant second, Instant now) {
        return true;
    }

    @Override
    public void maintain(Instant now) throws SQLException {
        throw nobody();
    }

    @Override
    public boolean forget(Instant secondsBefore, Instant rollupsBefore) throws SQLException {
        throw nobody();
    }

    @Override
    public List<HistoryRow> rows(
            Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only, int limit)
            throws SQLException {
        throw nobody();
    }

    @Override
    public List<SeriesPoint> series(TimeRange range, Optional<Selection> only) throws SQLException {
        throw nobody();
    }

    @Override
    public List<GroupLatency> latencies(
            Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only) throws SQLException {
        throw nobody();
    }

    @Override
    public String place() {
        return "jdbc:postgresql://nowhere/nothing";
    }

    @Override
    public Optional<String> edition() {
        return Optional.empty();
    }

    @Override
    public List<String> remarks() {
        return List.of();
    }
}
