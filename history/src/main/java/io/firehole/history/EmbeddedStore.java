package io.firehole.history;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.firehole.history.Outbox.Backlog;
import io.firehole.history.Outbox.Shipment;
import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.time.NanoClock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The file: SQLite with a write-ahead log, one writing connection, and some that only read.
 *
 * <p>What writes belongs to the recorder's thread; questions may come from any. Commits are not forced to disk one by one: the
 * end of the process loses nothing of them, the end of power may lose the last ones.
 */
final class EmbeddedStore implements HistoryStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedStore.class);

    private static final Duration BUSY_MAX = Duration.ofSeconds(5);
    private static final Duration QUESTION_WAIT_MAX = Duration.ofSeconds(2);

    /** Beyond that the write-ahead log is cut when it has been taken into the file. */
    private static final int LOG_BYTES = 16 << 20;

    private final EmbeddedFile file;
    private final Connection writer;
    private final HikariDataSource readers;
    private final Questions questions;
    private final EmbeddedStreams streams;
    private final EmbeddedRollup rollup;
    private final EmbeddedRetention retention;
    private final Outbox outbox;

    private EmbeddedStore(EmbeddedFile file, Connection writer, boolean forwards, LongSupplier nanos)
            throws SQLException {
        this.file = file;
        this.writer = writer;
        this.streams = new EmbeddedStreams(writer);
        this.rollup = new EmbeddedRollup(writer);
        this.retention = new EmbeddedRetention(writer, streams);
        this.outbox = new Outbox(writer, forwards);
        writer.commit();
        // Last, since it has a thread that somebody must end.
        this.readers = readers(file.database());
        this.questions = new Questions(readers, TimeType.MILLIS, TimeLimit.bySteps(Questions.TIME_MAX, nanos), null);
    }

    /**
     * Opens the file of a directory that is free. One that cannot be read is put aside and begun anew, with a warning.
     *
     * @param forwards whether its rows are to be sent to a database
     * @throws IOException if none can be opened
     */
    static EmbeddedStore open(Path directory, boolean forwards, Instant now) throws IOException {
        return open(directory, forwards, now, NanoClock.system()::nanos);
    }

    /**
     * The same.
     *
     * @param nanos a clock that never goes back, by which questions take their time
     */
    static EmbeddedStore open(Path directory, boolean forwards, Instant now, LongSupplier nanos) throws IOException {
        EmbeddedFile file = EmbeddedFile.claim(directory);
        try {
            return open(file, forwards, nanos);
        } catch (SQLException e) {
            if (!isDamaged(e)) {
                file.close();
                throw new IOException(file.database() + " cannot be opened: " + e.getMessage(), e);
            }
            try {
                Path aside = file.setAside(String.valueOf(now.getEpochSecond()));
                log.warn("{} is damaged ({}); it lies in {} now, and a new history begins", file.database(), e, aside);
                return open(file, forwards, nanos);
            } catch (IOException | SQLException again) {
                file.close();
                throw new IOException(file.database() + " is damaged and cannot be replaced", again);
            }
        }
    }

    /** Opens that file. */
    private static EmbeddedStore open(EmbeddedFile file, boolean forwards, LongSupplier nanos) throws SQLException {
        SQLiteConfig config = config();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setJournalSizeLimit(LOG_BYTES);
        Connection writer = source(config, file.database()).getConnection();
        try {
            EmbeddedSchema.prepare(writer);
            writer.setAutoCommit(false);
            return new EmbeddedStore(file, writer, forwards, nanos);
        } catch (SQLException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    private static HikariDataSource readers(Path database) {
        SQLiteConfig config = config();
        config.setReadOnly(true);
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("firehole-history-questions");
        pool.setDataSource(source(config, database));
        pool.setReadOnly(true);
        pool.setMaximumPoolSize(History.QUESTIONS_AT_ONCE);
        pool.setMinimumIdle(0);
        pool.setConnectionTimeout(QUESTION_WAIT_MAX.toMillis());
        pool.setInitializationFailTimeout(-1);
        return new HikariDataSource(pool);
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout((int) BUSY_MAX.toMillis());
        return config;
    }

    private static SQLiteDataSource source(SQLiteConfig config, Path database) {
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + database);
        return source;
    }

    private static boolean isDamaged(SQLException e) {
        return e instanceof SQLiteException sqlite
                && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB
                        || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_CORRUPT);
    }

    Path file() {
        return file.database();
    }

    /** The next rows that the database does not have yet. Recorder's thread. */
    Shipment nextShipment() throws SQLException {
        return inOneGo(outbox::next);
    }

    /** How much the database does not have yet. Recorder's thread. */
    Backlog backlog() throws SQLException {
        return inOneGo(outbox::backlog);
    }

    /** As {@link Outbox#done}: all of it is written down, or nothing. Recorder's thread. */
    void shipped(Shipment shipment, boolean refreshed, Collection<Instant> toRefresh) throws SQLException {
        inOneGo(() -> {
            outbox.done(shipment, refreshed, toRefresh);
            return 0;
        });
    }

    /** The first moment of which seconds are kept for certain. Recorder's thread. */
    Instant keptFrom() throws SQLException {
        return inOneGo(retention::keptFrom);
    }

    /** Rows that the last {@link #forget} calls removed too early, by why; each is told once. Recorder's thread. */
    EmbeddedRetention retention() {
        return retention;
    }

    @Override
    public int write(Batch batch) throws SQLException {
        return inOneGo(() -> {
            Set<Long> seconds = new HashSet<>();
            Set<Long> latencies = new HashSet<>();
            int fresh = insertSeconds(batch.seconds(), seconds) + insertLatencies(batch.latencies(), latencies);
            rollup.markStale(seconds);
            rollup.markStale(latencies);
            outbox.add(Outbox.SECONDS, seconds);
            outbox.add(Outbox.LATENCIES, latencies);
            return fresh;
        });
    }

    /** Whether there is a row of that stream and second already. Recorder's thread. */
    boolean has(SecondRow row) throws SQLException {
        return inOneGo(() -> {
            try (PreparedStatement statement = writer.prepareStatement("""
                    SELECT 1 FROM grpc_pool_metrics
                    WHERE ts = ? AND instance_id = ? AND life = ? AND connection_id = ? AND monitor_id = ?""")) {
                statement.setLong(1, row.second().toEpochMilli());
                EmbeddedStreams.bind(statement, 2, row.stream());
                try (ResultSet found = statement.executeQuery()) {
                    return found.next();
                }
            }
        });
    }

    @Override
    public void rollUp(TimeRange range) throws SQLException {
        inOneGo(() -> {
            rollup.markStale(range);
            return 0;
        });
        while (rollUpStale()) {
            log.trace("{} has more to roll up", file.database());
        }
    }

    /** Rolls up some of the minutes that have changed; returns whether there are more. */
    boolean rollUpStale() throws SQLException {
        return inOneGo(rollup::some);
    }

    @Override
    public boolean forget(Instant secondsBefore, Instant rollupsBefore) throws SQLException {
        return inOneGo(() -> retention.some(secondsBefore, rollupsBefore));
    }

    /** Forgets some of the oldest seconds if the file is larger than allowed; returns whether there is more to forget for that. */
    boolean shrink(long bytesMax, Instant now) throws SQLException {
        return inOneGo(() -> retention.shrink(bytesMax, now));
    }

    @Override
    public List<HistoryRow> rows(
            Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only, int limit)
            throws SQLException {
        return questions.rows(resolution, range, groupBy, only, limit);
    }

    @Override
    public List<SeriesPoint> series(TimeRange range, Optional<Selection> only) throws SQLException {
        return questions.series(range, only);
    }

    @Override
    public List<GroupLatency> latencies(
            Resolution resolution, TimeRange range, GroupBy groupBy, Optional<Selection> only) throws SQLException {
        record Group(long life, String id) {}
        Map<Group, long[]> sums = new LinkedHashMap<>();
        String sql = "SELECT " + groupBy.life() + ", " + groupBy.id() + ", buckets FROM " + resolution.latency()
                + questions.where(resolution, only) + " LIMIT ?";
        questions.ask(sql, range, only, Integer.MAX_VALUE, row -> {
            Group group = new Group(row.getLong(1), row.getString(2));
            long[] sum = sums.get(group);
            if (sum == null && sums.size() < History.GROUPS_MAX) {
                sum = new long[LatencyBuckets.SIZE];
                sums.put(group, sum);
            }
            if (sum != null) {
                BucketBytes.addTo(sum, row.getBytes(3));
            }
        });
        List<GroupLatency> groups = new ArrayList<>(sums.size());
        sums.forEach((group, sum) -> groups.add(new GroupLatency(group.life(), group.id(), LatencyBuckets.of(sum))));
        return groups;
    }

    /** From when the oldest rollup is. Any thread. */
    Optional<Instant> oldestMinute() throws SQLException {
        try (Connection connection = readers.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT min(minute) FROM minute");
                ResultSet row = statement.executeQuery()) {
            long minute = row.getLong(1);
            return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(minute));
        }
    }

    @Override
    public void close() {
        readers.close();
        try {
            writer.close();
        } catch (SQLException e) {
            log.warn("{} was not closed in order: {}", file.database(), e.getMessage());
        }
        file.close();
    }

    private int insertSeconds(List<SecondRow> rows, Set<Long> times) throws SQLException {
        int fresh = 0;
        try (PreparedStatement statement = writer.prepareStatement(
                "INSERT INTO second VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")) {
            for (SecondRow row : rows) {
                long time = row.second().toEpochMilli();
                long[] values = {
                    time,
                    streams.number(row.stream(), row.group(), row.second()),
                    row.messages(),
                    row.bytes(),
                    row.errors(),
                    row.dropped(),
                    row.reconnects(),
                    row.latencyCount(),
                    row.latencySumMicros(),
                    row.latencyMaxMicros(),
                    row.latencyP50Micros(),
                    row.latencyP99Micros()
                };
                for (int i = 0; i < values.length; i++) {
                    statement.setLong(i + 1, values[i]);
                }
                fresh += statement.executeUpdate();
                times.add(time);
            }
        }
        return fresh;
    }

    private int insertLatencies(List<LatencyRow> rows, Set<Long> times) throws SQLException {
        int fresh = 0;
        try (PreparedStatement statement =
                writer.prepareStatement("INSERT INTO latency_second VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            for (LatencyRow row : rows) {
                statement.setLong(1, row.first().toEpochMilli());
                statement.setLong(2, streams.number(row.stream(), null, row.first()));
                statement.setBytes(3, BucketBytes.of(row.buckets()));
                fresh += statement.executeUpdate();
                times.add(row.first().toEpochMilli());
            }
        }
        return fresh;
    }

    /** Runs it in one transaction, of which all counts or nothing. */
    <T> T inOneGo(Work<T> work) throws SQLException {
        boolean good = false;
        try {
            T result = work.run();
            writer.commit();
            good = true;
            return result;
        } finally {
            if (!good) {
                streams.forgetNumbers();
                writer.rollback();
            }
        }
    }

    /** What belongs into one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }
}
