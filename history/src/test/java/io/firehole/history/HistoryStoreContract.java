package io.firehole.history;

import static io.firehole.history.GroupBy.CONNECTION;
import static io.firehole.history.GroupBy.MONITOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every store must do. Each test has an instance and a stretch of time to itself. */
abstract class HistoryStoreContract {

    private static final long LIFE = 1_700_000_000_000_123L;

    /** Not long ago, at the begin of an hour: databases know what time it is, too. */
    private final Instant noon = Instant.now().truncatedTo(ChronoUnit.HOURS);

    private final Days days = new Days(7);

    /** The store, asked for rows of that instance. */
    abstract HistoryStore store(String instance) throws Exception;

    @Test
    void minutesSayWhatTheirSecondsSaid() throws Exception {
        HistoryStore store = store("minutes");
        Instant begin = noon.minus(Duration.ofHours(2));
        for (int i = 0; i < 300; i++) {
            days.second(begin.plusSeconds(i), 5);
        }
        Batch batch = Days.batch(days.all(), "minutes", LIFE);
        assertThat(store.write(batch)).isEqualTo(batch.rows());
        TimeRange range = new TimeRange(begin, begin.plusSeconds(300));
        store.rollUp(range);

        for (GroupBy groupBy : GroupBy.values()) {
            assertThat(rows(store, Resolution.MINUTE, range, groupBy))
                    .isEqualTo(days.expected(LIFE, Duration.ofMinutes(1), range, groupBy))
                    .hasSize(groupBy == MONITOR ? 25 : 10);
        }
    }

    @Test
    void rowsThatAreWrittenTwiceCountOnce() throws Exception {
        HistoryStore store = store("twice");
        Instant begin = noon.minus(Duration.ofHours(3));
        for (int i = 0; i < 60; i++) {
            days.second(begin.plusSeconds(i), 3);
        }
        Batch first = Days.batch(days.all().subList(0, 40), "twice", LIFE);
        Batch again = Days.batch(days.all(), "twice", LIFE);
        store.write(first);
        TimeRange range = new TimeRange(begin, begin.plusSeconds(60));
        store.rollUp(range);
        assertThat(store.write(again)).isEqualTo(again.rows() - first.rows());
        assertThat(store.write(again)).isZero();
        store.rollUp(range);
        store.rollUp(range);

        assertThat(rows(store, Resolution.MINUTE, range, MONITOR))
                .isEqualTo(days.expected(LIFE, Duration.ofMinutes(1), range, MONITOR));
    }

    @Test
    void rowsThatComeLateAndOutOfOrderAreInTheirMinuteAndHour() throws Exception {
        HistoryStore store = store("late");
        Instant begin = noon.minus(Duration.ofHours(7));
        for (int i = 0; i < 120; i++) {
            days.second(begin.plusSeconds(i * 30L), 2);
        }
        TimeRange range = new TimeRange(begin, begin.plus(Duration.ofHours(1)));
        List<MetricsSecond> shuffled = new ArrayList<>(days.all());
        Collections.shuffle(shuffled, new Random(3));
        store.write(Days.batch(shuffled.subList(0, 50), "late", LIFE));
        store.rollUp(range);
        store.write(Days.batch(shuffled.subList(50, 120), "late", LIFE));
        store.rollUp(range);

        assertThat(rows(store, Resolution.MINUTE, range, CONNECTION))
                .isEqualTo(days.expected(LIFE, Duration.ofMinutes(1), range, CONNECTION));
        assertThat(rows(store, Resolution.HOUR, range, CONNECTION))
                .isEqualTo(days.expected(LIFE, Duration.ofHours(1), range, CONNECTION));
    }

