package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of either store, in the same words: the relations have the same names and columns in both.
 *
 * <p>The text of a statement is put together from the words of enums alone. Any thread.
 */
final class Questions {

    /** A store that takes longer is told to stop. */
    static final Duration TIME_MAX = Duration.ofSeconds(10);

    private static final int SECONDS_MAX = (int) History.SERIES_MAX.length().toSeconds() + 2;

    private final DataSource source;
    private final TimeType times;
    private final @Nullable String instance;
    private final TimeLimit limit;

    /**
     * @param limit of each question
     * @param instance whose rows alone are meant, or null if there are no others
     */
    Questions(DataSource source, TimeType times, TimeLimit limit, @Nullable String instance) {
        this.source = source;
        this.times = times;
        this.limit = limit;
        this.instance = instance;
    }

    List<HistoryRow> rows(Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only, int limit)
            throws SQLException {
        String sql = "SELECT " + resolution.column() + ", " + groupBy.life() + ", " + groupBy.id()
                + ", sum(message_count), sum(error_count), sum(bytes), sum(dropped), sum(reconnects),"
                + " sum(lat_count), sum(lat_sum_us), max(lat_max_us)"
                + " FROM " + resolution.metrics() + where(resolution, only)
                + " GROUP BY " + resolution.column() + ", " + groupBy.columns()
                + " ORDER BY " + resolution.column() + " DESC, " + groupBy.columns() + " LIMIT ?";
        List<HistoryRow> rows = new ArrayList<>();
        ask(
                sql,
                range,
                only,
                limit,
                row -> rows.add(new HistoryRow(
                        times.read(row, 1),
                        row.getLong(2),
                        row.getString(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9),
                        row.getLong(10),
                        row.getLong(11))));
        return rows;
    }

    List<SeriesPoint> series(TimeRange range, Optional<Selection> only) throws SQLException {
        Resolution second = Resolution.SECOND;
        String sql = "SELECT ts, sum(messages), sum(bytes), sum(errors), sum(dropped),"
                + " sum(lat_count), sum(lat_sum_us), max(lat_max_us), max(lat_p99_us)"
                + " FROM " + second.metrics() + where(second, only) + " GROUP BY ts ORDER BY ts LIMIT ?";
        List<SeriesPoint> points = new ArrayList<>();
        ask(
                sql,
                range,
                only,
                SECONDS_MAX,
                row -> points.add(new SeriesPoint(
                        times.read(row, 1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9))));
        return points;
    }

    /** The part of a statement that chooses rows; {@link #ask} binds what it leaves open. */
    String where(Resolution resolution, Optional<Selection> only) {
        return " WHERE " + resolution.column() + " >= ? AND " + resolution.column() + " < ?"
                + (instance == null ? "" : " AND instance_id = ?")
                + only.map(selection -> " AND " + selection.by().id() + " = ?").orElse("");
    }

    /** Asks and hands on row after row. */
    void ask(String sql, TimeRange range, Optional<Selection> only, int limit, RowReader reader) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(1_000);
            times.bind(statement, 1, range.from());
            times.bind(statement, 2, range.to());
            int next = 3;
            if (instance != null) {
                statement.setString(next++, instance);
            }
            if (only.isPresent()) {
                statement.setString(next++, only.get().id());
            }
            statement.setInt(next, limit);
            this.limit.within(connection, statement, () -> {
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        reader.read(row);
                    }
                }
            });
        }
    }

    /** Takes one row. */
    @FunctionalInterface
    interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
