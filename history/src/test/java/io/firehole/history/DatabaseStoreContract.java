package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.history.HistoryHealth.DatabaseHealth;
import io.firehole.history.KeptHistory.DatabaseLink;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every database must do, beyond what every store does: get all that the file has, once, whatever happens between. */
abstract class DatabaseStoreContract extends HistoryStoreContract {

    private static final AtomicInteger TESTS = new AtomicInteger();

    /**
     * When the test begins: some minutes before an hour ends, so that it ends in the test, and after all tests before it, since
     * what those have refreshed is refreshed for all.
     */
    final Instant begin = Instant.now()
            .truncatedTo(ChronoUnit.HOURS)
            .plus(Duration.ofHours(TESTS.incrementAndGet()))
            .plus(Duration.ofMinutes(54));

    private @Nullable VirtualHistory current;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Days days = new Days(11);

    @TempDir
    Path directory;

    abstract HistoryDatabase access();

    HistorySettings settings(String instance) {
        return HistorySettings.in(directory, instance).with(access());
    }

    DatabaseLink link(String instance) {
        DatabaseLink link = DatabaseStore.link(settings(instance), this::now);
        open.add(link.pool());
        return link;
    }

    @Override
    HistoryStore store(String instance) throws Exception {
        DatabaseLink link = link(instance);
        link.remote().prepare();
        return link.store();
    }

    VirtualHistory history(String instance, DatabaseLink link, Remote remote) throws Exception {
        return history(settings(instance), link, remote);
    }

    private VirtualHistory history(HistorySettings settings, DatabaseLink link, Remote remote) throws Exception {
        VirtualHistory history = new VirtualHistory(
                settings,
                begin,
                new DatabaseLink(link.store(), remote, () -> {}),
                settings.instance().hashCode());
        open.add(history);
        current = history;
        return history;
    }

