package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every ledger does, wherever it keeps its entries. */
public abstract class LedgerContract {

    /** How long the ledgers under test remember an entry after its bound. */
    protected static final Duration KEEP = Duration.ofSeconds(5);

    private final Random ids = new Random(1);

    /** One more user of the same ledger, as another process would have it. The test closes what it made. */
    protected abstract Ledger open();

    /** Lets so much time pass by the ledger's clock. */
    protected abstract void pass(Duration time);

    /** By how much a time that comes back from the ledger may differ from the one that was given. */
    protected Duration grain() {
        return Duration.ZERO;
    }

    @Test
    void startsEmpty() {
        assertThat(entries(open())).isEmpty();
    }

    @Test
    void anEntryIsSeenByEverybodyFromTheNextTurnOn() {
        Ledger here = open();
        Ledger there = open();
        LedgerEntry added = add(here, AttemptKind.CONNECT, 0, 12_000);
        assertThat(entries(here)).singleElement().satisfies(entry -> assertSame(entry, added));
        assertThat(entries(there)).singleElement().satisfies(entry -> assertSame(entry, added));
    }

    @Test
    void anEntryKeepsItsKind() {
        Ledger ledger = open();
        add(ledger, AttemptKind.CONNECT, 0, 1);
        add(ledger, AttemptKind.SUBSCRIBE, 0, 1);
        assertThat(entries(open()))
                .extracting(LedgerEntry::kind)
                .containsExactlyInAnyOrder(AttemptKind.CONNECT, AttemptKind.SUBSCRIBE);
    }

    @Test
    void anEntryIsForgottenOnceItsBoundIsLongEnoughAgo() {
        Ledger ledger = open();
        add(ledger, AttemptKind.CONNECT, 0, 1_000);
        pass(Duration.ofSeconds(1).plus(KEEP).minusMillis(200));
        assertThat(entries(ledger)).hasSize(1);
        pass(Duration.ofMillis(400));
        assertThat(entries(ledger)).isEmpty();
    }

    @Test
    void aBoundMovedEarlierShortensTheLifeOfItsEntry() {
        Ledger ledger = open();
        LedgerEntry added = add(ledger, AttemptKind.CONNECT, 0, 12_000);
        pass(Duration.ofMillis(100));
        done(ledger.turn(view -> {
            view.bound(added.id(), view.nowNanos());
            return view;
        }));
        pass(KEEP.plusMillis(200));
        assertThat(entries(open())).isEmpty();
    }

    @Test
    void aBoundMovedLaterLengthensTheLifeOfItsEntry() {
        Ledger ledger = open();
        LedgerEntry added = add(ledger, AttemptKind.CONNECT, 0, 100);
        done(ledger.turn(view -> {
            view.bound(added.id(), view.nowNanos() + 2_000_000_000L);
            return view;
        }));
        pass(KEEP.plusMillis(1_500));
        assertThat(entries(open())).hasSize(1);
        pass(Duration.ofSeconds(1));
        assertThat(entries(ledger)).isEmpty();
    }

    @Test
    void aBoundOfAnEntryThatIsGoneIsIgnored() {
        Ledger ledger = open();
        done(ledger.turn(view -> {
            view.bound(new UUID(1, 2), view.nowNanos());
            return view;
        }));
        assertThat(entries(ledger)).isEmpty();
    }

    @Test
    void anEntryCanBeAddedAndBoundInOneTurnAndIsSeenInIt() {
        Ledger ledger = open();
        List<LedgerEntry> seen = done(ledger.turn(view -> {
            UUID id = id();
            view.add(new LedgerEntry(id, AttemptKind.CONNECT, view.nowNanos(), view.nowNanos() + 1_000_000_000L));
            view.bound(id, view.nowNanos() + 500_000_000L);
            return view.entries();
        }));
        assertThat(seen).hasSize(1);
        assertThat(entries(open())).singleElement().satisfies(entry -> assertSame(entry, seen.get(0)));
    }

    @Test
    void anEntryAddedAgainIsTheSameEntry() {
        Ledger ledger = open();
        LedgerEntry added = add(ledger, AttemptKind.CONNECT, 0, 100);
        done(ledger.turn(view -> {
            view.add(added.withBound(added.boundNanos() + 1_000_000_000L));
            return view;
        }));
        assertThat(entries(open()))
                .singleElement()
                .satisfies(entry ->
                        assertThat(entry.boundNanos() - entry.grantedNanos()).isEqualTo(1_100_000_000L));
    }

    @Test
    void manyEntriesOfManyTurnsAreAllThere() {
        Ledger ledger = open();
        for (int i = 0; i < 150; i++) {
            add(ledger, AttemptKind.CONNECT, 0, 12_000);
        }
        assertThat(entries(open())).hasSize(150).extracting(LedgerEntry::id).doesNotHaveDuplicates();
    }

    @Test
    void aTurnWithinATurnIsBusy() {
        Ledger ledger = open();
        Ledger other = open();
        done(ledger.turn(view -> {
            assertThat(ledger.turn(same -> 1)).isInstanceOf(Ledger.Turn.Busy.class);
            assertThat(other.turn(same -> 1)).isInstanceOf(Ledger.Turn.Busy.class);
            return view;
        }));
        assertThat(other.turn(view -> 1)).isEqualTo(new Ledger.Turn.Done<>(1));
    }

    @Test
    void aDecisionThatFailsAddsNothingAndGivesTheTurnBack() {
        Ledger ledger = open();
        assertThatThrownBy(() -> ledger.turn(view -> {
                    view.add(new LedgerEntry(id(), AttemptKind.CONNECT, view.nowNanos(), view.nowNanos()));
                    throw new IllegalStateException("for the test");
                }))
                .hasMessage("for the test");
        assertThat(entries(open())).isEmpty();
    }

    @Test
    void closingTwiceDoesNoHarm() {
        Ledger ledger = open();
        add(ledger, AttemptKind.CONNECT, 0, 12_000);
        ledger.close();
        ledger.close();
        assertThat(entries(open())).hasSize(1);
    }

    /** Adds an entry that was granted and is bound so many milliseconds from now. */
    protected final LedgerEntry add(Ledger ledger, AttemptKind kind, long grantedMillis, long boundMillis) {
        return done(ledger.turn(view -> {
            LedgerEntry entry = new LedgerEntry(
                    id(),
                    kind,
                    view.nowNanos() + grantedMillis * 1_000_000L,
                    view.nowNanos() + boundMillis * 1_000_000L);
            view.add(entry);
            return entry;
        }));
    }

    /** What the ledger holds. */
    protected static List<LedgerEntry> entries(Ledger ledger) {
        return done(ledger.turn(LedgerView::entries));
    }

    /** The result of a turn that must have been done. */
    protected static <T> T done(Ledger.Turn<T> turn) {
        if (turn instanceof Ledger.Turn.Done<T>(T result)) {
            return result;
        }
        throw new AssertionError("the turn was not done: " + turn);
    }

    private void assertSame(LedgerEntry entry, LedgerEntry other) {
        assertThat(entry.id()).isEqualTo(other.id());
        assertThat(entry.kind()).isEqualTo(other.kind());
        assertThat(Math.abs(entry.grantedNanos() - other.grantedNanos())).isLessThanOrEqualTo(grain().toNanos());
        assertThat(Math.abs(entry.boundNanos() - other.boundNanos())).isLessThanOrEqualTo(grain().toNanos());
    }

    private UUID id() {
        return new UUID(ids.nextLong(), ids.nextLong());
    }
}
