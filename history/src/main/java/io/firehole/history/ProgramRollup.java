package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;

/**
 * The program's part where the database does not roll up by itself: the same minutes and hours, made by upserts, and old rows
 * deleted slice by slice. Forwarder's thread.
 *
 * <p>Several hosts may share a database. Each makes the minutes of its own rows: those of another may be half here, and
 * whoever makes them would say so at the same time. Old rows are deleted whosever they are, since their host may be no more.
 */
final class ProgramRollup {

    private static final String KEYS = "instance_id, life, connection_id, monitor_id";
    private static final String COUNTS =
            "message_count, error_count, bytes, dropped, reconnects, lat_count, lat_sum_us, lat_max_us, samples";
    private static final String REPLACED = "message_count = excluded.message_count, error_count = excluded.error_count,"
            + " bytes = excluded.bytes, dropped = excluded.dropped, reconnects = excluded.reconnects,"
            + " lat_count = excluded.lat_count, lat_sum_us = excluded.lat_sum_us, lat_max_us = excluded.lat_max_us,"
            + " samples = excluded.samples";
    private static final String SUMS =
            "sum(bytes), sum(dropped), sum(reconnects), sum(lat_count), sum(lat_sum_us), max(lat_max_us)";

    private static final String MINUTES = "INSERT INTO grpc_metrics_1m (minute, " + KEYS + ", " + COUNTS
            + ") SELECT date_trunc('minute', ts), " + KEYS + ", sum(messages), sum(errors), " + SUMS
            + ", count(*) FROM grpc_pool_metrics WHERE ts >= ? AND ts < ? AND instance_id = ? GROUP BY 1, 2, 3, 4, 5"
            + " ON CONFLICT (minute, " + KEYS + ") DO UPDATE SET " + REPLACED;
    private static final String HOURS = "INSERT INTO grpc_metrics_1h (hour, " + KEYS + ", " + COUNTS
            + ") SELECT date_trunc('hour', minute), " + KEYS + ", sum(message_count), sum(error_count), " + SUMS
            + ", sum(samples) FROM grpc_metrics_1m WHERE minute >= ? AND minute < ? AND instance_id = ? GROUP BY 1, 2, 3, 4, 5"
            + " ON CONFLICT (hour, " + KEYS + ") DO UPDATE SET " + REPLACED;
    private static final String LATENCY_MINUTES = latency("grpc_latency_1m", "minute", "grpc_pool_latency", "ts");
    private static final String LATENCY_HOURS = latency("grpc_latency_1h", "hour", "grpc_latency_1m", "minute");

    private record Table(String name, String time) {}

    private static final List<Table> SECONDS =
            List.of(new Table("grpc_pool_metrics", "ts"), new Table("grpc_pool_latency", "ts"));
    private static final List<Table> ROLLUPS = List.of(
            new Table("grpc_metrics_1m", "minute"),
            new Table("grpc_latency_1m", "minute"),
            new Table("grpc_metrics_1h", "hour"),
            new Table("grpc_latency_1h", "hour"));

    /** The span that one statement deletes, and how many of them a call runs. */
    private static final Duration SLICE = Duration.ofMinutes(10);

    private static final int SLICES = 12;

    private final DataSource source;
    private final String instance;
    private final boolean chunks;

    /**
     * @param instance whose minutes and hours are made
     * @param chunks whether seconds are in hypertables, which drop whole chunks
     */
    ProgramRollup(DataSource source, String instance, boolean chunks) {
        this.source = source;
        this.instance = instance;
        this.chunks = chunks;
    }

    void rollUp(TimeRange range) throws SQLException {
        TimeRange minutes = range.whole(Resolution.MINUTE.step());
        TimeRange hours = range.whole(Resolution.HOUR.step());
        make(MINUTES, minutes);
        make(LATENCY_MINUTES, minutes);
        make(HOURS, hours);
        make(LATENCY_HOURS, hours);
    }

    /**
     * Deletes some of what is too old; returns whether there is more. Seconds of whole minutes, and minutes of whole hours only:
     * what is left of half a one could be rolled up again, and say less than before.
     */
    boolean forget(Instant secondsBefore, Instant rollupsBefore) throws SQLException {
        Instant minute = TimeRange.floor(secondsBefore, Resolution.MINUTE.step());
        Instant hour = TimeRange.floor(rollupsBefore, Resolution.HOUR.step());
        boolean more = false;
        for (Table table : SECONDS) {
            more |= chunks ? dropChunks(table, minute) : delete(table, minute, SLICE);
        }
        for (Table table : ROLLUPS) {
            more |= delete(table, hour, SLICE.multipliedBy(6));
        }
        return more;
    }

    private boolean dropChunks(Table table, Instant before) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT drop_chunks(?::regclass, older_than => ?)")) {
            statement.setString(1, table.name());
            TimeType.TIMESTAMPTZ.bind(statement, 2, before);
            statement.execute();
        }
        return false;
    }

    private boolean delete(Table table, Instant before, Duration slice) throws SQLException {
        String oldest = "SELECT min(" + table.time() + ") FROM " + table.name();
        for (int i = 0; i < SLICES; i++) {
            Instant from;
            try (Connection connection = source.getConnection();
                    PreparedStatement statement = connection.prepareStatement(oldest);
                    ResultSet row = statement.executeQuery()) {
                if (!row.next() || row.getObject(1) == null) {
                    return false;
                }
                from = TimeType.TIMESTAMPTZ.read(row, 1);
            }
            if (!from.isBefore(before)) {
                return false;
            }
            Instant end = from.plus(slice).isBefore(before) ? from.plus(slice) : before;
            try (Connection connection = source.getConnection();
                    PreparedStatement statement = connection.prepareStatement("DELETE FROM " + table.name() + " WHERE "
                            + table.time() + " >= ? AND " + table.time() + " < ?")) {
                TimeType.TIMESTAMPTZ.bind(statement, 1, from);
                TimeType.TIMESTAMPTZ.bind(statement, 2, end);
                statement.executeUpdate();
            }
        }
        return true;
    }

    private void make(String sql, TimeRange range) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            TimeType.TIMESTAMPTZ.bind(statement, 1, range.from());
            TimeType.TIMESTAMPTZ.bind(statement, 2, range.to());
            statement.setString(3, instance);
            statement.executeUpdate();
        }
    }

    private static String latency(String to, String step, String from, String time) {
        return "INSERT INTO " + to + " (" + step + ", " + KEYS + ", buckets) SELECT date_trunc('" + step + "', " + time
                + "), "
                + KEYS + ", firehole_add_buckets(buckets) FROM " + from + " WHERE " + time + " >= ? AND " + time
                + " < ? AND instance_id = ? GROUP BY 1, 2, 3, 4, 5 ON CONFLICT (" + step + ", " + KEYS
                + ") DO UPDATE SET buckets = excluded.buckets";
    }
}
