package io.firehole.history;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.firehole.history.KeptHistory.DatabaseLink;
import io.firehole.pool.metrics.LatencyBuckets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL, with TimescaleDB or without. What writes is on the forwarder's thread; questions may come from any, once it is
 * {@link #prepare prepared}.
 */
final class DatabaseStore implements HistoryStore, Remote {

    private static final Logger log = LoggerFactory.getLogger(DatabaseStore.class);

    /** The one that sends, Flyway's second one, and one for questions. */
    private static final int CONNECTIONS_MAX = 3;

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final String SCHEMA_TABLE = "firehole_history_schema";

    private static final String INSERT_SECONDS = """
            INSERT INTO grpc_pool_metrics
            SELECT to_timestamp(t), i, l, c, m, g, n, b, e, d, r, lc, ls, lm, lp, lq
            FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
              AS given(t, i, l, c, m, g, n, b, e, d, r, lc, ls, lm, lp, lq)
            ON CONFLICT DO NOTHING""";
    private static final String INSERT_LATENCIES = """
            INSERT INTO grpc_pool_latency
            SELECT to_timestamp(t), i, l, c, m, b::bigint[]
            FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[]) AS given(t, i, l, c, m, b)
            ON CONFLICT DO NOTHING""";

    private final HikariDataSource source;
    private final HistoryDatabase access;
    private final HistorySettings settings;
    private final Questions questions;
    private final Aggregates aggregates;

    /** Set by {@link #prepare} alone. */
    private volatile @Nullable Edition edition;

    private volatile List<String> remarks = List.of();
    private volatile List<String> jobRemarks = List.of();

    private DatabaseStore(
            HikariDataSource source, HistoryDatabase access, HistorySettings settings, InstantSource clock) {
        this.source = source;
        this.access = access;
        this.settings = settings;
        this.questions = new Questions(
                source, TimeType.TIMESTAMPTZ, TimeLimit.byDatabase(Questions.TIME_MAX), settings.instance());
        this.aggregates = new Aggregates(source, clock);
    }

    /** The database of these settings, which must have one. Connects to nobody yet. */
    static DatabaseLink link(HistorySettings settings, InstantSource clock) {
        HistoryDatabase access = settings.database().orElseThrow();
        HikariConfig config = new HikariConfig();
        config.setPoolName("firehole-history-database");
        config.setJdbcUrl(access.url());
        properties().forEach((name, value) -> config.addDataSourceProperty((String) name, value));
        access.user().ifPresent(config::setUsername);
        if (!access.password().isEmpty()) {
            config.setPassword(access.password());
        }
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(CONNECT_MAX.toMillis());
        config.setInitializationFailTimeout(-1);
        HikariDataSource source = new HikariDataSource(config);
        DatabaseStore store = new DatabaseStore(source, access, settings, clock);
        return new DatabaseLink(store, store, source);
    }

    /** A connection that may die without harm to others. */
    private Connection apart() throws SQLException {
        Properties properties = properties();
        access.user().ifPresent(user -> properties.setProperty("user", user));
        if (!access.password().isEmpty()) {
            properties.setProperty("password", access.password());
        }
        return DriverManager.getConnection(access.url(), properties);
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "firehole");
        properties.setProperty("connectTimeout", String.valueOf(CONNECT_MAX.toSeconds()));
        properties.setProperty("loginTimeout", String.valueOf(CONNECT_MAX.toSeconds()));
        properties.setProperty("socketTimeout", String.valueOf(ANSWER_MAX.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        return properties;
    }

    @Override
    public void prepare() throws SQLException {
        EditionCheck.Finding found = new EditionCheck(source, this::apart).look();
        migrate(found.edition());
        if (found.edition() == Edition.TIMESCALE) {
            aggregates.prepare(settings.retentionRaw(), settings.retentionRollup());
        }
        found.remarks().forEach(remark -> log.warn("{}: {}", access.place(), remark));
        remarks = found.remarks();
        edition = found.edition();
    }

    private void migrate(Edition found) {
        FluentConfiguration flyway = Flyway.configure()
                .dataSource(source)
                .locations(found.locations())
                .table(SCHEMA_TABLE)
                // Tables of others may be in the same schema; ours begin with version 1.
                .baselineOnMigrate(true)
                .baselineVersion("0");
        // Its lock is that of a session, so that a step which needs no transaction does not wait for itself.
        flyway.getConfigurationExtension(PostgreSQLConfigurationExtension.class).setTransactionalLock(false);
        flyway.load().migrate();
    }

    @Override
    public int write(Batch batch) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            boolean good = false;
            try {
                // One statement each: whoever makes a batch bounds its rows (Outbox.ROWS).
                int fresh = insertSeconds(connection, batch.seconds()) + insertLatencies(connection, batch.latencies());
                connection.commit();
                good = true;
                return fresh;
            } finally {
                if (!good) {
                    connection.rollback();
                }
            }
        }
    }

    private static int insertSeconds(Connection connection, List<SecondRow> rows) throws SQLException {
        Columns columns = new Columns(connection, rows.size());
        rows.forEach(row -> columns.row(
                row.second().getEpochSecond(),
                row.stream().instance(),
                row.stream().life(),
                row.stream().connection(),
                row.stream().monitor(),
                row.group(),
                row.messages(),
                row.bytes(),
                row.errors(),
                row.dropped(),
                row.reconnects(),
                row.latencyCount(),
                row.latencySumMicros(),
                row.latencyMaxMicros(),
                row.latencyP50Micros(),
                row.latencyP99Micros()));
        return columns.insert(INSERT_SECONDS);
    }

    private static int insertLatencies(Connection connection, List<LatencyRow> rows) throws SQLException {
        Columns columns = new Columns(connection, rows.size());
        rows.forEach(row -> columns.row(
                row.first().getEpochSecond(),
                row.stream().instance(),
                row.stream().life(),
                row.stream().connection(),
                row.stream().monitor(),
                literal(row.buckets())));
        return columns.insert(INSERT_LATENCIES);
    }

    private static String literal(LatencyBuckets buckets) {
        return Arrays.stream(buckets.toArray()).mapToObj(Long::toString).collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public void rollUp(TimeRange range) throws SQLException {
        if (edition == Edition.TIMESCALE) {
            aggregates.refresh(range);
        } else {
            program().rollUp(range);
        }
    }

    @Override
    public boolean needsRollUp(Instant second, Instant now) {
        return edition != Edition.TIMESCALE || Aggregates.isLate(second, now);
    }

    @Override
    public void maintain(Instant now) throws SQLException {
        if (edition == Edition.TIMESCALE) {
            aggregates.watchJobs(now);
            jobRemarks = aggregates.remarks();
        } else {
            forget(now.minus(settings.retentionRaw()), now.minus(settings.retentionRollup()));
        }
    }

    @Override
    public boolean forget(Instant secondsBefore, Instant rollupsBefore) throws SQLException {
        if (edition == Edition.TIMESCALE) {
            return false; // its own policies do that
        }
        return program().forget(secondsBefore, rollupsBefore);
    }

    private ProgramRollup program() {
        return new ProgramRollup(source, settings.instance(), edition == Edition.APACHE);
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
        String sql = "SELECT " + groupBy.life() + ", " + groupBy.id() + ", firehole_add_buckets(buckets) FROM "
                + resolution.latency() + questions.where(resolution, only) + " GROUP BY " + groupBy.columns()
                + " ORDER BY " + groupBy.columns() + " LIMIT ?";
        List<GroupLatency> groups = new ArrayList<>();
        questions.ask(sql, range, only, History.GROUPS_MAX, row -> {
            Array array = row.getArray(3);
            long[] counts = new long[LatencyBuckets.SIZE];
            Object[] values = (Object[]) array.getArray();
            for (int i = 0; i < Math.min(values.length, counts.length); i++) {
                counts[i] = ((Number) values[i]).longValue();
            }
            groups.add(new GroupLatency(row.getLong(1), row.getString(2), LatencyBuckets.of(counts)));
        });
        return groups;
    }

    @Override
    public String place() {
        return access.place();
    }

    @Override
    public Optional<String> edition() {
        return Optional.ofNullable(edition).map(Edition::label);
    }

    @Override
    public List<String> remarks() {
        List<String> all = new ArrayList<>(remarks);
        all.addAll(jobRemarks);
        return all;
    }

    /** Rows turned into one array for each column, as {@code unnest} wants them: one statement, however many there are. */
    private static final class Columns {
        private final Connection connection;
        private final int rows;
        private final List<Object[]> columns = new ArrayList<>();
        private int at;

        Columns(Connection connection, int rows) {
            this.connection = connection;
            this.rows = rows;
        }

        void row(Object... values) {
            for (int i = 0; i < values.length; i++) {
                if (at == 0) {
                    columns.add(values[i] instanceof String ? new String[rows] : new Long[rows]);
                }
                // PostgreSQL has no character 0 in texts, and must not refuse all rows for one name.
                columns.get(i)[at] = values[i] instanceof String text ? text.replace('\0', '\uFFFD') : values[i];
            }
            at++;
        }

        int insert(String sql) throws SQLException {
            if (at == 0) {
                return 0;
            }
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < columns.size(); i++) {
                    Object[] column = columns.get(i);
                    statement.setArray(
                            i + 1, connection.createArrayOf(column instanceof String[] ? "text" : "bigint", column));
                }
                return statement.executeUpdate();
            }
        }
    }
}
