package io.firehole.cli.demo;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a history kept, read past Firehole: the file and the database have the same tables, but for how a time is written. */
final class KeptRows {

    private static final int COLUMNS_OF_MINUTES = 9;

    private final String url;
    private final String toMillis;

    private KeptRows(String url, String toMillis) {
        this.url = url;
        this.toMillis = toMillis;
    }

    static KeptRows ofFile(Path file) {
        return new KeptRows("jdbc:sqlite:" + file, "%s");
    }

    static KeptRows ofDatabase(String url) {
        return new KeptRows(url, "(extract(epoch FROM %s) * 1000)::bigint");
    }

    /** How many updates each monitor got whose name begins like that. */
    Map<String, Long> messages(String prefix) {
        Map<String, Long> messages = new TreeMap<>();
        read(
                "SELECT monitor_id, sum(messages) FROM grpc_pool_metrics GROUP BY monitor_id",
                row -> messages.put(row.getString(1), row.getLong(2)));
        messages.keySet().removeIf(id -> !id.startsWith(prefix));
        return messages;
    }

    /** By what each row of seconds, or of latencies, is known. */
    List<String> keys(String table) {
        List<String> keys = new ArrayList<>();
        read(
                "SELECT " + toMillis.formatted("ts") + ", life, connection_id, monitor_id FROM " + table,
                row -> keys.add(together(row, 4)));
        return keys;
    }

    /** All minutes, with their figures. */
    List<String> minutes() {
        List<String> minutes = new ArrayList<>();
        read(
                "SELECT " + toMillis.formatted("minute")
                        + ", life, connection_id, monitor_id, message_count, bytes, lat_count, lat_sum_us, samples"
                        + " FROM grpc_metrics_1m",
                row -> minutes.add(together(row, COLUMNS_OF_MINUTES)));
        return minutes.stream().sorted().toList();
    }

    private static String together(ResultSet row, int columns) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
            values.add(row.getString(i));
        }
        return String.join(" ", values);
    }

    /** Takes one row. */
    @FunctionalInterface
    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private void read(String sql, RowReader reader) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                reader.read(row);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
