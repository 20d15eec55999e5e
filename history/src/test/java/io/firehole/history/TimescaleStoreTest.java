package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.firehole.history.KeptHistory.DatabaseLink;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database this is made for. Its policies are asserted to exist, and run by hand: nothing else runs them here. */
class TimescaleStoreTest extends DatabaseStoreContract {

    private final Instant noon = Instant.now().truncatedTo(ChronoUnit.HOURS);

    @TempDir
    static Path data;

    private static Timescale timescale;

    @BeforeAll
    static void start() {
        timescale = Timescale.in(data);
    }

    @AfterAll
    static void stop() {
        if (timescale != null) {
            timescale.close();
        }
    }

    @Override
    HistoryDatabase access() {
        return timescale.access();
    }

    @Test
    void hasTheTablesPoliciesAndColumnsThatWereOrdered() throws Exception {
        DatabaseLink link = link("policies");
        link.remote().prepare();
        assertThat(link.remote().edition()).hasValue("TimescaleDB");
        assertThat(link.remote().remarks()).isEmpty();

        assertThat(query("SELECT hypertable_name, compression_enabled FROM timescaledb_information.hypertables"
                        + " WHERE hypertable_name LIKE 'grpc%' ORDER BY 1"))
                .containsExactly(tuple("grpc_pool_latency", "t"), tuple("grpc_pool_metrics", "t"));
        assertThat(
                        query(
                                "SELECT view_name, materialized_only FROM timescaledb_information.continuous_aggregates ORDER BY 1"))
                .containsExactly(
                        tuple("grpc_latency_1h", "f"),
                        tuple("grpc_latency_1m", "f"),
                        tuple("grpc_metrics_1h", "f"),
                        tuple("grpc_metrics_1m", "f"));
        assertThat(
                        query(
                                "SELECT proc_name, count(*) FROM timescaledb_information.jobs WHERE job_id >= 1000 GROUP BY 1 ORDER BY 1"))
                .containsExactly(
                        tuple("policy_compression", "2"),
                        tuple("policy_refresh_continuous_aggregate", "4"),
                        tuple("policy_retention", "6"));
        assertThat(query("SELECT minute, connection_id, monitor_id, message_count, error_count, avg_bytes, max_latency"
                        + " FROM grpc_metrics_1m LIMIT 0"))
                .isEmpty();
        assertThat(query(
                        "SELECT indexname FROM pg_indexes WHERE tablename = 'grpc_pool_metrics' AND indexname LIKE '%by_%'"
                                + " ORDER BY 1"))
                .containsExactly(
                        tuple("grpc_pool_metrics_by_connection"),
                        tuple("grpc_pool_metrics_by_monitor"),
                        tuple("grpc_pool_metrics_by_time"));
    }

    @Test
    void otherPeriodsChangeThePoliciesThereAre() throws Exception {
        store("periods");
        HistorySettings usual = settings("periods");
        HistorySettings longer = new HistorySettings(
                usual.directory(),
                usual.instance(),
                Duration.ofDays(5),
                Duration.ofDays(200),
                usual.queueRows(),
                usual.bytesMax(),
                usual.database());
        DatabaseLink link = DatabaseStore.link(longer, InstantSource.system());
        try (AutoCloseable pool = link.pool()) {
            link.remote().prepare();
            assertThat(pool).isNotNull();
        }
        String kept = "SELECT DISTINCT (config ->> 'drop_after')::interval::text FROM timescaledb_information.jobs"
                + " WHERE proc_name = 'policy_retention' ORDER BY 1";
        assertThat(query(kept)).containsExactly(tuple("120:00:00"), tuple("4800:00:00"));
        store("periods again");
        assertThat(query(kept)).containsExactly(tuple("2160:00:00"), tuple("48:00:00"));
    }

    @Test
    void aPolicyThatIsMissingIsMadeWithTheNextStart() throws Exception {
        String compressing = "SELECT hypertable_name FROM timescaledb_information.jobs"
                + " WHERE proc_name = 'policy_compression' ORDER BY 1";
        store("gone");
        execute("CALL remove_columnstore_policy('grpc_pool_metrics')");
        assertThat(query(compressing)).containsExactly(tuple("grpc_pool_latency"));
        store("gone");
        assertThat(query(compressing)).containsExactly(tuple("grpc_pool_latency"), tuple("grpc_pool_metrics"));
    }

