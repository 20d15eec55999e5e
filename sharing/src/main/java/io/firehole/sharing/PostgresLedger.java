package io.firehole.sharing;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.LedgerEntry;
import io.firehole.pool.budget.ledger.LedgerName;
import io.firehole.pool.budget.ledger.Retention;
import io.firehole.pool.time.NanoClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger that several hosts share, in PostgreSQL.
 *
 * <p>A turn is a transaction: it takes an advisory lock, reads the time and the entries, lets the decision be made, writes
 * and commits. The lock is held by the transaction, so it is free again whatever becomes of the process. Times are the
 * database's own, read after the lock. One thread at a time; a turn takes at most {@link #TURN_MAX}, and nothing if there is
 * no connection: that is made in the background.
 *
 * <h2>What goes wrong, and what becomes of it</h2>
 *
 * <ul>
 *   <li>The database does not answer, refuses, or is a standby: {@linkplain Ledger.Turn.Away away}. If that happens at the
 *       commit, the entries may be there: then they count for nothing, and grow old.
 *   <li>Somebody is stopped in the middle of a turn: busy for the others, until the database ends that transaction.
 *   <li>The database was replaced by another that may know less: a standby that was promoted, a copy put back, or an entry
 *       of our own that is gone. Everybody is held back, through the database, until nothing that was lost can matter
 *       ({@link Retention#hold}).
 *   <li>Its clock has jumped against ours: the same, since nobody knows any more how old the entries are.
 * </ul>
 *
 * <p>What it cannot notice: two databases that both believe to be the one. That is for whoever switches them over to
 * prevent; see docs/sharing.md.
 */
public final class PostgresLedger implements Ledger {

    /** How long a turn may take, if the database is slow or its packets are lost. */
    public static final Duration TURN_MAX = Duration.ofSeconds(1);

    /** How long to wait for the first connection, so that a start does not begin with what is set aside for bad days. */
    private static final Duration FIRST_CONNECT = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(PostgresLedger.class);
    private static final NanoClock MONOTONIC = NanoClock.system();
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Nobody writes what is to come; but numbers are rounded. */
    private static final long AHEAD_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String scope;
    private final Retention retention;
    private final NanoClock clock;
    private final DatabaseLink link;
    private final DatabaseAccess access;
    private final LedgerSql sql;
    private final ClockWatch watch;

    /** The last entry of ours that is durable: a database that has lost anything has lost this one. */
    private @Nullable LedgerEntry last;

    private boolean inTurn;

    private PostgresLedger(
            DatabaseAccess access, LedgerName name, Retention retention, NanoClock clock, LedgerSql sql) {
        this.access = access;
        this.scope = name.text();
        this.retention = retention;
        this.clock = clock;
        this.sql = sql;
        this.link = new DatabaseLink(access);
        this.watch = new ClockWatch(retention.keep());
    }

    /**
     * Opens the ledger of that name. If the database cannot be reached, it is away until it can.
     *
     * @param clock this machine's own, to watch the database's by: one that goes on while the machine sleeps
     * @throws InterruptedException if interrupted while waiting for the first connection
     */
    public static PostgresLedger open(DatabaseAccess access, LedgerName name, Retention retention, NanoClock clock)
            throws InterruptedException {
        return open(access, name, retention, clock, LedgerSql.CLOCK);
    }

    static PostgresLedger open(
            DatabaseAccess access, LedgerName name, Retention retention, NanoClock clock, String databaseClock)
            throws InterruptedException {
        PostgresLedger ledger = new PostgresLedger(access, name, retention, clock, LedgerSql.of(name, databaseClock));
        ledger.link.await(FIRST_CONNECT);
        return ledger;
    }

    @Override
    public <T> Turn<T> turn(Decision<T> decision) {
        if (inTurn) {
            return new Turn.Busy<>();
        }
        Connection connection = link.current();
        if (connection == null) {
            return away(link.reason());
        }
        inTurn = true;
        try {
            return decide(new Transaction(connection), decision);
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState()) && rolledBack(connection)) {
                return new Turn.Busy<>();
            }
            link.lost(connection, e);
            return away(DatabaseLink.told(e));
        } catch (RuntimeException | Error failed) {
            rolledBack(connection);
            throw failed;
        } finally {
            inTurn = false;
        }
    }

    @Override
    public void close() {
        link.close();
    }

    private <T> Turn<T> away(String reason) {
        return new Turn.Away<>("the shared ledger at " + access.place() + " cannot be used: " + reason);
    }

    private <T> Turn<T> decide(Transaction transaction, Decision<T> decision) throws SQLException {
        transaction.lock();
        Sheet sheet = transaction.read();
        if (sheet.scope == null) {
            log.info("The shared ledger {} is new: starting as if nothing had been connected for a long time", scope);
        }
        String doubt = doubt(sheet);
        if (doubt != null) {
            return hold(transaction, sheet, doubt);
        }
        if (sheet.scope != null && sheet.scope.holdUntilNanos > sheet.nowNanos) {
            transaction.rollback();
            // Whoever began the hold has removed it.
            last = null;
            return new Turn.Held<>(sheet.scope.holdUntilNanos - sheet.nowNanos, sheet.scope.holdReason);
        }
        if (last != null
                && last.boundNanos() + retention.keep().toNanos() - sheet.nowNanos > 0
                && !sheet.has(last.id())) {
            return hold(transaction, sheet, "the database has lost an entry that was durable");
        }
        PostgresTurn turn = new PostgresTurn(sheet.nowNanos, sheet.live(retention.keep()));
        T result = decision.decide(turn);
        if (turn.size() > retention.entriesMax()) {
            transaction.rollback();
            return away("it is full: it holds its limit of " + retention.entriesMax() + " entries");
        }
        // An earlier end may be known to the database even if the commit seems to fail, a later one only if it does
        // not.
        turn.bound().forEach(this::endsNotAfter);
        transaction.write(turn, sheet);
        turn.bound().forEach(this::ends);
        turn.added().forEach(added -> last = added);
        return new Turn.Done<>(result);
    }

    private void endsNotAfter(LedgerEntry moved) {
        if (last != null && last.id().equals(moved.id()) && moved.boundNanos() < last.boundNanos()) {
            last = moved;
        }
    }

    private void ends(LedgerEntry moved) {
        if (last != null && last.id().equals(moved.id())) {
            last = moved;
        }
    }

    /** Why the entries cannot be relied on; null if they can. */
    private @Nullable String doubt(Sheet sheet) {
        if (sheet.scope != null && !sheet.scope.timeline.equals(sheet.timelineNow)) {
            return "the database was replaced by a standby or put back from a copy: timeline " + sheet.scope.timeline
                    + " is now " + sheet.timelineNow;
        }
        if (sheet.movedNanos != 0) {
            return "the database's clock and that of a host have moved against each other by "
                    + TimeUnit.NANOSECONDS.toMillis(sheet.movedNanos) + " ms";
        }
        if (sheet.entries.stream().anyMatch(entry -> entry.grantedNanos() - sheet.nowNanos > AHEAD_MAX_NANOS)
                || (sheet.scope != null
                        && sheet.scope.holdUntilNanos - sheet.nowNanos > holdNanos(sheet) + AHEAD_MAX_NANOS)) {
            return "the database's clock went back";
        }
        return null;
    }

    private <T> Turn<T> hold(Transaction transaction, Sheet sheet, String why) throws SQLException {
        log.warn("The shared ledger {} holds everybody back: {}", scope, why);
        transaction.hold(sheet, holdNanos(sheet), why);
        // Not before: if that failed, the next turn must find the same.
        last = null;
        watch.forget();
        return new Turn.Held<>(holdNanos(sheet), why);
    }

    private long holdNanos(Sheet sheet) {
        return sheet.keepNanos(retention) + retention.unproven().toNanos();
    }

    private static boolean rolledBack(Connection connection) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** What the database said in one turn. */
    private record Sheet(
            long nowNanos, String timelineNow, @Nullable ScopeRow scope, long movedNanos, List<LedgerEntry> entries) {

        List<LedgerEntry> live(Duration keep) {
            return entries.stream()
                    .filter(entry -> entry.boundNanos() + keep.toNanos() - nowNanos > 0)
                    .toList();
        }

        boolean has(UUID id) {
            return entries.stream().anyMatch(entry -> entry.id().equals(id));
        }

        /** The longest of all who share: what one of them still needs, no other deletes. */
        long keepNanos(Retention own) {
            return Math.max(own.keep().toNanos(), scope == null ? 0 : scope.keepNanos);
        }
    }

    /** What is written of the whole scope. */
    private record ScopeRow(String timeline, long keepNanos, long holdUntilNanos, String holdReason) {}

    /** One turn's talk with the database. Every step has what is left of {@link #TURN_MAX}. */
    private final class Transaction {
        private final Connection connection;
        private final long untilNanos = MONOTONIC.nanos() + TURN_MAX.toNanos();

        Transaction(Connection connection) {
            this.connection = connection;
        }

        private void hurry() throws SQLException {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(untilNanos - MONOTONIC.nanos());
            connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, leftMillis));
        }

        void lock() throws SQLException {
            hurry();
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql.lock());
            }
        }

        /** In statements of their own: one that began before the lock was had would not see what was committed meanwhile. */
        Sheet read() throws SQLException {
            hurry();
            long before = clock.nanos();
            try (PreparedStatement state = connection.prepareStatement(sql.state())) {
                state.setString(1, scope);
                try (ResultSet row = state.executeQuery()) {
                    long after = clock.nanos();
                    row.next();
                    long now = nanos(row.getLong(1));
                    String timelineNow = row.getString(2);
                    String timeline = row.getString(3);
                    ScopeRow known = timeline == null
                            ? null
                            : new ScopeRow(timeline, nanos(row.getLong(4)), nanos(row.getLong(5)), row.getString(6));
                    return new Sheet(now, timelineNow, known, watch.movedNanos(now, before, after), entries());
                }
            }
        }

        private List<LedgerEntry> entries() throws SQLException {
            hurry();
            List<LedgerEntry> entries = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(LedgerSql.ENTRIES)) {
                select.setString(1, scope);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        entries.add(new LedgerEntry(
                                rows.getObject(1, UUID.class),
                                rows.getInt(2) == 1 ? AttemptKind.CONNECT : AttemptKind.SUBSCRIBE,
                                nanos(rows.getLong(3)),
                                nanos(rows.getLong(4))));
                    }
                }
            }
            return entries;
        }

        void write(PostgresTurn turn, Sheet sheet) throws SQLException {
            ScopeRow known = sheet.scope;
            if (known == null || known.keepNanos < sheet.keepNanos(retention)) {
                setScope(sheet, 0, "");
            } else if (turn.added().isEmpty() && turn.bound().isEmpty()) {
                rollback();
                return;
            }
            if (!turn.added().isEmpty()) {
                add(turn.added());
                forget(sheet.nowNanos - sheet.keepNanos(retention));
            }
            if (!turn.bound().isEmpty()) {
                bound(turn.bound());
            }
            commit();
        }

        private void add(List<LedgerEntry> added) throws SQLException {
            hurry();
            try (PreparedStatement insert = connection.prepareStatement(LedgerSql.ADD)) {
                for (LedgerEntry entry : added) {
                    insert.setString(1, scope);
                    insert.setObject(2, entry.id());
                    insert.setInt(3, entry.kind() == AttemptKind.CONNECT ? 1 : 2);
                    insert.setLong(4, Math.floorDiv(entry.grantedNanos(), 1_000));
                    insert.setLong(5, Math.ceilDiv(entry.boundNanos(), 1_000));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }

        private void bound(List<LedgerEntry> bound) throws SQLException {
            hurry();
            try (PreparedStatement update = connection.prepareStatement(LedgerSql.BOUND)) {
                for (LedgerEntry entry : bound) {
                    update.setLong(1, Math.ceilDiv(entry.boundNanos(), 1_000));
                    update.setString(2, scope);
                    update.setObject(3, entry.id());
                    update.addBatch();
                }
                update.executeBatch();
            }
        }

        private void forget(long boundNanos) throws SQLException {
            hurry();
            try (PreparedStatement delete = connection.prepareStatement(LedgerSql.FORGET)) {
                delete.setString(1, scope);
                delete.setLong(2, Math.floorDiv(boundNanos, 1_000));
                delete.executeUpdate();
            }
        }

        void hold(Sheet sheet, long holdNanos, String why) throws SQLException {
            setScope(sheet, sheet.nowNanos + holdNanos, why);
            forget(Long.MAX_VALUE);
            commit();
        }

        private void setScope(Sheet sheet, long holdUntilNanos, String holdReason) throws SQLException {
            hurry();
            try (PreparedStatement upsert = connection.prepareStatement(LedgerSql.SET_SCOPE)) {
                upsert.setString(1, scope);
                upsert.setString(2, sheet.timelineNow);
                upsert.setLong(3, Math.ceilDiv(sheet.keepNanos(retention), 1_000));
                upsert.setLong(4, Math.ceilDiv(holdUntilNanos, 1_000));
                upsert.setString(5, holdReason);
                upsert.executeUpdate();
            }
        }

        private void commit() throws SQLException {
            hurry();
            connection.commit();
        }

        void rollback() throws SQLException {
            hurry();
            connection.rollback();
        }

        private static long nanos(long micros) {
            return micros * 1_000;
        }
    }
}
