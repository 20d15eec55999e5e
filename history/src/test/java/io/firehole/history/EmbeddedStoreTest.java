package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.history.Outbox.Shipment;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTest extends HistoryStoreContract {

    private static final Instant BEGIN = Instant.parse("2026-03-14T09:00:00Z");

    @TempDir
    Path directory;

    private @Nullable EmbeddedStore store;

    @Override
    HistoryStore store(String instance) throws IOException {
        return open(false);
    }

    private EmbeddedStore open(boolean forwards) throws IOException {
        EmbeddedStore opened = EmbeddedStore.open(directory, forwards, Instant.now());
        store = opened;
        return opened;
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void rowsAreCrossedOffTogetherWithTheMinutesToBeMadeAnewOrNotAtAll() throws Exception {
        EmbeddedStore file = open(true);
        Days days = new Days(31);
        file.write(Days.batch(List.of(days.second(BEGIN, 2)), "host", 1));
        Shipment shipment = file.nextShipment();
        execute("CREATE TRIGGER full BEFORE INSERT ON unrefreshed BEGIN SELECT RAISE(ABORT, 'disk full'); END");
        assertThatThrownBy(() -> file.shipped(shipment, false, List.of(BEGIN))).hasMessageContaining("disk full");
        execute("DROP TRIGGER full");
        file.write(Days.batch(List.of(days.second(BEGIN.plusSeconds(1), 2)), "host", 1));

        Shipment again = file.nextShipment();
        assertThat(again.batch().seconds()).hasSize(4);
        assertThat(again.backlog().entries()).isEqualTo(4);
        file.shipped(again, false, List.of(BEGIN));
        assertThat(file.backlog()).isEqualTo(Outbox.Backlog.NONE);
        assertThat(file.nextShipment().refresh()).hasValue(new TimeRange(BEGIN, BEGIN.plus(Duration.ofMinutes(1))));
    }

    @Test
    void minutesWhoseSecondsAreForgottenAreNotMadeAnew() throws Exception {
        EmbeddedStore file = open(false);
        Days days = new Days(32);
        for (int i = 0; i < 120; i++) {
            days.second(BEGIN.plusSeconds(i), 2);
        }
        file.write(Days.batch(days.all(), "host", 1));
        TimeRange both = new TimeRange(BEGIN, BEGIN.plusSeconds(120));
        file.rollUp(both);
        file.forget(BEGIN.plusSeconds(60), BEGIN);

        file.write(new Batch(
                List.of(), Days.batch(days.all().subList(50, 51), "host", 1).latencies()));
        file.rollUp(both);
        assertThat(rows(file, Resolution.MINUTE, both, GroupBy.MONITOR))
                .isEqualTo(days.expected(1, Duration.ofMinutes(1), both, GroupBy.MONITOR))
                .hasSize(4);
    }

    @Test
    void hoursThatAreHalfTooOldStayWhole() throws Exception {
        EmbeddedStore file = open(false);
        Days days = new Days(33);
        for (int i = 0; i < 60; i++) {
            days.second(BEGIN.plusSeconds(i * 60L), 1);
        }
        file.write(Days.batch(days.all(), "host", 1));
        TimeRange hour = new TimeRange(BEGIN, BEGIN.plus(Duration.ofHours(1)));
        file.rollUp(hour);
        file.forget(BEGIN.plus(Duration.ofMinutes(50)), BEGIN.plus(Duration.ofMinutes(30)));
        file.rollUp(hour);
        assertThat(rows(file, Resolution.HOUR, hour, GroupBy.MONITOR))
                .isEqualTo(days.expected(1, Duration.ofHours(1), hour, GroupBy.MONITOR));
    }

    @Test
    void aFileThatCannotBeOpenedLeavesNoThreadBehind() throws Exception {
        open(false).close();
        execute("DROP TABLE figure");
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        assertThatThrownBy(() -> open(true)).isInstanceOf(IOException.class).hasMessageContaining("history.db");
        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        assertThat(left).extracting(Thread::getName).noneMatch(name -> name.contains("firehole-history"));
    }

    @Test
    void aQuestionThatTakesTooLongIsGivenUpAndTheNextOneIsAnswered() throws Exception {
        AtomicLong nanos = new AtomicLong();
        AtomicLong passing = new AtomicLong();
        EmbeddedStore file = EmbeddedStore.open(
                directory, false, BEGIN, () -> nanos.addAndGet(TimeUnit.SECONDS.toNanos(passing.get())));
        store = file;
        Days days = new Days(34);
        for (int i = 0; i < 60; i++) {
            days.second(BEGIN.plusSeconds(i), 40);
        }
        file.write(Days.batch(days.all(), "host", 1));
        TimeRange minute = new TimeRange(BEGIN, BEGIN.plusSeconds(60));
        passing.set(11);
        assertThatThrownBy(() -> file.series(minute, Optional.empty()))
                .isInstanceOf(SQLTimeoutException.class)
                .hasMessage("no answer within 10 s; ask for less");
        passing.set(0);
        assertThat(file.series(minute, Optional.empty())).hasSize(60);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("history.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
