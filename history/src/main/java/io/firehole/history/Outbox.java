package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the file has and the database has not, in the order in which it was written: late rows come at the end, so no cursor
 * can miss them. It is bounded by what the file keeps. Recorder's thread, inside its transaction.
 */
final class Outbox {

    static final int SECONDS = 0;
    static final int LATENCIES = 1;

    /** About as many rows are sent at once. */
    static final int ROWS = 5_000;

    /** Rollups are made anew for no longer a span at once. */
    private static final Duration REFRESH_MAX = Duration.ofHours(6);

    private final Connection writer;
    private final boolean on;

    Outbox(Connection writer, boolean on) throws SQLException {
        this.writer = writer;
        this.on = on;
        if (on && number("SELECT count(*) FROM figure WHERE name = 'forwards'").orElse(0) == 0) {
            // Sent for the first time: all there is.
            change("INSERT INTO unsent (kind, ts) SELECT DISTINCT 0, ts FROM second");
            change("INSERT INTO unsent (kind, ts) SELECT DISTINCT 1, ts FROM latency_second");
            change("INSERT INTO figure VALUES ('forwards', 1)");
        } else if (!on) {
            change("DELETE FROM figure WHERE name = 'forwards'");
            change("DELETE FROM unsent");
            change("DELETE FROM unrefreshed");
        }
    }

    /**
     * The next rows to be sent.
     *
     * @param batch none if all is sent
     * @param last the number of the last entry in it
     * @param refresh a range of minutes whose rollup must be made anew, once nothing more waits
     * @param backlog what waits, these included
     */
    record Shipment(Batch batch, long last, Optional<TimeRange> refresh, Backlog backlog) {}

    /**
     * What waits.
     *
     * @param entries how many seconds, and spans of latencies
     * @param oldest the oldest of them
     */
    record Backlog(long entries, Optional<Instant> oldest) {

        static final Backlog NONE = new Backlog(0, Optional.empty());
    }

    /** These seconds have new rows, written in the same transaction. */
    void add(int kind, Collection<Long> times) throws SQLException {
        if (!on) {
            return;
        }
        for (long time : times) {
            change("INSERT INTO unsent (kind, ts) VALUES (?, ?)", kind, time);
        }
    }

    Shipment next() throws SQLException {
        List<SecondRow> seconds = new ArrayList<>();
        List<LatencyRow> latencies = new ArrayList<>();
        long last = 0;
        try (PreparedStatement statement =
                writer.prepareStatement("SELECT number, kind, ts FROM unsent ORDER BY number LIMIT ?")) {
            statement.setInt(1, ROWS);
            try (ResultSet row = statement.executeQuery()) {
                while (seconds.size() + latencies.size() < ROWS && row.next()) {
                    last = row.getLong(1);
                    if (row.getInt(2) == SECONDS) {
                        readSeconds(row.getLong(3), seconds);
                    } else {
                        readLatencies(row.getLong(3), latencies);
                    }
                }
            }
        }
        Batch batch = new Batch(seconds, latencies);
        return new Shipment(batch, last, batch.rows() < ROWS ? unrefreshed() : Optional.empty(), backlog());
    }

    /** How much waits; reads none of the rows. */
    Backlog backlog() throws SQLException {
        return new Backlog(number("SELECT count(*) FROM unsent").orElse(0), moment("SELECT min(ts) FROM unsent"));
    }

    /**
     * A shipment is in the database.
     *
     * @param refreshed whether its range has been made anew
     * @param toRefresh minutes of its rows whose rollup must be made anew later
     */
    void done(Shipment shipment, boolean refreshed, Collection<Instant> toRefresh) throws SQLException {
        change("DELETE FROM unsent WHERE number <= ?", shipment.last());
        if (refreshed && shipment.refresh().isPresent()) {
            TimeRange range = shipment.refresh().get();
            change(
                    "DELETE FROM unrefreshed WHERE minute >= ? AND minute < ?",
                    range.from().toEpochMilli(),
                    range.to().toEpochMilli());
        }
        for (Instant minute : toRefresh) {
            change("INSERT INTO unrefreshed VALUES (?) ON CONFLICT DO NOTHING", minute.toEpochMilli());
        }
    }

    private Optional<TimeRange> unrefreshed() throws SQLException {
        Optional<Instant> first = moment("SELECT min(minute) FROM unrefreshed");
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Instant end = first.get().plus(REFRESH_MAX);
        OptionalLong last = number("SELECT max(minute) FROM unrefreshed WHERE minute < ?", end.toEpochMilli());
        return Optional.of(new TimeRange(
                first.get(), Instant.ofEpochMilli(last.orElseThrow()).plus(Resolution.MINUTE.step())));
    }

    private void readSeconds(long time, List<SecondRow> rows) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement("""
                SELECT instance_id, life, connection_id, monitor_id, monitor_group, messages, bytes, errors, dropped, reconnects,
                  lat_count, lat_sum_us, lat_max_us, lat_p50_us, lat_p99_us FROM grpc_pool_metrics WHERE ts = ?""")) {
            statement.setLong(1, time);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(new SecondRow(
                            Instant.ofEpochMilli(time),
                            stream(row),
                            row.getString(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getLong(8),
                            row.getLong(9),
                            row.getLong(10),
                            row.getLong(11),
                            row.getLong(12),
                            row.getLong(13),
                            row.getLong(14),
                            row.getLong(15)));
                }
            }
        }
    }

    private void readLatencies(long time, List<LatencyRow> rows) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement(
                "SELECT instance_id, life, connection_id, monitor_id, buckets FROM grpc_pool_latency WHERE ts = ?")) {
            statement.setLong(1, time);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    long[] counts = new long[LatencyBuckets.SIZE];
                    BucketBytes.addTo(counts, row.getBytes(5));
                    rows.add(new LatencyRow(Instant.ofEpochMilli(time), stream(row), LatencyBuckets.of(counts)));
                }
            }
        }
    }

    private static StreamId stream(ResultSet row) throws SQLException {
        return new StreamId(row.getString(1), row.getLong(2), row.getString(3), row.getString(4));
    }

    private Optional<Instant> moment(String sql) throws SQLException {
        OptionalLong millis = number(sql);
        return millis.isPresent() ? Optional.of(Instant.ofEpochMilli(millis.getAsLong())) : Optional.empty();
    }

    private OptionalLong number(String sql, long... values) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setLong(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                long value = row.getLong(1);
                return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
            }
        }
    }

    private void change(String sql, long... values) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setLong(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
