package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firehole.history.HistoryHealth.DatabaseHealth;
import io.firehole.history.KeptHistory.DatabaseLink;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.time.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The history as a whole, in virtual time, with its file and a database that is never there. */
class KeptHistoryTest {

    private static final Instant BEGIN = Instant.parse("2026-03-14T09:00:00Z");

    private final Days days = new Days(21);

    @TempDir
    Path directory;

    @Test
    void whatWasKeptIsThereAfterARestart() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 90, 4);
            history.again(true);
            history.live(days, 30, 4);
            history.again(false);
            history.rest(Duration.ofSeconds(10));

            HistoryAnswer answer =
                    history.history().rows(HistoryQuery.parse(Optional.of("1h"), Optional.of("monitor")));
            assertThat(answer.rows())
                    .isEqualTo(days.expected(0, Duration.ofMinutes(1), hour(), GroupBy.MONITOR))
                    .hasSize(8);
            assertThat(answer.truncated()).isFalse();
            assertThat(history.history().series(Period.parse("5m"), Optional.empty()))
                    .hasSize(120);
        }
    }

    @Test
    void minutesThatAKilledProcessLeftAreMadeWithoutAnotherRow() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 3, 2);
            history.again(true);
            history.rest(Duration.ofSeconds(10));
            assertThat(history.history()
                            .rows(new HistoryQuery(Period.parse("1h"), GroupBy.MONITOR))
                            .rows())
                    .isEqualTo(days.expected(0, Duration.ofMinutes(1), hour(), GroupBy.MONITOR))
                    .hasSize(2);
        }
    }

    @Test
    void percentilesOfASpanAreThoseOfAllItsLatencies() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 200, 3);
            history.rest(Duration.ofSeconds(30));

            for (String period : List.of("30m", "2h", "7d")) {
                assertThat(history.history().latencies(Period.parse(period), GroupBy.MONITOR, Optional.empty()))
                        .as("over %s", period)
                        .hasSize(3)
                        .allSatisfy(group -> assertThat(group.buckets()).isEqualTo(days.latencies(group.groupId())));
            }
        }
    }

    @Test
    void whatFindsNoRoomIsCountedAndNobodyWaits() throws Exception {
        HistorySettings narrow = new HistorySettings(
                directory,
                "host",
                HistorySettings.RETENTION_RAW,
                HistorySettings.RETENTION_ROLLUP,
                100,
                HistorySettings.BYTES_MAX,
                Optional.empty());
        VirtualTime stopped = new VirtualTime();
        History history = KeptHistory.open(narrow, new HistoryRuntime(() -> BEGIN, stopped, stopped, new Random(1)));
        for (int i = 0; i < 30; i++) {
            history.accept(days.second(BEGIN.plusSeconds(i), 10));
        }
        assertThat(history.health().waiting()).isEqualTo(100);
        assertThat(history.health().dropped()).containsExactly(Map.entry(DropReason.QUEUE_FULL, 200L));

        stopped.runFor(Duration.ofSeconds(1));
        assertThat(history.health().waiting()).isZero();
        assertThat(history.health().written()).isEqualTo(100);
        history.close();
        history.accept(days.second(BEGIN.plusSeconds(31), 10));
        assertThat(history.health().dropped()).containsEntry(DropReason.CLOSED, 10L);
    }

    @Test
    void whileTheFileIsLockedRowsWaitAndThenAllAreThere() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 5, 2);
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("history.db"));
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN EXCLUSIVE");
                history.live(days, 1, 2);
                assertThat(history.history().health().fileTrouble()).isPresent();
                statement.execute("ROLLBACK");
            }
            history.rest(Duration.ofSeconds(40));
            assertThat(history.history().health().fileTrouble()).isEmpty();
            assertThat(history.history().series(Period.parse("5m"), Optional.empty()))
                    .hasSize(6);
            assertThat(history.history().health().dropped()).isEmpty();
        }
    }

    @Test
    void lateSecondsAreKeptThoseThatAreTooLateAndDoubleOnesCounted() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 20, 2);
            MetricsSecond late = days.second(BEGIN.minusSeconds(3_000), 2);
            history.history().accept(late);
            history.history().accept(late);
            history.history().accept(new Days(1).second(BEGIN.minus(Duration.ofDays(3)), 2));
            history.rest(Duration.ofSeconds(30));

            assertThat(history.history().health().dropped())
                    .containsExactly(Map.entry(DropReason.TOO_LATE, 2L), Map.entry(DropReason.SAME_SECOND, 2L));
            TimeRange hours = new TimeRange(BEGIN.minus(Duration.ofHours(2)), BEGIN.plus(Duration.ofHours(1)));
            assertThat(history.history()
                            .rows(new HistoryQuery(Period.parse("2h"), GroupBy.MONITOR))
                            .rows())
                    .isEqualTo(days.expected(0, Duration.ofMinutes(1), hours, GroupBy.MONITOR));
            assertThat(history.history().latencies(Period.parse("1h"), GroupBy.MONITOR, Optional.empty()))
                    .allSatisfy(group -> assertThat(group.buckets()).isEqualTo(days.latencies(group.groupId())));
        }
    }

    @Test
    void secondsAreForgottenAfterTheirTimeAndMinutesStay() throws Exception {
        HistorySettings brief = new HistorySettings(
                directory,
                "host",
                Duration.ofHours(12),
                Duration.ofDays(2),
                HistorySettings.QUEUE_ROWS,
                HistorySettings.BYTES_MAX,
                Optional.empty());
        try (VirtualHistory history = new VirtualHistory(brief, BEGIN, null, 1)) {
            history.live(days, 130, 2);
            history.rest(Duration.ofHours(13));
            assertThat(history.history()
                            .rows(new HistoryQuery(Period.parse("7d"), GroupBy.MONITOR))
                            .rows())
                    .isEqualTo(days.expected(0, Duration.ofHours(1), hour(), GroupBy.MONITOR));
            assertThat(count("second")).isZero();
            assertThat(count("minute")).isEqualTo(6);
            assertThat(history.history().health().dropped()).isEmpty();

            history.rest(Duration.ofHours(40));
            assertThat(count("minute")).isZero();
            assertThat(count("stream"))
                    .as("names go with the last of their rows")
                    .isZero();
        }
    }

    @Test
    void whatTheDatabaseNeverGotIsCountedWhenItIsForgotten() throws Exception {
        NeverThere never = new NeverThere();
        try (VirtualHistory history =
                new VirtualHistory(settings(), BEGIN, new DatabaseLink(never, never, () -> {}), 1)) {
            history.live(days, 60, 3);
            history.rest(Duration.ofHours(1));
            DatabaseHealth database = history.history().health().database().orElseThrow();
            assertThat(database.trouble()).hasValue("nobody is there");
            assertThat(database.unsentSeconds()).isEqualTo(60 + 6);
            assertThat(history.history()
                            .rows(new HistoryQuery(Period.parse("24h"), GroupBy.MONITOR))
                            .fromDatabase())
                    .isFalse();

            history.rest(Duration.ofDays(2));
            assertThat(history.history().health().dropped())
                    .containsExactly(Map.entry(DropReason.NOT_FORWARDED, 180L + 18));
            assertThat(history.history().health().database().orElseThrow().unsentSeconds())
                    .isZero();
        }
    }

    @Test
    void aFileThatIsTooLargeForgetsItsOldestSecondsAndCountsThem() throws Exception {
        HistorySettings small = new HistorySettings(
                directory,
                "host",
                HistorySettings.RETENTION_RAW,
                HistorySettings.RETENTION_ROLLUP,
                200_000,
                HistorySettings.BYTES_MIN,
                Optional.empty());
        try (VirtualHistory history = new VirtualHistory(small, BEGIN, null, 1)) {
            Days many = new Days(2);
            history.live(many, 150, 160);
            history.rest(Duration.ofMinutes(5));
            long dropped = history.history().health().dropped().getOrDefault(DropReason.FILE_FULL, 0L);
            assertThat(dropped).isBetween(5_000L, 24_000L);
            assertThat(count("second") + count("latency_second") + dropped)
                    .isEqualTo(history.history().health().written());
            assertThat(history.history()
                            .rows(new HistoryQuery(Period.parse("1h"), GroupBy.CONNECTION))
                            .rows())
                    .as("minutes were made before")
                    .isEqualTo(
                            many.expected(history.history().life(), Duration.ofMinutes(1), hour(), GroupBy.CONNECTION));
        }
    }

    @Test
    void aFileThatIsTooLargeKeepsTheMinuteThatRunsWhole() throws Exception {
        HistorySettings small = new HistorySettings(
                directory,
                "host",
                HistorySettings.RETENTION_RAW,
                HistorySettings.RETENTION_ROLLUP,
                200_000,
                HistorySettings.BYTES_MIN,
                Optional.empty());
        try (VirtualHistory history = new VirtualHistory(small, BEGIN.plusSeconds(40), null, 1)) {
            Days many = new Days(2);
            history.live(many, 200, 400);
            history.rest(Duration.ofMinutes(5));
            assertThat(history.history().health().dropped().keySet()).containsExactly(DropReason.FILE_FULL);
            assertThat(history.history()
                            .rows(new HistoryQuery(Period.parse("1h"), GroupBy.CONNECTION))
                            .rows())
                    .isEqualTo(
                            many.expected(history.history().life(), Duration.ofMinutes(1), hour(), GroupBy.CONNECTION));
        }
    }

    @Test
    void aSecondThatCannotBeWrittenKeepsNobodyFromTheFile() throws Exception {
        VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1);
        history.history().accept(days.second(Instant.MAX.truncatedTo(ChronoUnit.SECONDS), 1));
        assertThatThrownBy(history::close).hasMessageContaining("overflow");
        try (VirtualHistory next = new VirtualHistory(settings(), BEGIN, null, 1)) {
            assertThat(next.history().health().file()).hasFileName("history.db");
        }
    }

    @Test
    void aSecondProcessSaysSoAndKeepsItsOwnFile() throws Exception {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger log = (Logger) LoggerFactory.getLogger(EmbeddedFile.class);
        log.addAppender(said);
        try (VirtualHistory first = new VirtualHistory(settings(), BEGIN, null, 1);
                VirtualHistory second = new VirtualHistory(settings(), BEGIN, null, 2)) {
            first.live(days, 10, 2);
            second.live(new Days(3), 10, 2);
            assertThat(first.history().health().file()).hasFileName("history.db");
            assertThat(second.history().health().file()).hasFileName("history-2.db");
            assertThat(first.history().series(Period.parse("1m"), Optional.empty()))
                    .hasSize(10);
            assertThat(second.history().series(Period.parse("1m"), Optional.empty()))
                    .hasSize(10);
            assertThat(first.history().life()).isNotEqualTo(second.history().life());
        } finally {
            log.detachAppender(said);
        }
        assertThat(said.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("Another process keeps its history in " + directory.resolve("history.db")
                        + "; this one keeps its own in " + directory.resolve("history-2.db"));
    }

    @Test
    void aDamagedFileIsPutAsideAndANewOneBegun() throws Exception {
        Files.writeString(directory.resolve("history.db"), "this was never a database, ".repeat(100));
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 5, 1);
            assertThat(history.history().series(Period.parse("1m"), Optional.empty()))
                    .hasSize(5);
        }
        assertThat(directory.resolve("history.db.damaged-" + BEGIN.getEpochSecond()))
                .content()
                .startsWith("this was never a database");
    }

    @Test
    void aFileOfANewerFireholeIsLeftAsItIs() throws Exception {
        try (Connection newer = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("history.db"));
                Statement statement = newer.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> new VirtualHistory(settings(), BEGIN, null, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("history.db")
                .hasMessageContaining("newer Firehole");
    }

    @Test
    void secondsAreGivenForAnHourAtMost() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> history.history().series(Period.parse("2h"), Optional.empty()))
                    .withMessage("seconds are given for at most 1h");
        }
    }

    @Test
    void anAnswerSaysThatThereWasMore() throws Exception {
        try (VirtualHistory history = new VirtualHistory(settings(), BEGIN, null, 1)) {
            history.live(days, 10, 4);
            history.rest(Duration.ofSeconds(10));
            HistoryAnswer three =
                    history.history().rows(new HistoryQuery(Period.DEFAULT, GroupBy.MONITOR, Optional.empty(), 3));
            assertThat(three.rows()).hasSize(3);
            assertThat(three.truncated()).isTrue();
        }
    }

    private HistorySettings settings() {
        return HistorySettings.in(directory, "host");
    }

    private static TimeRange hour() {
        return new TimeRange(BEGIN, BEGIN.plus(Duration.ofHours(1)));
    }

    private long count(String table) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("history.db"));
                Statement statement = connection.createStatement()) {
            return statement.executeQuery("SELECT count(*) FROM " + table).getLong(1);
        }
    }
}
