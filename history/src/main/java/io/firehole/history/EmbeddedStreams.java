package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The numbers by which the file knows streams. Recorder's thread, inside its transaction. */
final class EmbeddedStreams {

    /** How many numbers are remembered; others are looked up. */
    private static final int REMEMBERED = 10_000;

    private final Connection writer;
    private final Map<StreamId, Numbered> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamId, Numbered> eldest) {
            return size() > REMEMBERED;
        }
    };

    EmbeddedStreams(Connection writer) {
        this.writer = writer;
    }

    private record Numbered(long number, @Nullable String group) {}

    /**
     * The number of a stream, a new one if it has none.
     *
     * @param group the group it is in, or null to leave it
     * @param seen when there was something of it
     */
    long number(StreamId stream, @Nullable String group, Instant seen) throws SQLException {
        Numbered numbered = known.get(stream);
        if (numbered != null && (group == null || group.equals(numbered.group()))) {
            return numbered.number();
        }
        try (PreparedStatement statement = writer.prepareStatement("""
                INSERT INTO stream (instance_id, life, connection_id, monitor_id, monitor_group, seen)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (instance_id, life, connection_id, monitor_id) DO UPDATE
                SET monitor_group = CASE WHEN excluded.monitor_group = '' THEN monitor_group ELSE excluded.monitor_group END
                RETURNING number""")) {
            bind(statement, 1, stream);
            statement.setString(5, group == null ? "" : group);
            statement.setLong(6, seen.toEpochMilli());
            try (ResultSet row = statement.executeQuery()) {
                long number = row.getLong(1);
                known.put(stream, new Numbered(number, group));
                return number;
            }
        }
    }

    /** A transaction failed, or streams were removed: what was looked up may not be there. */
    void forgetNumbers() {
        known.clear();
    }

    static void bind(PreparedStatement statement, int at, StreamId stream) throws SQLException {
        statement.setString(at, stream.instance());
        statement.setLong(at + 1, stream.life());
        statement.setString(at + 2, stream.connection());
        statement.setString(at + 3, stream.monitor());
    }
}