    @Test
    void halfAnHourAndADayAreAnsweredWhole() throws Exception {
        HistoryStore store = store("day");
        Instant end = noon.minus(Duration.ofHours(1));
        Instant begin = end.minus(Duration.ofHours(24));
        for (int i = 0; i < 24 * 120; i++) {
            days.second(begin.plusSeconds(i * 30L), 3);
        }
        store.write(Days.batch(days.all(), "day", LIFE));
        store.rollUp(new TimeRange(begin, end));

        TimeRange half = new TimeRange(end.minus(Duration.ofMinutes(30)), end);
        TimeRange day = new TimeRange(begin, end);
        for (GroupBy groupBy : GroupBy.values()) {
            assertThat(rows(store, Resolution.MINUTE, half, groupBy))
                    .isEqualTo(days.expected(LIFE, Duration.ofMinutes(1), half, groupBy));
            assertThat(rows(store, Resolution.MINUTE, day, groupBy))
                    .isEqualTo(days.expected(LIFE, Duration.ofMinutes(1), day, groupBy))
                    .hasSize(1_440 * (groupBy == MONITOR ? 3 : 2));
            assertThat(rows(store, Resolution.HOUR, day, groupBy))
                    .isEqualTo(days.expected(LIFE, Duration.ofHours(1), day, groupBy))
                    .hasSize(24 * (groupBy == MONITOR ? 3 : 2));
        }
        for (Resolution resolution : Resolution.values()) {
            assertThat(store.latencies(resolution, day, MONITOR, Optional.empty()))
                    .as("latencies by %s", resolution)
                    .hasSize(3)
                    .allSatisfy(group -> assertThat(group.buckets()).isEqualTo(days.latencies(group.groupId())));
        }
    }

    @Test
    void aRangeHasItsFirstMomentAndNotItsLast() throws Exception {
        HistoryStore store = store("range");
        Instant begin = noon.minus(Duration.ofHours(4));
        for (int i = 0; i < 180; i++) {
            days.second(begin.plusSeconds(i), 1);
        }
        store.write(Days.batch(days.all(), "range", LIFE));
        store.rollUp(new TimeRange(begin, begin.plusSeconds(180)));

        TimeRange second = new TimeRange(begin.plusSeconds(60), begin.plusSeconds(120));
        assertThat(rows(store, Resolution.MINUTE, second, MONITOR))
                .singleElement()
                .satisfies(row -> assertThat(row.begin()).isEqualTo(second.from()));
        assertThat(store.series(second, Optional.empty()))
                .extracting(SeriesPoint::second)
                .hasSize(60)
                .startsWith(second.from())
                .endsWith(second.to().minusSeconds(1));
    }

    @Test
    void noMoreRowsComeThanAskedForAndTheNewestFirst() throws Exception {
        HistoryStore store = store("limit");
        Instant begin = noon.minus(Duration.ofHours(5));
        for (int i = 0; i < 10; i++) {
            days.second(begin.plusSeconds(i * 60L), 1);
        }
        store.write(Days.batch(days.all(), "limit", LIFE));
        TimeRange range = new TimeRange(begin, begin.plus(Duration.ofHours(1)));
        store.rollUp(range);

        assertThat(store.rows(Resolution.MINUTE, range, MONITOR, Optional.empty(), 3))
                .extracting(HistoryRow::begin)
                .containsExactly(begin.plusSeconds(540), begin.plusSeconds(480), begin.plusSeconds(420));
    }

    @Test
    void connectionsOfTwoLivesAreApartAndTheirMonitorsTogether() throws Exception {
        HistoryStore store = store("lives");
        Instant begin = noon.minus(Duration.ofHours(6));
        MetricsSecond second = days.second(begin, 1);
        store.write(Days.batch(List.of(second), "lives", LIFE));
        store.write(Days.batch(List.of(second), "lives", LIFE + 1));
        store.write(Days.batch(List.of(second), "somebody else", LIFE));
        TimeRange range = new TimeRange(begin, begin.plusSeconds(60));
        store.rollUp(range);

        long messages = second.streams().getFirst().messages();
        assertThat(rows(store, Resolution.MINUTE, range, CONNECTION))
                .extracting(HistoryRow::life, HistoryRow::messages)
                .startsWith(tuple(LIFE, messages * shareOf(store)), tuple(LIFE + 1, messages));
        assertThat(rows(store, Resolution.MINUTE, range, MONITOR))
                .extracting(HistoryRow::life, HistoryRow::messages)
                .containsExactly(tuple(0L, messages * (1 + shareOf(store))));
    }

