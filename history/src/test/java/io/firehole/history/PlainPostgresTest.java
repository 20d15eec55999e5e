package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.history.KeptHistory.DatabaseLink;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A database that knows nothing of time series. */
class PlainPostgresTest extends DatabaseStoreContract {

    private static Postgres postgres;

    @BeforeAll
    static void start() {
        postgres = Postgres.start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Override
    HistoryDatabase access() {
        return postgres.access();
    }

    @Test
    void saysWhatIsMissingAndWhatWorksAllTheSame() throws Exception {
        DatabaseLink link = link("words");
        link.remote().prepare();
        assertThat(link.remote().edition()).hasValue("PostgreSQL");
        assertThat(link.remote().remarks())
                .singleElement()
                .asString()
                .contains("without TimescaleDB", "Everything is kept");
    }

    @Test
    void minutesThatCannotBeMadeAreMadeLaterAndNoRowIsSentAgain() throws Exception {
        DatabaseLink link = link("behind");
        FlakyRemote remote = new FlakyRemote(link.remote());
        remote.fallBehind();
        VirtualHistory history = history("behind", link, remote);
        Days made = new Days(12);
        history.live(made, 90, 2);
        history.rest(Duration.ofSeconds(30));
        assertThat(remote.attempts()).as("attempts grow rarer").isBetween(3, 20);
        assertThat(database(history).unsentSeconds()).isZero();
        assertThat(database(history).alreadyThere()).isZero();
        assertThat(database(history).trouble()).isEmpty();
        assertThat(database(history).remarks())
                .anySatisfy(remark -> assertThat(remark).contains("behind", "statement timeout"));

        remote.comeBack();
        history.rest(Duration.ofMinutes(1));
        TimeRange all = new TimeRange(begin, history.now());
        assertThat(rows(link.store(), Resolution.MINUTE, all, GroupBy.MONITOR))
                .isEqualTo(made.expected(0, Duration.ofMinutes(1), all, GroupBy.MONITOR));
        assertThat(database(history).remarks()).noneMatch(remark -> remark.contains("behind"));
    }

    @Test
    void theMinutesOfAnotherHostAreItsOwnToMake() throws Exception {
        HistoryStore one = store("one");
        HistoryStore other = store("other");
        Instant begin = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(30));
        Days days = new Days(13);
        days.second(begin, 2);
        other.write(Days.batch(days.all(), "other", 1));
        TimeRange hour = new TimeRange(begin, begin.plus(Duration.ofHours(1)));
        one.rollUp(hour);
        assertThat(rows(other, Resolution.MINUTE, hour, GroupBy.MONITOR)).isEmpty();
        assertThat(rows(other, Resolution.HOUR, hour, GroupBy.MONITOR)).isEmpty();
        other.rollUp(hour);
        assertThat(rows(other, Resolution.MINUTE, hour, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), hour, GroupBy.MONITOR));
        assertThat(other.latencies(Resolution.HOUR, hour, GroupBy.MONITOR, Optional.empty()))
                .hasSize(2)
                .allSatisfy(group -> assertThat(group.buckets()).isEqualTo(days.latencies(group.groupId())));
    }

    @Test
    void minutesAndHoursThatAreHalfTooOldStayWhole() throws Exception {
        HistoryStore store = store("halves");
        Instant begin = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofDays(40));
        TimeRange hour = new TimeRange(begin, begin.plus(Duration.ofHours(1)));
        Days days = twoSecondsAMinute(14, hour, "halves", store);

        Instant inAMinute = begin.plus(Duration.ofMinutes(30)).plusSeconds(20);
        assertThat(store.forget(inAMinute, inAMinute)).isFalse();
        assertThat(store.series(hour, Optional.empty())).as("seconds").hasSize(60);
        TimeRange left = new TimeRange(begin.plus(Duration.ofMinutes(30)), hour.to());
        store.rollUp(left);
        assertThat(rows(store, Resolution.MINUTE, hour, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofMinutes(1), hour, GroupBy.MONITOR));
        assertThat(rows(store, Resolution.HOUR, hour, GroupBy.MONITOR))
                .isEqualTo(days.expected(0, Duration.ofHours(1), hour, GroupBy.MONITOR));
    }

    @Test
    void oldSecondsGoBeforeTheirMinutes() throws Exception {
        HistoryStore store = store("old");
        Instant begin = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofDays(20));
        TimeRange hour = new TimeRange(begin, begin.plus(Duration.ofHours(1)));
        twoSecondsAMinute(5, hour, "old", store);

        Instant half = begin.plus(Duration.ofMinutes(30));
        while (store.forget(half, begin)) {
            assertThat(store.series(hour, Optional.empty())).isNotEmpty();
        }
        assertThat(store.series(hour, Optional.empty())).hasSize(60);
        assertThat(rows(store, Resolution.MINUTE, hour, GroupBy.MONITOR)).hasSize(120);
        while (store.forget(half, hour.to())) {
            assertThat(rows(store, Resolution.MINUTE, hour, GroupBy.MONITOR)).isNotEmpty();
        }
        assertThat(rows(store, Resolution.MINUTE, hour, GroupBy.MONITOR)).isEmpty();
    }

    /** Has an hour with two seconds in each minute, of two monitors, rolled up. */
    private static Days twoSecondsAMinute(long seed, TimeRange hour, String instance, HistoryStore store)
            throws Exception {
        Days days = new Days(seed);
        for (int i = 0; i < 120; i++) {
            days.second(hour.from().plusSeconds(i * 30L), 2);
        }
        store.write(Days.batch(days.all(), instance, 1));
        store.rollUp(hour);
        return days;
    }
}
