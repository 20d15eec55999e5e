package io.firehole.history;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables of the file. Streams have numbers here, which halves it; views give the tables the names and columns that the
 * database's have. What is to be rolled up or sent is written down in the same transaction as the rows, so that no crash
 * can separate the two.
 */
final class EmbeddedSchema {

    private static final int VERSION = 1;

    private static final String ROLLUP_COLUMNS = """
            stream INTEGER NOT NULL, message_count INTEGER NOT NULL, error_count INTEGER NOT NULL,
            bytes INTEGER NOT NULL, dropped INTEGER NOT NULL, reconnects INTEGER NOT NULL,
            lat_count INTEGER NOT NULL, lat_sum_us INTEGER NOT NULL, lat_max_us INTEGER NOT NULL, samples INTEGER NOT NULL""";

    private static final String NAMES = "s.instance_id, s.life, s.connection_id, s.monitor_id";

    private static final String ROLLUP_VIEW = NAMES + """
            , r.message_count, r.error_count, CASE WHEN r.message_count > 0 THEN r.bytes * 1.0 / r.message_count END AS avg_bytes,
            r.lat_max_us / 1000.0 AS max_latency, r.bytes, r.dropped, r.reconnects, r.lat_count, r.lat_sum_us, r.lat_max_us,
            r.samples""";

    private static final List<String> STATEMENTS = List.of(
            """
            CREATE TABLE stream (
              number INTEGER PRIMARY KEY, instance_id TEXT NOT NULL, life INTEGER NOT NULL, connection_id TEXT NOT NULL,
              monitor_id TEXT NOT NULL, monitor_group TEXT NOT NULL, seen INTEGER NOT NULL,
              UNIQUE (instance_id, life, connection_id, monitor_id))""",
            "CREATE INDEX stream_seen ON stream (seen)",
            """
            CREATE TABLE second (
              ts INTEGER NOT NULL, stream INTEGER NOT NULL, messages INTEGER NOT NULL, bytes INTEGER NOT NULL,
              errors INTEGER NOT NULL, dropped INTEGER NOT NULL, reconnects INTEGER NOT NULL, lat_count INTEGER NOT NULL,
              lat_sum_us INTEGER NOT NULL, lat_max_us INTEGER NOT NULL, lat_p50_us INTEGER NOT NULL,
              lat_p99_us INTEGER NOT NULL, PRIMARY KEY (ts, stream)) WITHOUT ROWID""",
            "CREATE TABLE minute (minute INTEGER NOT NULL, " + ROLLUP_COLUMNS
                    + ", PRIMARY KEY (minute, stream)) WITHOUT ROWID",
            "CREATE TABLE hour (hour INTEGER NOT NULL, " + ROLLUP_COLUMNS
                    + ", PRIMARY KEY (hour, stream)) WITHOUT ROWID",
            latencyTable("latency_second", "ts"),
            latencyTable("latency_minute", "minute"),
            latencyTable("latency_hour", "hour"),
            // Minutes whose rollup does not say any more what their seconds say.
            "CREATE TABLE stale (minute INTEGER PRIMARY KEY)",
            // What the database does not have yet: seconds (kind 0) and latencies (kind 1), in the order they were
            // written.
            "CREATE TABLE unsent (number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, ts INTEGER NOT NULL)",
            "CREATE INDEX unsent_ts ON unsent (kind, ts)",
            // Minutes that the database has the seconds of, but whose rollup there must be made anew.
            "CREATE TABLE unrefreshed (minute INTEGER PRIMARY KEY)",
            // Figures of this file: 'raw_from' is the moment before which seconds have been forgotten.
            "CREATE TABLE figure (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
            "CREATE VIEW grpc_pool_metrics AS SELECT r.ts, " + NAMES
                    + ", s.monitor_group, r.messages, r.bytes, r.errors, r.dropped, r.reconnects, r.lat_count,"
                    + " r.lat_sum_us, r.lat_max_us, r.lat_p50_us, r.lat_p99_us FROM second r CROSS JOIN stream s"
                    + " ON s.number = r.stream",
            "CREATE VIEW grpc_metrics_1m AS SELECT r.minute, " + ROLLUP_VIEW
                    + " FROM minute r CROSS JOIN stream s ON s.number = r.stream",
            "CREATE VIEW grpc_metrics_1h AS SELECT r.hour, " + ROLLUP_VIEW
                    + " FROM hour r CROSS JOIN stream s ON s.number = r.stream",
            latencyView("grpc_pool_latency", "latency_second", "ts"),
            latencyView("grpc_latency_1m", "latency_minute", "minute"),
            latencyView("grpc_latency_1h", "latency_hour", "hour"),
            "PRAGMA user_version = " + VERSION);

    private EmbeddedSchema() {}

    /**
     * Makes the tables if they are not there.
     *
     * @throws SQLException also for a file of a newer Firehole, which is left as it is
     */
    static void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                version = row.getInt(1);
            }
            if (version > VERSION) {
                throw new NewerFileException("it is of a newer Firehole: its tables have version " + version
                        + ", and this one knows " + VERSION);
            }
            if (version == 0) {
                connection.setAutoCommit(false);
                for (String sql : STATEMENTS) {
                    statement.execute(sql);
                }
                connection.commit();
            }
        }
    }

    /** The file is good, and not for us. */
    static final class NewerFileException extends SQLException {
        private static final long serialVersionUID = 1;

        NewerFileException(String message) {
            super(message);
        }
    }

    private static String latencyTable(String name, String time) {
        return "CREATE TABLE " + name + " (" + time
                + " INTEGER NOT NULL, stream INTEGER NOT NULL, buckets BLOB NOT NULL," + " PRIMARY KEY (" + time
                + ", stream)) WITHOUT ROWID";
    }

    private static String latencyView(String name, String table, String time) {
        return "CREATE VIEW " + name + " AS SELECT r." + time + ", " + NAMES + ", r.buckets FROM " + table
                + " r CROSS JOIN stream s ON s.number = r.stream";
    }
}
