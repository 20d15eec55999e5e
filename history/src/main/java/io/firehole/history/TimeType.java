package io.firehole.history;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** How a moment is kept. All else that is bound is the same everywhere. */
enum TimeType {
    /** Milliseconds since 1970 as a number: SQLite has no type for it. */
    MILLIS {
        @Override
        void bind(PreparedStatement statement, int at, Instant moment) throws SQLException {
            statement.setLong(at, moment.toEpochMilli());
        }

        @Override
        Instant read(ResultSet row, int at) throws SQLException {
            return Instant.ofEpochMilli(row.getLong(at));
        }
    },
    /** {@code timestamptz}. */
    TIMESTAMPTZ {
        @Override
        void bind(PreparedStatement statement, int at, Instant moment) throws SQLException {
            statement.setObject(at, moment.atOffset(ZoneOffset.UTC));
        }

        @Override
        Instant read(ResultSet row, int at) throws SQLException {
            return row.getObject(at, OffsetDateTime.class).toInstant();
        }
    };

    abstract void bind(PreparedStatement statement, int at, Instant moment) throws SQLException;

    abstract Instant read(ResultSet row, int at) throws SQLException;
}