    @Test
    void rowsBelowWhatIsRefreshedAreInvisibleUntilTheForwarderRefreshesThem() throws Exception {
        HistoryStore store = store("below");
        Days days = new Days(9);
        Instant begin = noon.minus(Duration.ofHours(12));
        TimeRange hour = new TimeRange(begin, begin.plus(Duration.ofHours(1)));
        store.write(Days.batch(List.of(new Days(1).second(hour.to().minusSeconds(1), 1)), "somebody else", 1));
        store.rollUp(hour);
        for (int i = 0; i < 60; i++) {
            days.second(begin.plusSeconds(i), 2);
        }
        store.write(Days.batch(days.all(), "below", 1));

        assertThat(rows(store, Resolution.MINUTE, hour, GroupBy.MONITOR)).isEmpty();
        assertThat(((Remote) store).needsRollUp(begin, noon)).isTrue();
        assertThat(((Remote) store).needsRollUp(noon.minusSeconds(30), noon)).isFalse();
        store.rollUp(hour);
        assertThat(rows(store, Resolution.MINUTE, hour, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), hour, GroupBy.MONITOR));
    }

    @Test
    void jobsThatTheSchedulerDoesNotRunAreRunByTheProgram() throws Exception {
        DatabaseLink link = link("jobs");
        link.remote().prepare();
        Days days = new Days(4);
        Instant begin = noon.minus(Duration.ofHours(3));
        for (int i = 0; i < 60; i++) {
            days.second(begin.plusSeconds(i), 2);
        }
        link.remote().write(Days.batch(days.all(), "jobs", 1));
        String materialized =
                "SELECT sum(message_count) FROM " + materialization("grpc_metrics_1m") + " WHERE instance_id = 'jobs'";
        assertThat(query(materialized)).containsExactly(tuple((Object) null));

        link.remote().maintain(noon);
        assertThat(link.remote().remarks())
                .as("they have some minutes to begin")
                .isEmpty();
        link.remote().maintain(noon.plus(Duration.ofMinutes(5)));
        assertThat(link.remote().remarks())
                .isNotEmpty()
                .allSatisfy(remark -> assertThat(remark).contains("scheduler does not run job", "Firehole runs it"));
        long messages = days.expected(0, Duration.ofHours(1), new TimeRange(begin, noon), GroupBy.MONITOR).stream()
                .mapToLong(HistoryRow::messages)
                .sum();
        assertThat(query(materialized)).containsExactly(tuple(String.valueOf(messages)));
    }

    @Test
    void aJobThatCannotBeRunIsSaidAndTheOthersAreRun() throws Exception {
        DatabaseLink link = link("broken");
        link.remote().prepare();
        Instant begin = noon.minus(Duration.ofHours(2));
        link.remote().write(Days.batch(List.of(new Days(4).second(begin, 2)), "broken", 1));
        String materialized =
                "SELECT count(*) FROM " + materialization("grpc_latency_1m") + " WHERE instance_id = 'broken'";
        String first = String.valueOf(query("SELECT min(job_id) FROM timescaledb_information.jobs"
                        + " WHERE job_id >= 1000 AND proc_name = 'policy_refresh_continuous_aggregate'")
                .getFirst()
                .toList()
                .getFirst());
        String config = "SELECT config FROM timescaledb_information.jobs WHERE job_id = " + first;
        String good = String.valueOf(query(config).getFirst().toList().getFirst());
        String jobs = query("SELECT table_schema FROM information_schema.tables WHERE table_name = 'bgw_job'")
                        .getFirst()
                        .toList()
                        .getFirst()
                + ".bgw_job";
        execute("UPDATE " + jobs + " SET config = '{\"mat_hypertable_id\": -1}' WHERE id = " + first);
        try {
            link.remote().maintain(noon);
            link.remote().maintain(noon.plus(Duration.ofMinutes(5)));
            link.remote().maintain(noon.plus(Duration.ofMinutes(6)));
            assertThat(link.remote().remarks())
                    .filteredOn(remark -> remark.contains("and fails"))
                    .singleElement()
                    .asString()
                    .contains("job " + first, "not found");
            assertThat(query(materialized)).containsExactly(tuple("2"));
        } finally {
            execute("UPDATE " + jobs + " SET config = '" + good + "' WHERE id = " + first);
        }
    }

    @Test
    void whatIsCompressedTakesLateRowsAndOldChunksGoByPolicy() throws Exception {
        HistoryStore store = store("compressed");
        Days days = new Days(6);
        Instant begin = noon.minus(Duration.ofHours(20));
        Instant old = noon.minus(Duration.ofHours(60));
        days.second(begin, 2);
        days.second(old, 2);
        Batch batch = Days.batch(days.all(), "compressed", 1);
        store.write(batch);
        TimeRange all = new TimeRange(old, noon);
        store.rollUp(all);
        for (Tuple job : query("SELECT job_id FROM timescaledb_information.jobs"
                + " WHERE proc_name IN ('policy_compression', 'policy_retention') ORDER BY proc_name")) {
            execute("CALL run_job(" + job.toList().getFirst() + ")");
        }
        assertThat(query("SELECT count(*) > 0 FROM timescaledb_information.chunks WHERE is_compressed"))
                .containsExactly(tuple("t"));
        assertThat(store.series(new TimeRange(old, old.plusSeconds(60)), Optional.empty()))
                .isEmpty();
        assertThat(store.series(new TimeRange(begin, begin.plusSeconds(60)), Optional.empty()))
                .hasSize(1);
        assertThat(rows(store, Resolution.MINUTE, all, GroupBy.MONITOR))
                .as("minutes stay")
                .hasSize(4);

        Batch late = Days.batch(List.of(days.second(begin.plusSeconds(1), 2)), "compressed", 1);
        assertThat(store.write(late)).isEqualTo(late.rows());
        assertThat(store.write(late)).isZero();
    }

    @Test
    void compressionSavesTheRoomThatThePageSays() throws Exception {
        DatabaseLink link = link("room");
        link.remote().prepare();
        BusyHours hours = new BusyHours();
        Instant begin = noon.minus(Duration.ofDays(5));
        for (int minute = 0; minute < 60; minute++) {
            link.remote().write(hours.minute(begin.plus(Duration.ofMinutes(minute)), "room"));
        }
        long before = 0;
        long after = 0;
        for (String table : List.of("grpc_pool_metrics", "grpc_pool_latency")) {
            String hour = "show_chunks('" + table + "', newer_than => timestamptz '" + begin.minusSeconds(1)
                    + "', older_than => timestamptz '" + begin.plus(Duration.ofHours(1)) + "')";
            execute("SELECT compress_chunk(c) FROM " + hour + " c");
            List<Object> bytes = query("SELECT sum(before_compression_total_bytes), sum(after_compression_total_bytes)"
                            + " FROM chunk_compression_stats('" + table + "')"
                            + " WHERE (chunk_schema || '.' || chunk_name)::regclass IN (SELECT " + hour + ")")
                    .getFirst()
                    .toList();
            before += Long.parseLong((String) bytes.get(0));
            after += Long.parseLong((String) bytes.get(1));
        }
        System.out.printf("An hour of %d monitors: %,d bytes, compressed %,d%n", BusyHours.MONITORS, before, after);
        assertThat((double) before / after).isGreaterThan(10);
    }

    @Test
    void aServerThatIsKilledAndStartedAgainHasAllOfItOnce() throws Exception {
        DatabaseLink link = link("server");
        Days days = new Days(8);
        try (VirtualHistory history = history("server", link, link.remote())) {
            history.live(days, 30, 2);
            execute("CHECKPOINT");
            timescale.kill();
            history.live(days, 10, 2);
            assertThat(database(history).trouble()).isPresent();
            timescale.restart();
            history.live(days, 60, 2);
            history.rest(Duration.ofMinutes(1));
            assertThat(database(history).trouble()).isEmpty();
            assertThat(database(history).unsentSeconds()).isZero();
        }
        TimeRange all = new TimeRange(begin, begin.plus(Duration.ofMinutes(10)));
        assertThat(rows(link.store(), Resolution.MINUTE, all, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), all, GroupBy.MONITOR));
    }

    private String materialization(String view) throws SQLException {
        return "_timescaledb_internal."
                + query("SELECT materialization_hypertable_name FROM timescaledb_information.continuous_aggregates"
                                + " WHERE view_name = '" + view + "'")
                        .getFirst()
                        .toList()
                        .getFirst();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<Tuple> query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<Tuple> rows = new ArrayList<>();
            while (row.next()) {
                Object[] values = new Object[row.getMetaData().getColumnCount()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = row.getString(i + 1);
                }
                rows.add(tuple(values));
            }
            return rows;
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(timescale.access().url(), "postgres", "postgres");
    }
}
