package io.firehole.sharing;

import io.firehole.pool.time.NanoClock;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the database, and another once it is lost: made in the background, so that nobody ever waits for a
 * database that does not answer. Any thread.
 */
final class DatabaseLink implements AutoCloseable {

    /** The driver counts these in whole seconds. */
    private static final String CONNECT_SECONDS = "1";

    private static final String LOGIN_SECONDS = "2";

    /** Also while nobody asks more often: a database that starts anew should not be knocked at all the time. */
    static final Duration RECONNECT_EVERY = Duration.ofMillis(500);

    /** Who waits longer for a lock is told that it is busy. */
    static final Duration LOCK_WAIT = Duration.ofMillis(200);

    /** A process that was stopped in its turn loses it after this time, or it would lock out everybody. */
    static final Duration STOPPED_TURN_MAX = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(DatabaseLink.class);

    private static final NanoClock MONOTONIC = NanoClock.system();

    private final DatabaseAccess access;

    /** Guards what follows; nothing blocks while it is held. */
    private final Object lock = new Object();

    private @Nullable Connection connection;
    private @Nullable Thread connecting;
    private long triedNanos;
    private boolean closed;
    private String reason = "it has not answered yet";

    DatabaseLink(DatabaseAccess access) {
        this.access = access;
        this.triedNanos = MONOTONIC.nanos() - RECONNECT_EVERY.toNanos();
    }

    /** The connection, or null if there is none now; then one is being made. Does not block. */
    @Nullable
    Connection current() {
        synchronized (lock) {
            if (connection == null && connecting == null && !closed) {
                connect();
            }
            return connection;
        }
    }

    /** Waits for the first connection, but not for long. */
    void await(Duration atMost) throws InterruptedException {
        Thread thread;
        synchronized (lock) {
            if (current() != null) {
                return;
            }
            thread = connecting;
        }
        if (thread != null) {
            thread.join(atMost);
        }
    }

    /** Why there is none. */
    String reason() {
        synchronized (lock) {
            return reason;
        }
    }

    /** It is of no use any more; another is being made. */
    void lost(Connection of, SQLException why) {
        synchronized (lock) {
            if (of.equals(connection)) {
                connection = null;
                reason = told(why);
                current();
            }
        }
        abort(of);
    }

    @Override
    public void close() {
        Connection open;
        synchronized (lock) {
            closed = true;
            reason = "it is closed";
            open = connection;
            connection = null;
        }
        if (open != null) {
            abort(open);
        }
    }

    private void connect() {
        long now = MONOTONIC.nanos();
        if (now - triedNanos < RECONNECT_EVERY.toNanos()) {
            return;
        }
        triedNanos = now;
        connecting = Thread.ofVirtual().name("firehole-ledger-database").start(this::tryToConnect);
    }

    private void tryToConnect() {
        Connection made = null;
        String failed = "";
        try {
            made = open();
        } catch (SQLException e) {
            failed = told(e);
        }
        boolean late;
        synchronized (lock) {
            connecting = null;
            late = closed;
            if (!late) {
                connection = made;
                reason = failed;
            }
        }
        if (late && made != null) {
            abort(made);
        }
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        access.user().ifPresent(user -> properties.setProperty("user", user));
        if (!access.password().isEmpty()) {
            properties.setProperty("password", access.password());
        }
        properties.setProperty("ApplicationName", "firehole");
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("loginTimeout", LOGIN_SECONDS);
        properties.setProperty("socketTimeout", LOGIN_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        Connection made = DriverManager.getConnection(access.url(), properties);
        boolean good = false;
        try {
            prepare(made);
            good = true;
            return made;
        } finally {
            if (!good) {
                abort(made);
            }
        }
    }

    private static void prepare(Connection made) throws SQLException {
        made.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        try (Statement statement = made.createStatement()) {
            statement.execute("SET synchronous_commit = on");
            statement.execute("SET lock_timeout = " + LOCK_WAIT.toMillis());
            statement.execute("SET statement_timeout = " + PostgresLedger.TURN_MAX.toMillis());
            statement.execute("SET idle_in_transaction_session_timeout = " + STOPPED_TURN_MAX.toMillis());
            try (ResultSet fsync = statement.executeQuery("SHOW fsync")) {
                if (fsync.next() && !"on".equals(fsync.getString(1))) {
                    log.warn(
                            "The database of the shared budget has fsync off: after a loss of power it may forget permits");
                }
            }
            made.setAutoCommit(false);
            try (ResultSet has = statement.executeQuery(LedgerSql.HAS_TABLES)) {
                has.next();
                if (has.getBoolean(1)) {
                    made.rollback();
                    return;
                }
            }
            statement.execute(LedgerSql.LOCK_FOR_TABLES);
            statement.execute(LedgerSql.TABLES);
            made.commit();
        }
    }

    /** Closes the socket, without a word to a server that may not be there. */
    private static void abort(Connection of) {
        try {
            of.abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("A connection to the database of the shared budget did not close", e);
        }
    }

    static String told(SQLException e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message.lines().findFirst().orElse(message);
    }
}