    /** The file belongs to one instance, and asks for all there is; a database does not. */
    private static long shareOf(HistoryStore store) {
        return store instanceof EmbeddedStore ? 2 : 1;
    }

    @Test
    void oneMonitorOrConnectionCanBeAskedForAlone() throws Exception {
        HistoryStore store = store("alone");
        Instant begin = noon.minus(Duration.ofHours(8));
        MetricsSecond second = days.second(begin, 4);
        store.write(Days.batch(List.of(second), "alone", LIFE));
        TimeRange range = new TimeRange(begin, begin.plusSeconds(60));
        store.rollUp(range);

        Optional<Selection> monitor = Optional.of(new Selection(MONITOR, "monitor-2"));
        StreamSecond of = second.streams().get(2);
        assertThat(store.rows(Resolution.MINUTE, range, MONITOR, monitor, 10))
                .singleElement()
                .satisfies(row -> assertThat(row.messages()).isEqualTo(of.messages()));
        assertThat(store.series(range, monitor)).singleElement().satisfies(point -> {
            assertThat(point.bytes()).isEqualTo(of.bytes());
            assertThat(point.worstP99Micros()).isEqualTo(of.latency().p99Micros());
        });
        assertThat(store.latencies(Resolution.MINUTE, range, MONITOR, monitor))
                .extracting(GroupLatency::groupId)
                .containsExactly("monitor-2");
        assertThat(store.rows(Resolution.MINUTE, range, MONITOR, Optional.of(new Selection(CONNECTION, "2")), 10))
                .extracting(HistoryRow::groupId)
                .containsExactly("monitor-1", "monitor-3");
    }

    @Test
    void namesAreTextWhateverTheyHold() throws Exception {
        HistoryStore store = store("names");
        Instant begin = noon.minus(Duration.ofHours(9));
        List<String> names = List.of(
                "'; DROP TABLE grpc_pool_metrics; --",
                "\" OR 1=1",
                "{1,2}",
                "\\",
                "NULL",
                "%",
                "größe 測試 🌋",
                "{\"a\",}");
        List<StreamSecond> streams =
                names.stream().map(name -> days.stream(1, name)).toList();
        MetricsSecond second = days.made(new MetricsSecond(begin, streams));
        store.write(Days.batch(List.of(second), "names", LIFE));
        TimeRange range = new TimeRange(begin, begin.plusSeconds(60));
        store.rollUp(range);

        assertThat(rows(store, Resolution.MINUTE, range, MONITOR))
                .extracting(HistoryRow::groupId)
                .containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            assertThat(store.rows(Resolution.MINUTE, range, MONITOR, Optional.of(new Selection(MONITOR, name)), 10))
                    .extracting(HistoryRow::groupId)
                    .containsExactly(name);
        }
        assertThat(store.rows(
                        Resolution.MINUTE, range, MONITOR, Optional.of(new Selection(MONITOR, "' OR '1'='1")), 10))
                .isEmpty();
    }

    @Test
    void aNameWithACharacterNoDatabaseTakesHoldsNothingUp() throws Exception {
        HistoryStore store = store("zero");
        Instant begin = noon.minus(Duration.ofHours(10));
        MetricsSecond second =
                days.made(new MetricsSecond(begin, List.of(days.stream(1, "a\0b"), days.stream(1, "c"))));
        assertThat(store.write(Days.batch(List.of(second), "zero", LIFE))).isGreaterThanOrEqualTo(2);
        TimeRange range = new TimeRange(begin, begin.plusSeconds(60));
        store.rollUp(range);
        assertThat(rows(store, Resolution.MINUTE, range, MONITOR)).hasSize(2);
    }

    static List<HistoryRow> rows(HistoryStore store, Resolution resolution, TimeRange range, GroupBy groupBy)
            throws SQLException {
        return store.rows(resolution, range, groupBy, Optional.empty(), HistoryQuery.ROWS_MAX);
    }
}
