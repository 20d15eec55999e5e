package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Minutes from seconds, and hours from minutes, always as a whole: what was there of a minute is replaced by what its
 * seconds say now, so that late rows count once and repeating does no harm. Recorder's thread, inside its transaction.
 */
final class EmbeddedRollup {

    static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();
    static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

    /** How many minutes are rolled up in one transaction: some milliseconds each. */
    private static final int MINUTES_AT_ONCE = 30;

    private static final String SUMS =
            "sum(bytes), sum(dropped), sum(reconnects), sum(lat_count), sum(lat_sum_us), max(lat_max_us)";

    /** Of the minutes from here on, all seconds are there that ever came. */
    private static final String KEPT_FROM = "(SELECT coalesce(max(value), 0) FROM figure WHERE name = 'raw_from')";

    private final Connection writer;

    EmbeddedRollup(Connection writer) {
        this.writer = writer;
    }

    /** The minutes of these seconds have changed. Those whose seconds are forgotten stay as they are: they cannot be made anew. */
    void markStale(Collection<Long> seconds) throws SQLException {
        TreeSet<Long> minutes = new TreeSet<>();
        for (long second : seconds) {
            minutes.add(floor(second, MINUTE_MILLIS));
        }
        try (PreparedStatement statement = writer.prepareStatement(
                "INSERT INTO stale SELECT ? WHERE ? >= " + KEPT_FROM + " ON CONFLICT DO NOTHING")) {
            for (long minute : minutes) {
                statement.setLong(1, minute);
                statement.setLong(2, minute);
                statement.executeUpdate();
            }
        }
    }

    /** All minutes of a range that there are seconds of are to be rolled up anew. */
    void markStale(TimeRange range) throws SQLException {
        for (String table : List.of("second", "latency_second")) {
            try (PreparedStatement statement = writer.prepareStatement("INSERT INTO stale SELECT DISTINCT ts / "
                    + MINUTE_MILLIS + " * " + MINUTE_MILLIS + " FROM " + table
                    + " WHERE ts >= max(?, " + KEPT_FROM + ") AND ts < ? ON CONFLICT DO NOTHING")) {
                statement.setLong(1, range.from().toEpochMilli());
                statement.setLong(2, range.to().toEpochMilli());
                statement.executeUpdate();
            }
        }
    }

    /** Rolls up some of the minutes that have changed, oldest first; returns whether there are more. */
    boolean some() throws SQLException {
        List<Long> minutes = new ArrayList<>();
        try (PreparedStatement statement =
                writer.prepareStatement("SELECT minute FROM stale ORDER BY minute LIMIT ?")) {
            statement.setInt(1, MINUTES_AT_ONCE + 1);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    minutes.add(row.getLong(1));
                }
            }
        }
        boolean more = minutes.size() > MINUTES_AT_ONCE;
        TreeSet<Long> hours = new TreeSet<>();
        for (long minute : minutes.subList(0, Math.min(minutes.size(), MINUTES_AT_ONCE))) {
            makeMinute(minute);
            hours.add(floor(minute, HOUR_MILLIS));
        }
        for (long hour : hours) {
            makeHour(hour);
        }
        return more;
    }

    private void makeMinute(long minute) throws SQLException {
        replace(
                "minute",
                minute,
                MINUTE_MILLIS,
                "SELECT ?, stream, sum(messages), sum(errors), " + SUMS
                        + ", count(*) FROM second WHERE ts >= ? AND ts < ? GROUP BY stream");
        addUp("latency_second", "ts", "latency_minute", minute, MINUTE_MILLIS);
        run(
                "UPDATE stream SET seen = ? WHERE seen < ? AND number IN (SELECT stream FROM minute WHERE minute = ?)",
                minute,
                minute,
                minute);
        run("DELETE FROM stale WHERE minute = ?", minute);
    }

    private void makeHour(long hour) throws SQLException {
        replace(
                "hour",
                hour,
                HOUR_MILLIS,
                "SELECT ?, stream, sum(message_count), sum(error_count), " + SUMS
                        + ", sum(samples) FROM minute WHERE minute >= ? AND minute < ? GROUP BY stream");
        addUp("latency_minute", "minute", "latency_hour", hour, HOUR_MILLIS);
    }

    private void replace(String table, long begin, long length, String select) throws SQLException {
        run("DELETE FROM " + table + " WHERE " + table + " = ?", begin);
        run("INSERT INTO " + table + " " + select, begin, begin, begin + length);
    }

    private void addUp(String from, String time, String to, long begin, long length) throws SQLException {
        Map<Long, long[]> sums = new TreeMap<>();
        try (PreparedStatement statement = writer.prepareStatement(
                "SELECT stream, buckets FROM " + from + " WHERE " + time + " >= ? AND " + time + " < ?")) {
            statement.setLong(1, begin);
            statement.setLong(2, begin + length);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    BucketBytes.addTo(
                            sums.computeIfAbsent(row.getLong(1), stream -> new long[LatencyBuckets.SIZE]),
                            row.getBytes(2));
                }
            }
        }
        try (PreparedStatement statement =
                writer.prepareStatement("INSERT OR REPLACE INTO " + to + " VALUES (?, ?, ?)")) {
            for (Map.Entry<Long, long[]> sum : sums.entrySet()) {
                statement.setLong(1, begin);
                statement.setLong(2, sum.getKey());
                statement.setBytes(3, BucketBytes.of(LatencyBuckets.of(sum.getValue())));
                statement.executeUpdate();
            }
        }
    }

    private void run(String sql, long... values) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setLong(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    static long floor(long millis, long length) {
        return Math.floorDiv(millis, length) * length;
    }
}
