package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.history.KeptHistory.DatabaseLink;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TimescaleDB with hypertables alone: it says that it is the Apache edition, and refuses what that one refuses. */
class ApacheStoreTest extends DatabaseStoreContract {

    @TempDir
    static Path data;

    private static Timescale timescale;

    @BeforeAll
    static void start() {
        timescale = Timescale.apacheIn(data);
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
    void isExplainedAndHasHypertablesAndTablesThatFireholeFills() throws Exception {
        DatabaseLink link = link("words");
        link.remote().prepare();
        assertThat(link.remote().edition()).hasValue("TimescaleDB, Apache edition");
        assertThat(link.remote().remarks())
                .singleElement()
                .asString()
                .contains(
                        "Apache edition",
                        "refuses continuous aggregates, compression and policies",
                        "Everything is kept");
        assertThat(count("timescaledb_information.hypertables WHERE hypertable_name LIKE 'grpc%'"))
                .isEqualTo(2);
        assertThat(count("timescaledb_information.continuous_aggregates")).isZero();
        assertThat(count("timescaledb_information.jobs WHERE job_id >= 1000")).isZero();
    }

    @Test
    void oldHoursAreDroppedByTheProgramAndTheirMinutesStay() throws Exception {
        HistoryStore store = store("old");
        Instant old = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofDays(9));
        Days days = new Days(15);
        days.second(old, 2);
        days.second(old.plus(Duration.ofHours(2)), 2);
        store.write(Days.batch(days.all(), "old", 1));
        TimeRange all = new TimeRange(old, old.plus(Duration.ofHours(3)));
        store.rollUp(all);
        store.forget(old.plus(Duration.ofMinutes(90)), old);
        assertThat(store.series(all, Optional.empty()))
                .extracting(SeriesPoint::second)
                .isEqualTo(List.of(old.plus(Duration.ofHours(2))));
        assertThat(rows(store, Resolution.MINUTE, all, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), all, GroupBy.MONITOR));
    }

    private static int count(String from) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(timescale.access().url(), "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + from)) {
            return row.next() ? row.getInt(1) : -1;
        }
    }
}
