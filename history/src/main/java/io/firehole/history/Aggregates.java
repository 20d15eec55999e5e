package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TimescaleDB's part: policies that refresh, compress and forget, and a look at whether its scheduler runs them.
 *
 * <p>The periods keep an order, or history is lost: what may come late is younger than what is refreshed, that than what is
 * compressed, and that than what is forgotten; a refresh over seconds that are gone would delete their minutes. Where the
 * scheduler does not run a job, or records it as failed, the program runs it. Forwarder's thread.
 */
final class Aggregates {

    private static final Logger log = LoggerFactory.getLogger(Aggregates.class);

    /** Later rows than that are refreshed by the program. */
    private static final Duration END_OFFSET = Duration.ofMinutes(1);

    private static final Duration OVERDUE_LEAST = Duration.ofMinutes(3);

    private record Policy(String relation, String startOffset, String endOffset, String every) {}

    private static final List<Policy> REFRESHES = List.of(
            new Policy("grpc_metrics_1m", "6 hours", "1 minute", "1 minute"),
            new Policy("grpc_latency_1m", "6 hours", "1 minute", "1 minute"),
            new Policy("grpc_metrics_1h", "12 hours", "1 hour", "15 minutes"),
            new Policy("grpc_latency_1h", "12 hours", "1 hour", "15 minutes"));
    private static final List<String> SECONDS = List.of("grpc_pool_metrics", "grpc_pool_latency");

    private static final String JOBS = """
            SELECT j.job_id, extract(epoch FROM j.schedule_interval)::bigint, s.last_run_status, s.last_successful_finish
            FROM timescaledb_information.jobs j LEFT JOIN timescaledb_information.job_stats s USING (job_id)
            WHERE j.scheduled AND j.proc_name LIKE 'policy\\_%' AND (
              (j.hypertable_schema, j.hypertable_name) IN (SELECT current_schema(), unnest(?::text[]))
              OR (j.hypertable_schema, j.hypertable_name) IN (
                SELECT materialization_hypertable_schema, materialization_hypertable_name
                FROM timescaledb_information.continuous_aggregates
                WHERE view_schema = current_schema() AND view_name = ANY (?::text[])))
            ORDER BY j.job_id""";

    private final DataSource source;
    private final InstantSource clock;

    /** When the program last ran a job, or tried to. */
    private final Map<Long, Instant> triedByProgram = new HashMap<>();

    private final Map<Long, String> failures = new HashMap<>();
    private final Map<Long, Instant> firstSeen = new HashMap<>();
    private List<String> remarks = List.of();

    Aggregates(DataSource source, InstantSource clock) {
        this.source = source;
        this.clock = clock;
    }

    /** What is wrong with the jobs, for people. */
    List<String> remarks() {
        return remarks;
    }

    /** Makes the policies, or changes those whose periods are not those of the settings. */
    void prepare(Duration secondsKept, Duration rollupsKept) throws SQLException {
        try (Connection connection = source.getConnection()) {
            for (Policy policy : REFRESHES) {
                try (PreparedStatement statement = connection.prepareStatement("""
                        SELECT add_continuous_aggregate_policy(?::regclass, start_offset => ?::interval,
                          end_offset => ?::interval, schedule_interval => ?::interval, if_not_exists => true)""")) {
                    statement.setString(1, policy.relation());
                    statement.setString(2, policy.startOffset());
                    statement.setString(3, policy.endOffset());
                    statement.setString(4, policy.every());
                    statement.execute();
                }
                keep(connection, policy.relation(), rollupsKept);
            }
            for (String relation : SECONDS) {
                compress(connection, relation);
                keep(connection, relation, secondsKept);
            }
        }
    }

    private static void compress(Connection connection, String relation) throws SQLException {
        boolean enabled = isCompressed(connection, relation);
        try (Statement statement = connection.createStatement()) {
            if (!enabled) {
                statement.execute(
                        "ALTER TABLE " + relation + " SET (timescaledb.enable_columnstore = true,"
                                + " timescaledb.segmentby = 'instance_id, life, connection_id, monitor_id', timescaledb.orderby = 'ts')");
            }
            statement.execute("CALL add_columnstore_policy('" + relation
                    + "', after => INTERVAL '6 hours', if_not_exists => true)");
        } catch (SQLException e) {
            // An older TimescaleDB (before 2.18) has it under other names. It costs room, and nothing else.
            log.warn("{} is not compressed: {}", relation, Forwarder.told(e));
        }
    }

