package io.firehole.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.LedgerContract;
import io.firehole.pool.budget.ledger.LedgerEntry;
import io.firehole.pool.budget.ledger.LedgerName;
import io.firehole.pool.budget.ledger.Retention;
import io.firehole.pool.time.NanoClock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real database; its clock and ours are moved by the test. */
class PostgresLedgerTest extends LedgerContract {

    private static final Retention RETENTION = new Retention(KEEP, Duration.ofSeconds(12), 500);
    private static final String SHIFTED_CLOCK = "(clock_timestamp() + (SELECT shift FROM shifted_clock))";

    @TempDir
    private static Path directory;

    private static Postgres postgres;
    private static int tests;

    private final LedgerName name = LedgerName.of("my.provider", 443, "token", "test " + tests++);
    private final List<Ledger> opened = new ArrayList<>();
    private long shiftNanos;
    private final NanoClock clock = () -> System.nanoTime() + shiftNanos;

    @BeforeAll
    static void startDatabase() {
        postgres = Postgres.start(directory);
        postgres.execute("CREATE TABLE shifted_clock (shift interval NOT NULL)");
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void setClock() {
        postgres.execute("DELETE FROM shifted_clock; INSERT INTO shifted_clock VALUES ('0')");
    }

    @AfterEach
    void closeAll() {
        opened.forEach(Ledger::close);
    }

    @Override
    protected Ledger open() {
        return open(RETENTION);
    }

    private Ledger open(Retention retention) {
        try {
            Ledger ledger = PostgresLedger.open(postgres.access(), name, retention, clock, SHIFTED_CLOCK);
            opened.add(ledger);
            return ledger;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected void pass(Duration time) {
        shiftNanos += time.toNanos();
        passInDatabase(time);
    }

    private void passInDatabase(Duration time) {
        postgres.execute("UPDATE shifted_clock SET shift = shift + interval '" + time.toMillis() + " milliseconds'");
    }

    @Override
    protected Duration grain() {
        return Duration.ofNanos(1_000);
    }

    @Test
    void ledgersOfAnotherNameAreOthersAndDoNotWait() throws InterruptedException {
        Ledger here = open();
        LedgerName otherName = LedgerName.of("my.provider", 443, "token", "another secret");
        Ledger other = PostgresLedger.open(postgres.access(), otherName, RETENTION, clock, SHIFTED_CLOCK);
        opened.add(other);
        add(here, AttemptKind.CONNECT, 0, 12_000);
        List<LedgerEntry> seen = done(here.turn(view -> entries(other)));
        assertThat(seen).isEmpty();
    }

    @Test
    void whoWaitsForTheTurnOfAnotherIsToldThatItIsBusy() {
        Ledger here = open();
        Ledger there = open();
        done(here.turn(view -> {
            long before = System.nanoTime();
            assertThat(there.turn(other -> 1)).isInstanceOf(Ledger.Turn.Busy.class);
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(DatabaseLink.LOCK_WAIT.minusMillis(20), PostgresLedger.TURN_MAX);
            return view;
        }));
        assertThat(entries(there)).isEmpty();
    }

    @Test
    void anotherTimelineHoldsEverybodyBackOnce() {
        Ledger here = open();
        Ledger there = open();
        add(here, AttemptKind.CONNECT, 0, 12_000);
        postgres.execute("UPDATE firehole_ledger_scope SET timeline = 'other/00000001'");
        assertHeld(there, RETENTION.hold(), "timeline other/00000001 is now ");
        assertHeld(here, RETENTION.hold(), "timeline");
        pass(RETENTION.hold().minusSeconds(1));
        assertHeld(here, Duration.ofSeconds(1), "timeline");
        pass(Duration.ofSeconds(1));
        assertThat(entries(here)).isEmpty();
        add(there, AttemptKind.CONNECT, 0, 12_000);
        assertThat(entries(here)).hasSize(1);
    }

    @Test
    void aLostEntryHoldsEverybodyBackOnce() {
        Ledger here = open();
        Ledger there = open();
        add(here, AttemptKind.CONNECT, 0, 12_000);
        postgres.execute("DELETE FROM firehole_ledger_entry");
        assertThat(entries(there)).as("who has written nothing cannot know").isEmpty();
        assertHeld(here, RETENTION.hold(), "lost an entry");
        assertHeld(there, RETENTION.hold(), "lost an entry");
        pass(RETENTION.hold());
        assertThat(entries(here)).isEmpty();
    }

    @Test
    void anEntryOfOurOwnThatGrewOldIsNoLoss() {
        Ledger here = open();
        Ledger there = open();
        LedgerEntry added = add(here, AttemptKind.CONNECT, 0, 12_000);
        done(here.turn(view -> {
            view.bound(added.id(), view.nowNanos());
            return view;
        }));
        pass(KEEP.plusMillis(100));
        add(there, AttemptKind.CONNECT, 0, 12_000);
        assertThat(entries(here)).hasSize(1);
    }

    @Test
    void aJumpOfTheDatabasesClockHoldsEverybodyBackOnce() {
        for (Duration jump : List.of(Duration.ofSeconds(30), Duration.ofHours(-1), Duration.ofMillis(400))) {
            Ledger here = open();
            Ledger there = open();
            add(here, AttemptKind.CONNECT, 0, 12_000);
            entries(there);
            passInDatabase(jump);
            assertHeld(here, RETENTION.hold(), "against each other by ");
            assertHeld(there, RETENTION.hold(), "against each other");
            pass(RETENTION.hold());
            assertThat(entries(here)).isEmpty();
            assertThat(entries(there)).isEmpty();
        }
    }

    @Test
    void aClockThatWentBackBeforeWeLookedIsNoticedByTheEntries() {
        add(open(), AttemptKind.CONNECT, 0, 12_000);
        passInDatabase(Duration.ofMinutes(-10));
        assertHeld(open(), RETENTION.hold(), "clock went back");
        pass(RETENTION.hold());
        assertThat(entries(open())).isEmpty();
    }

    @Test
    void theLongestMemoryOfAllWhoShareIsKept() {
        Ledger hasty = open(new Retention(Duration.ofSeconds(1), Duration.ofSeconds(12)));
        Ledger patient = open();
        entries(patient);
        add(patient, AttemptKind.CONNECT, 0, 0);
        pass(Duration.ofSeconds(2));
        assertThat(entries(hasty)).isEmpty();
        add(hasty, AttemptKind.CONNECT, 0, 0);
        assertThat(entries(patient)).hasSize(2);
    }

    @Test
    void oldEntriesDoNotPileUp() throws SQLException {
        Ledger ledger = open();
        for (int i = 0; i < 50; i++) {
            add(ledger, AttemptKind.CONNECT, 0, 0);
            pass(Duration.ofSeconds(1));
        }
        try (Connection connection =
                        DriverManager.getConnection(postgres.access().url(), "postgres", "postgres");
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT count(*) FROM firehole_ledger_entry WHERE scope = '" + name.text() + "'")) {
            rows.next();
            assertThat(rows.getInt(1)).isBetween(5, 7);
        }
    }

    @Test
    void theLimitOfEntriesLetsNobodyIn() {
        Ledger ledger = open(new Retention(KEEP, Duration.ofSeconds(12), 3));
        for (int i = 0; i < 3; i++) {
            add(ledger, AttemptKind.CONNECT, 0, 0);
        }
        assertThat(ledger.turn(view -> {
                    view.add(new LedgerEntry(new UUID(0, 9), AttemptKind.CONNECT, view.nowNanos(), view.nowNanos()));
                    return view;
                }))
                .isInstanceOfSatisfying(
                        Ledger.Turn.Away.class,
                        away -> assertThat(away.reason()).endsWith("it is full: it holds its limit of 3 entries"));
        assertThat(entries(open())).hasSize(3);
    }

    @Test
    void aRoleWithTheLeastRightsCanUseIt() throws InterruptedException {
        entries(open());
        postgres.execute("""
                DO $$ BEGIN
                  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'firehole') THEN
                    CREATE ROLE firehole LOGIN PASSWORD 'tell-nobody';
                  END IF;
                END $$;
                GRANT SELECT, INSERT, UPDATE ON firehole_ledger_scope TO firehole;
                GRANT SELECT, INSERT, UPDATE, DELETE ON firehole_ledger_entry TO firehole;
                GRANT SELECT ON shifted_clock TO firehole""");
        DatabaseAccess least = new DatabaseAccess(postgres.access().url(), Optional.of("firehole"), "tell-nobody");
        Ledger ledger = PostgresLedger.open(least, name, RETENTION, clock, SHIFTED_CLOCK);
        opened.add(ledger);
        add(ledger, AttemptKind.CONNECT, 0, 0);
        assertThat(entries(open())).hasSize(1);
        assertThat(least.toString()).doesNotContain("tell-nobody");
    }

    @Test
    void aClosedOneIsAway() {
        Ledger ledger = open();
        ledger.close();
        assertThat(ledger.turn(view -> 1)).isInstanceOf(Ledger.Turn.Away.class);
    }

    private static void assertHeld(Ledger ledger, Duration time, String reason) {
        assertThat(ledger.turn(view -> 1)).isInstanceOfSatisfying(Ledger.Turn.Held.class, held -> {
            assertThat(held.reason()).contains(reason);
            assertThat(Duration.ofNanos(held.forNanos())).isBetween(time.minusSeconds(1), time.plusMillis(10));
        });
    }
}
