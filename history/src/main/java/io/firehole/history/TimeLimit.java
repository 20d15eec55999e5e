package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Has a store give up a question that takes too long. Any thread. */
interface TimeLimit {

    /** A question, asked. */
    @FunctionalInterface
    interface Asked {
        void run() throws SQLException;
    }

    /**
     * Asks.
     *
     * @param statement to be run by the question, on that connection
     * @throws SQLTimeoutException if it took longer than it may
     */
    void within(Connection connection, PreparedStatement statement, Asked question) throws SQLException;

    /** The database itself watches the time. */
    static TimeLimit byDatabase(Duration most) {
        return (connection, statement, question) -> {
            statement.setQueryTimeout((int) most.toSeconds());
            question.run();
        };
    }

    /**
     * SQLite looks at the clock every some thousand steps of its machine. (What JDBC calls a timeout of a query is for its driver only how long to
     * wait for a lock.)
     *
     * @param nanos a clock that never goes back
     */
    static TimeLimit bySteps(Duration most, LongSupplier nanos) {
        int steps = 10_000; // a fraction of a millisecond
        return (connection, statement, question) -> {
            SQLiteConnection sqlite = connection.unwrap(SQLiteConnection.class);
            long begun = nanos.getAsLong();
            ProgressHandler.setHandler(sqlite, steps, new ProgressHandler() {
                @Override
                protected int progress() {
                    return nanos.getAsLong() - begun > most.toNanos() ? 1 : 0;
                }
            });
            try {
                question.run();
            } catch (SQLiteException given) {
                if (given.getResultCode() == SQLiteErrorCode.SQLITE_INTERRUPT) {
                    throw new SQLTimeoutException("no answer within " + most.toSeconds() + " s; ask for less", given);
                }
                throw given;
            } finally {
                ProgressHandler.clearHandler(sqlite);
            }
        };
    }
}