    private Instant now() {
        return current == null ? Instant.now() : current.now();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void tenMinutesWithoutTheDatabaseCostNothing() throws Exception {
        DatabaseLink link = link("outage");
        FlakyRemote remote = new FlakyRemote(link.remote());
        VirtualHistory history = history("outage", link, remote);
        history.live(days, 60, 3);
        assertThat(database(history).unsentSeconds()).isLessThan(15);

        remote.goAway();
        history.live(days, 600, 3);
        DatabaseHealth away = database(history);
        assertThat(away.trouble()).hasValue("connection refused");
        assertThat(away.unsentSeconds()).as("seconds, and latencies every ten").isBetween(600L, 700L);
        assertThat(away.oldestUnsent().orElseThrow()).isBetween(begin.plusSeconds(45), begin.plusSeconds(60));
        assertThat(remote.attempts()).as("attempts grow rarer").isBetween(20, 100);
        assertSame(history.history(), history.now(), "what the file says meanwhile");

        remote.comeBack();
        history.live(days, 60, 3);
        history.rest(Duration.ofSeconds(15));
        assertSame(link.store(), history.history(), history.now());
        assertThat(database(history).alreadyThere()).isZero();
        assertThat(database(history).unsentSeconds()).isLessThan(15);
        assertThat(history.history().health().dropped()).isEmpty();
    }

    @Test
    void aDatabaseThatIsAwayForTooLongGetsTheNewestRowsAndTheOthersAreCounted() throws Exception {
        DatabaseLink link = link("too long");
        FlakyRemote remote = new FlakyRemote(link.remote());
        HistorySettings usual = settings("too long");
        HistorySettings small = new HistorySettings(
                usual.directory(),
                usual.instance(),
                usual.retentionRaw(),
                usual.retentionRollup(),
                usual.queueRows(),
                HistorySettings.BYTES_MIN,
                usual.database());
        VirtualHistory history = history(small, link, remote);
        remote.goAway();
        int monitors = 80;
        history.live(days, 420, monitors);
        history.rest(Duration.ofMinutes(2));
        assertThat(used()).isLessThanOrEqualTo(HistorySettings.BYTES_MIN);
        assertThat(history.history().health().dropped().keySet()).containsExactly(DropReason.NOT_FORWARDED);

        remote.comeBack();
        history.rest(Duration.ofMinutes(2));
        long never = history.history().health().dropped().getOrDefault(DropReason.NOT_FORWARDED, 0L);
        assertThat(never).isGreaterThan(100L * monitors);
        assertThat(database(history).unsentSeconds()).isZero();
        assertThat(database(history).alreadyThere()).isZero();
        assertThat(database(history).sent() + never)
                .isEqualTo(history.history().health().written());
        Map<Instant, Long> messages = days.all().stream()
                .collect(Collectors.toMap(
                        MetricsSecond::begin,
                        second -> second.streams().stream()
                                .mapToLong(StreamSecond::messages)
                                .sum()));
        assertThat(link.store().series(new TimeRange(begin, history.now()), Optional.empty()))
                .as("whole seconds, the newest included")
                .allSatisfy(point -> assertThat(point.messages()).isEqualTo(messages.get(point.second())))
                .extracting(SeriesPoint::second)
                .endsWith(begin.plusSeconds(419));
    }

    /** Bytes of the file that are in use. */
    private long used() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("history.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT (page_count - freelist_count) * page_size"
                        + " FROM pragma_page_count, pragma_freelist_count, pragma_page_size")) {
            return row.getLong(1);
        }
    }

    @Test
    void upkeepThatFailsHoldsUpNoRow() throws Exception {
        DatabaseLink link = link("neglected");
        FlakyRemote remote = new FlakyRemote(link.remote());
        remote.neglect();
        VirtualHistory history = history("neglected", link, remote);
        history.live(days, 180, 3);
        history.rest(Duration.ofSeconds(30));

        DatabaseHealth health = database(history);
        assertThat(health.trouble()).isEmpty();
        assertThat(health.unsentSeconds()).isZero();
        assertThat(remote.attempts()).as("once a minute").isBetween(3, 4);
        assertThat(health.remarks()).anySatisfy(remark -> assertThat(remark).contains("upkeep", "job 1000 not found"));
        assertSame(link.store(), history.history(), history.now());

        remote.comeBack();
        history.rest(Duration.ofMinutes(2));
        assertThat(database(history).remarks()).noneMatch(remark -> remark.contains("upkeep"));
    }

    @Test
    void aLostAnswerDoublesNothing() throws Exception {
        DatabaseLink link = link("silent");
        FlakyRemote remote = new FlakyRemote(link.remote());
        VirtualHistory history = history("silent", link, remote);
        history.live(days, 30, 3);
        remote.goSilent();
        history.live(days, 90, 3);
        remote.comeBack();
        history.live(days, 60, 3);
        history.rest(Duration.ofSeconds(15));

        assertThat(database(history).alreadyThere()).isPositive();
        assertSame(link.store(), history.history(), history.now());
        assertThat(history.history().health().dropped()).isEmpty();
    }

    @Test
    void aKilledProcessLosesNoSecondAndDoublesNone() throws Exception {
        DatabaseLink link = link("killed");
        FlakyRemote remote = new FlakyRemote(link.remote());
        VirtualHistory history = history("killed", link, remote);
        history.live(days, 20, 2);
        remote.goSilent();
        history.live(days, 20, 2);
        history.again(true);
        remote.comeBack();
        history.live(days, 40, 2);
        history.again(false);
        history.live(days, 40, 2);
        history.rest(Duration.ofSeconds(10));

        TimeRange all = new TimeRange(begin, history.now().plusSeconds(60));
        assertThat(rows(link.store(), Resolution.MINUTE, all, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), all, GroupBy.MONITOR));
        assertThat(rows(link.store(), Resolution.MINUTE, all, GroupBy.CONNECTION))
                .extracting(HistoryRow::life)
                .satisfies(lives ->
                        assertThat(lives.stream().distinct()).as("three lives").hasSize(3))
                .contains(history.history().life());
    }

    @Test
    void aDatabaseThatComesLaterGetsWhatTheFileAlreadyHad() throws Exception {
        HistorySettings alone = HistorySettings.in(directory, "later");
        try (VirtualHistory before = new VirtualHistory(alone, begin, null, 1)) {
            before.live(days, 45, 2);
        }
        DatabaseLink link = link("later");
        VirtualHistory history = history("later", link, link.remote());
        history.rest(Duration.ofMinutes(5));

        TimeRange all = new TimeRange(begin, begin.plusSeconds(60));
        assertThat(rows(link.store(), Resolution.MINUTE, all, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), all, GroupBy.MONITOR))
                .isNotEmpty();
        assertThat(link.store().latencies(Resolution.MINUTE, all, GroupBy.MONITOR, Optional.empty()))
                .allSatisfy(group -> assertThat(group.buckets()).isEqualTo(days.latencies(group.groupId())))
                .hasSize(2);
    }

    @Test
    void aFileThatWasLostIsMadeUpForByTheDatabase() throws Exception {
        DatabaseLink link = link("lost");
        VirtualHistory history = history("lost", link, link.remote());
        history.live(days, 130, 2);
        history.rest(Duration.ofSeconds(10));
        history.close();

        HistorySettings elsewhere =
                HistorySettings.in(directory.resolve("new"), "lost").with(access());
        VirtualHistory after = new VirtualHistory(
                elsewhere, begin.plusSeconds(180), new DatabaseLink(link.store(), link.remote(), () -> {}), 5);
        open.add(after);
        after.live(new Days(1), 5, 1);

        HistoryAnswer answer = after.history().rows(new HistoryQuery(Period.parse("10m"), GroupBy.MONITOR));
        assertThat(answer.fromDatabase()).isTrue();
        TimeRange all = new TimeRange(begin, begin.plusSeconds(180));
        assertThat(answer.rows().stream().filter(row -> row.begin().isBefore(all.to())))
                .containsExactlyElementsOf(days.expected(0, Duration.ofMinutes(1), all, GroupBy.MONITOR));
    }

    static DatabaseHealth database(VirtualHistory history) {
        return history.history().health().database().orElseThrow();
    }

    private void assertSame(HistoryStore store, History history, Instant now) throws Exception {
        TimeRange all = new TimeRange(begin, now.plusSeconds(60));
        for (GroupBy groupBy : GroupBy.values()) {
            assertThat(rows(store, Resolution.MINUTE, all, groupBy))
                    .isEqualTo(days.expected(history.life(), Duration.ofMinutes(1), all, groupBy));
            assertThat(rows(store, Resolution.HOUR, all, groupBy))
                    .isEqualTo(days.expected(history.life(), Duration.ofHours(1), all, groupBy));
        }
    }

    private void assertSame(History history, Instant now, String what) throws Exception {
        TimeRange all = new TimeRange(begin, now.plusSeconds(60));
        HistoryAnswer answer = history.rows(new HistoryQuery(Period.parse("2h"), GroupBy.MONITOR));
        assertThat(answer.fromDatabase()).isFalse();
        // What came in the last five seconds is not rolled up yet.
        Instant open = TimeRange.floor(now.minusSeconds(6), Duration.ofMinutes(1));
        assertThat(answer.rows().stream().filter(row -> row.begin().isBefore(open)))
                .as(what)
                .containsExactlyElementsOf(
                        days.expected(0, Duration.ofMinutes(1), new TimeRange(all.from(), open), GroupBy.MONITOR));
    }
}