    private static boolean isCompressed(Connection connection, String relation) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT compression_enabled FROM timescaledb_information.hypertables
                WHERE hypertable_schema = current_schema() AND hypertable_name = ?""")) {
            statement.setString(1, relation);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static void keep(Connection connection, String relation, Duration time) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT remove_retention_policy(?::regclass, if_exists => true)
                WHERE EXISTS (SELECT 1 FROM timescaledb_information.jobs j
                  LEFT JOIN timescaledb_information.continuous_aggregates c
                    ON c.materialization_hypertable_schema = j.hypertable_schema
                    AND c.materialization_hypertable_name = j.hypertable_name
                  WHERE j.proc_name = 'policy_retention'
                    AND coalesce(c.view_schema, j.hypertable_schema) = current_schema()
                    AND coalesce(c.view_name, j.hypertable_name) = ?
                    AND (j.config ->> 'drop_after')::interval <> make_interval(secs => ?))""")) {
            statement.setString(1, relation);
            statement.setString(2, relation);
            statement.setDouble(3, (double) time.toSeconds());
            statement.execute();
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT add_retention_policy(?::regclass, drop_after => make_interval(secs => ?), if_not_exists => true)")) {
            statement.setString(1, relation);
            statement.setDouble(2, (double) time.toSeconds());
            statement.execute();
        }
    }

    /** Whether the policies may have passed over rows of that second. */
    static boolean isLate(Instant second, Instant now) {
        return second.isBefore(now.minus(END_OFFSET.multipliedBy(2)));
    }

    /**
     * Refreshes a range in all aggregates, those of minutes first. Never with an open beginning, never over what is gone, and
     * never a minute or an hour that is not over: what comes of it later would be below what is refreshed, and invisible.
     */
    void refresh(TimeRange range) throws SQLException {
        refresh(List.of("grpc_metrics_1m", "grpc_latency_1m"), range, Resolution.MINUTE.step());
        refresh(List.of("grpc_metrics_1h", "grpc_latency_1h"), range, Resolution.HOUR.step());
    }

    private void refresh(List<String> relations, TimeRange range, Duration step) throws SQLException {
        TimeRange whole = range.whole(step);
        Instant over = TimeRange.floor(clock.instant(), step);
        Instant end = whole.to().isBefore(over) ? whole.to() : over;
        if (whole.from().isBefore(end)) {
            for (String relation : relations) {
                refresh(relation, new TimeRange(whole.from(), end));
            }
        }
    }

    private void refresh(String relation, TimeRange range) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("CALL refresh_continuous_aggregate(?::regclass, ?, ?)")) {
            statement.setString(1, relation);
            TimeType.TIMESTAMPTZ.bind(statement, 2, range.from());
            TimeType.TIMESTAMPTZ.bind(statement, 3, range.to());
            statement.execute();
        }
    }

    private record Job(long id, Duration every, boolean failed, Instant worked) {

        boolean isOverdue(Instant now, Instant by) {
            Duration patience = every.multipliedBy(3);
            Instant last = worked.isAfter(by) ? worked : by;
            return now.isAfter(last.plus(patience.compareTo(OVERDUE_LEAST) > 0 ? patience : OVERDUE_LEAST));
        }
    }

    /**
     * Runs the jobs that the scheduler should have run and did not, or failed at, first those that it has not run for longest. One
     * that fails is said and waits for its next time, the rest for the next call: each may last until the database is given up.
     */
    void watchJobs(Instant now) throws SQLException {
        List<Job> jobs = jobs();
        List<Job> wrong = new ArrayList<>();
        for (Job job : jobs) {
            Instant seen = firstSeen.computeIfAbsent(job.id(), first -> now);
            if (job.isOverdue(now, seen) || job.failed()) {
                wrong.add(job);
            } else {
                failures.remove(job.id());
            }
        }
        List<Job> due = wrong.stream()
                .filter(job -> !now.isBefore(tried(job).plus(job.every())))
                .sorted(Comparator.comparing(this::tried))
                .toList();
        for (Job job : due) {
            triedByProgram.put(job.id(), now);
            if (!isRun(job)) {
                break;
            }
        }
        if (!wrong.isEmpty() && remarks.isEmpty()) {
            log.warn(
                    "{} of {} jobs: {}; see timescaledb_information.job_errors",
                    wrong.size(),
                    jobs.size(),
                    remark(wrong.getFirst()));
        }
        remarks = wrong.stream().map(this::remark).toList();
    }

    private Instant tried(Job job) {
        return triedByProgram.getOrDefault(job.id(), Instant.EPOCH);
    }

    private String remark(Job job) {
        String failure = failures.get(job.id());
        return "the database's scheduler " + (job.failed() ? "fails at" : "does not run") + " job " + job.id()
                + (failure == null ? "; Firehole runs it" : "; Firehole runs it, and fails: " + failure);
    }

    private boolean isRun(Job job) {
        try {
            run(job);
            failures.remove(job.id());
            return true;
        } catch (SQLException e) {
            failures.put(job.id(), Forwarder.told(e));
            return false;
        }
    }

    private void run(Job job) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement("CALL run_job(?)")) {
            statement.setInt(1, Math.toIntExact(job.id()));
            statement.execute();
        }
    }

    private List<Job> jobs() throws SQLException {
        List<Job> jobs = new ArrayList<>();
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(JOBS)) {
            String[] views = REFRESHES.stream().map(Policy::relation).toArray(String[]::new);
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            Stream.concat(SECONDS.stream(), REFRESHES.stream().map(Policy::relation))
                                    .toArray()));
            statement.setArray(2, connection.createArrayOf("text", views));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    OffsetDateTime worked = row.getObject(4, OffsetDateTime.class);
                    jobs.add(new Job(
                            row.getLong(1),
                            Duration.ofSeconds(row.getLong(2)),
                            "Failed".equals(row.getString(3)),
                            worked == null || worked.equals(OffsetDateTime.MIN)
                                    ? Instant.EPOCH
                                    : worked.withOffsetSameInstant(ZoneOffset.UTC)
                                            .toInstant()));
                }
            }
        }
        return jobs;
    }
}
