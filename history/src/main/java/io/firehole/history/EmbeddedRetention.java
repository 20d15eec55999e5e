package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Forgets what is too old, in slices of some thousand rows: a slice takes milliseconds, and the file uses its room again. What
 * the database should have had before is counted. Recorder's thread, inside its transaction.
 */
final class EmbeddedRetention {

    /** About as many rows are removed at once, of each table. */
    private static final int SLICE = 3_000;

    private record Table(String name, String time) {}

    private static final List<Table> SECONDS = List.of(new Table("second", "ts"), new Table("latency_second", "ts"));
    private static final List<Table> ROLLUPS = List.of(
            new Table("minute", "minute"),
            new Table("hour", "hour"),
            new Table("latency_minute", "minute"),
            new Table("latency_hour", "hour"));

    private final Connection writer;
    private final EmbeddedStreams streams;
    private long notForwarded;
    private long tooEarly;

    EmbeddedRetention(Connection writer, EmbeddedStreams streams) {
        this.writer = writer;
        this.streams = streams;
    }

    /** Forgets one slice of each table that has something too old; returns whether there may be more. */
    boolean some(Instant secondsBefore, Instant rollupsBefore) throws SQLException {
        // Whole minutes and hours only: what is left of half a one could be rolled up again, and say less than before.
        boolean more = forgetSeconds(EmbeddedRollup.floor(secondsBefore.toEpochMilli(), EmbeddedRollup.MINUTE_MILLIS));
        long hour = EmbeddedRollup.floor(rollupsBefore.toEpochMilli(), EmbeddedRollup.HOUR_MILLIS);
        for (Table table : ROLLUPS) {
            more |= forget(table, hour) >= SLICE;
        }
        int removed = change("""
                DELETE FROM stream WHERE number IN (SELECT number FROM stream WHERE seen < ? ORDER BY seen LIMIT ?)""", rollupsBefore.toEpochMilli(), SLICE);
        if (removed > 0) {
            streams.forgetNumbers();
        }
        return more || removed == SLICE;
    }

    /**
     * If the file is larger than that: forgets its oldest seconds, then its oldest rollups. Returns whether to go on.
     *
     * <p>The minute that runs and the one before stay, since some of their rows are still to come, and so do all minutes of
     * their hours: they are rolled up as a whole.
     */
    boolean shrink(long bytesMax, Instant now) throws SQLException {
        if (used() <= bytesMax) {
            return false;
        }
        long minute =
                EmbeddedRollup.floor(now.toEpochMilli(), EmbeddedRollup.MINUTE_MILLIS) - EmbeddedRollup.MINUTE_MILLIS;
        long before = notForwarded;
        int removed = 0;
        for (Table table : SECONDS) {
            removed += forgetSlice(table, minute);
        }
        tooEarly += removed - (notForwarded - before);
        for (Table table : removed > 0 ? List.<Table>of() : ROLLUPS) {
            int rollups = forget(table, EmbeddedRollup.floor(minute, EmbeddedRollup.HOUR_MILLIS));
            removed += rollups;
            tooEarly += rollups;
        }
        return removed > 0 && used() > bytesMax;
    }

    /** Seconds that were forgotten although the database did not have them; told once. */
    long takeNotForwarded() {
        long taken = notForwarded;
        notForwarded = 0;
        return taken;
    }

    /** Other rows forgotten because the file was too large; told once. */
    long takeTooEarly() {
        long taken = tooEarly;
        tooEarly = 0;
        return taken;
    }

    /** The first moment of which seconds are kept for certain. */
    Instant keptFrom() throws SQLException {
        return Instant.ofEpochMilli(number("SELECT coalesce(max(value), 0) FROM figure WHERE name = 'raw_from'"));
    }

    /** How many bytes of the file are in use. */
    long used() throws SQLException {
        return (number("PRAGMA page_count") - number("PRAGMA freelist_count")) * number("PRAGMA page_size");
    }

    private boolean forgetSeconds(long before) throws SQLException {
        boolean more = false;
        for (Table table : SECONDS) {
            more |= forgetSlice(table, before) >= SLICE;
        }
        return more;
    }

    /** Removes the oldest seconds of a table, whole ones, and what was still to be done with them. */
    private int forgetSlice(Table table, long before) throws SQLException {
        long end = sliceEnd(table, before);
        int kind = SECONDS.indexOf(table);
        notForwarded += number(
                "SELECT count(*) FROM " + table.name()
                        + " WHERE ts < ? AND ts IN (SELECT ts FROM unsent WHERE kind = ?)",
                end,
                kind);
        change("DELETE FROM unsent WHERE kind = ? AND ts < ?", kind, end);
        int removed = change("DELETE FROM " + table.name() + " WHERE ts < ?", end);
        if (removed > 0) {
            // A minute of which something is gone must never be rolled up again: that would forget it there as well.
            change("DELETE FROM stale WHERE minute < ?", EmbeddedRollup.floor(end, EmbeddedRollup.MINUTE_MILLIS));
            change("""
                    INSERT INTO figure VALUES ('raw_from', ?)
                    ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)""", end);
        }
        return removed;
    }

    private int forget(Table table, long before) throws SQLException {
        return change("DELETE FROM " + table.name() + " WHERE " + table.time() + " < ?", sliceEnd(table, before));
    }

    /** The end of the oldest slice, at a whole minute: all before it is removed together. */
    private long sliceEnd(Table table, long before) throws SQLException {
        long oldest = number(
                "SELECT coalesce((SELECT " + table.time() + " FROM " + table.name() + " WHERE " + table.time()
                        + " < ? ORDER BY " + table.time() + " LIMIT 1 OFFSET ?), -1)",
                before,
                SLICE - 1);
        if (oldest < 0) {
            return before;
        }
        return Math.min(
                before, EmbeddedRollup.floor(oldest, EmbeddedRollup.MINUTE_MILLIS) + EmbeddedRollup.MINUTE_MILLIS);
    }

    private long number(String sql, long... values) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement(sql)) {
            bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                return row.getLong(1);
            }
        }
    }

    private int change(String sql, long... values) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement(sql)) {
            bind(statement, values);
            return statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, long... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setLong(i + 1, values[i]);
        }
    }
}
