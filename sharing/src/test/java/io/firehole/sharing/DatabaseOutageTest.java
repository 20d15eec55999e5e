package io.firehole.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.FaultyWire;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.BootClock;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.LedgerEntry;
import io.firehole.pool.budget.ledger.LedgerName;
import io.firehole.pool.budget.ledger.LedgerView;
import io.firehole.pool.budget.ledger.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real database is killed, or falls silent, and comes back. */
@Timeout(120)
class DatabaseOutageTest {

    private static final LedgerName NAME = LedgerName.of("my.provider", 443, "token", "secret");
    private static final Retention RETENTION = new Retention(Duration.ofSeconds(60), Duration.ofSeconds(12));

    /** Nobody who waits for a connection should notice that there was no answer. */
    private static final Duration DECIDED_WITHIN = Duration.ofMillis(100);

    /** A machine that has other work, too, may be late by so much. */
    private static final Duration GRACE = Duration.ofMillis(300);

    @TempDir
    private Path directory;

    private Postgres postgres;

    @BeforeEach
    void startDatabase() {
        postgres = Postgres.start(directory);
    }

    @AfterEach
    void stopDatabase() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void whatIsDurableSurvivesAKillAndNobodyWaitsForTheDatabaseMeanwhile() throws IOException, InterruptedException {
        try (Ledger ledger = open(postgres.port())) {
            for (int i = 0; i < 10; i++) {
                add(ledger);
            }
            postgres.kill();
            Duration median = medianTimeToAway(ledger, 50);
            assertThat(median).isLessThan(DECIDED_WITHIN);
            assertThat(ledger.turn(view -> 1))
                    .isInstanceOfSatisfying(
                            Ledger.Turn.Away.class,
                            away -> assertThat(away.reason())
                                    .startsWith("the shared ledger at jdbc:postgresql://127.0.0.1:" + postgres.port())
                                    .doesNotContain("secret"));
            postgres.start();
            assertThat(entriesOnceBack(ledger)).hasSize(10);
            add(ledger);
            assertThat(entriesOnceBack(ledger)).hasSize(11);
        }
    }

    @Test
    void aSilentDatabaseCostsOneTurnItsTimeAndTheNextNone() throws IOException, InterruptedException {
        try (FaultyWire wire = new FaultyWire(postgres.port(), Duration.ZERO);
                Ledger ledger = open(wire.port())) {
            add(ledger);
            wire.fallSilent();
            long before = System.nanoTime();
            assertThat(ledger.turn(view -> 1)).isInstanceOf(Ledger.Turn.Away.class);
            assertThat(since(before)).isLessThan(PostgresLedger.TURN_MAX.plus(GRACE));
            assertThat(medianTimeToAway(ledger, 50)).isLessThan(DECIDED_WITHIN);
            wire.mend();
            assertThat(entriesOnceBack(ledger)).hasSize(1);
        }
    }

    @Test
    void aDatabaseThatIsNotThereAtTheStartIsAwayUntilItIs() throws IOException, InterruptedException {
        postgres.kill();
        try (Ledger ledger = open(postgres.port())) {
            assertThat(ledger.turn(view -> 1)).isInstanceOf(Ledger.Turn.Away.class);
            postgres.start();
            assertThat(entriesOnceBack(ledger)).isEmpty();
        }
    }

    private static Duration medianTimeToAway(Ledger ledger, int turns) throws InterruptedException {
        long[] nanos = new long[turns];
        for (int i = 0; i < turns; i++) {
            long before = System.nanoTime();
            assertThat(ledger.turn(view -> 1)).isInstanceOf(Ledger.Turn.Away.class);
            nanos[i] = System.nanoTime() - before;
            Thread.sleep(20);
        }
        Arrays.sort(nanos);
        return Duration.ofNanos(nanos[turns / 2]);
    }

    private static List<LedgerEntry> entriesOnceBack(Ledger ledger) throws InterruptedException {
        while (true) {
            if (ledger.turn(LedgerView::entries)
                    instanceof Ledger.Turn.Done<List<LedgerEntry>>(List<LedgerEntry> entries)) {
                return entries;
            }
            Thread.sleep(20);
        }
    }

    private static void add(Ledger ledger) {
        assertThat(ledger.turn(view -> {
                    view.add(new LedgerEntry(UUID.randomUUID(), AttemptKind.CONNECT, view.nowNanos(), view.nowNanos()));
                    return view;
                }))
                .isInstanceOf(Ledger.Turn.Done.class);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static Ledger open(int port) throws InterruptedException {
        return PostgresLedger.open(Postgres.access(port), NAME, RETENTION, BootClock.system());
    }
}
