package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.LedgerEntry;
import io.firehole.pool.budget.ledger.LedgerView;
import io.firehole.pool.budget.ledger.MemoryLedger;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a permit owes to the ledger under it. */
class LedgerBackedBudgetTest {

    private static final Duration MINUTE = Duration.ofSeconds(60);
    private static final Duration KEPT = MINUTE.plus(ConnectionBudget.MARGIN);
    private static final String TOKEN = BudgetRule.TOKEN;

    /** Between the attempt's beginning and when it no longer counts, if nobody answers. */
    private static final Duration UNPROVEN = Duration.ofSeconds(12).plus(KEPT);

    private final VirtualTime time = new VirtualTime(Long.MAX_VALUE - 5);
    private final MoodyLedger ledger = new MoodyLedger(new MemoryLedger(time, KEPT), time);
    private final List<Permit> permits = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<BudgetEvent> events = new ArrayList<>();
    private long subjects;

    private ConnectionBudget process(int max) {
        return process(BudgetSettings.of(List.of(new BudgetRule(max, MINUTE))).withLedgers(Map.of(TOKEN, ledger)));
    }

    private ConnectionBudget process(BudgetSettings settings) {
        ConnectionBudget budget = new ConnectionBudget(
                settings.withInFlightMax(100), BudgetRuntime.of(time, time).withListener(events::add));
        time.runDue();
        return budget;
    }

    private PermitRequest ask(ConnectionBudget budget) {
        return budget.request(PermitWish.connect(PermitClass.RECONNECT_HIGH, ++subjects), answer -> {
            switch (answer) {
                case PermitAnswer.Granted(Permit permit) -> permits.add(permit);
                case PermitAnswer.Refused(String reason) -> refusals.add(reason);
            }
        });
    }

    private void ask(ConnectionBudget budget, int times) {
        for (int i = 0; i < times; i++) {
            ask(budget);
        }
        time.runDue();
    }

    @Test
    void aPermitIsWrittenBeforeItIsGiven() {
        ConnectionBudget budget = process(3);
        ledger.beforeDone = () -> assertThat(permits).isEmpty();
        ask(budget, 2);

        assertThat(permits).hasSize(2);
        assertThat(ledger.entries()).hasSize(2).allSatisfy(entry -> {
            assertThat(entry.kind()).isEqualTo(AttemptKind.CONNECT);
            assertThat(entry.boundNanos() - entry.grantedNanos())
                    .isEqualTo(Duration.ofSeconds(12).toNanos());
        });
    }

    @Test
    void whatAnEarlierLifeWasGivenCounts() {
        ask(process(3), 2);
        ConnectionBudget nextLife = process(3);
        assertThat(nextLife.snapshot().used()).isEqualTo(2);

        ask(nextLife, 2);
        assertThat(permits).hasSize(3);
        time.runFor(UNPROVEN.minusNanos(1));
        assertThat(permits).hasSize(3);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(4);
    }

    @Test
    void twoProcessesShareOneRuleAndSeeEachOthersOutcomesSoon() {
        ConnectionBudget one = process(2);
        ConnectionBudget other = process(2);
        ask(one, 2);
        ask(other, 1);
        assertThat(permits).hasSize(2);
        permits.getFirst().settle();

        time.runFor(KEPT.minusNanos(1));
        assertThat(permits).hasSize(2);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(3);
    }

    @Test
    void outcomesAreWrittenTogetherWithinATenthOfASecond() {
        ConnectionBudget budget = process(10);
        ask(budget, 5);
        int before = ledger.turns;
        permits.forEach(Permit::settle);
        time.runFor(ConnectionBudget.WRITE_WITHIN);

        assertThat(ledger.turns).isEqualTo(before + 1);
        assertThat(ledger.entries())
                .allSatisfy(entry -> assertThat(entry.boundNanos() - entry.grantedNanos())
                        .isLessThanOrEqualTo(ConnectionBudget.WRITE_WITHIN.toNanos()));
    }

    @Test
    void nobodyAsksALedgerForNothing() {
        ConnectionBudget budget = process(1);
        ask(budget, 1);
        permits.getFirst().settle();
        time.runFor(Duration.ofSeconds(1));
        int before = ledger.turns;
        time.runFor(Duration.ofHours(1));
        assertThat(ledger.turns).isEqualTo(before);
    }

    @Test
    void aBusyLedgerIsAskedAgainInAFewMilliseconds() {
        ConnectionBudget budget = process(3);
        ledger.mood = new Ledger.Turn.Busy<>();
        ask(budget, 1);
        time.runFor(Duration.ofMillis(10));
        ledger.mood = null;
        time.runFor(LedgerStanding.BUSY_STEP_MAX);

        assertThat(permits).hasSize(1);
        assertThat(events).isEmpty();
    }

    @Test
    void aLedgerThatStaysBusyIsToldOnceAndOnceMoreWhenItIsBack() {
        ConnectionBudget budget = process(3);
        ledger.mood = new Ledger.Turn.Busy<>();
        ask(budget, 1);
        time.runFor(Duration.ofSeconds(30));
        assertThat(budget.snapshot().ledgers()).containsEntry(TOKEN, BudgetSnapshot.LedgerUse.BUSY);
        ledger.mood = null;
        time.runFor(Duration.ofSeconds(1));

        assertThat(permits).hasSize(1);
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("LedgerBusy", "LedgerBack");
    }

    @Test
    void aLedgerThatIsAwayStopsPermitsUntilItIsBack() {
        ConnectionBudget budget = process(3);
        ledger.mood = new Ledger.Turn.Away<>("the disk is full");
        ask(budget, 3);
        time.runFor(Duration.ofMinutes(2));
        assertThat(permits).isEmpty();
        assertThat(budget.snapshot().ledgers()).containsEntry(TOKEN, BudgetSnapshot.LedgerUse.AWAY);
        assertThat(budget.snapshot().queuedInAll()).isEqualTo(3);
        ledger.mood = null;
        time.runFor(LedgerStanding.AWAY_STEP_MAX);

        assertThat(permits).hasSize(3);
        assertThat(events)
                .extracting(BudgetEvent::text)
                .containsExactly(
                        "ledger token is away: the disk is full; no permit is given meanwhile",
                        "ledger token can be used again after 120 s");
        assertThat(budget.snapshot().events()).isEqualTo(events);
    }

    @Test
    void aPermitThatCouldNotBeWrittenIsNeverGivenAndTheOrderStays() {
        ConnectionBudget budget = process(3);
        List<String> order = new ArrayList<>();
        for (String name : List.of("first", "second", "third")) {
            budget.request(PermitWish.connect(PermitClass.RECONNECT_HIGH, ++subjects), answer -> order.add(name));
        }
        ledger.losesNext = 1;
        time.runDue();
        assertThat(order).isEmpty();
        assertThat(budget.snapshot().granted()).isZero();

        time.runFor(Duration.ofSeconds(2));
        assertThat(order).containsExactly("first", "second", "third");
        assertThat(budget.snapshot().used()).isEqualTo(3);
    }

    @Test
    void afterATurnThatFailedOnlyOnePermitIsRiskedAtATime() {
        ConnectionBudget budget = process(10);
        ledger.losesNext = 3;
        ask(budget, 5);
        time.runFor(Duration.ofSeconds(2));
        assertThat(permits).hasSize(5);
        assertThat(ledger.lost).containsExactly(5, 1, 1);
    }

    @Test
    void aLedgerThatHoldsBackIsWaitedFor() {
        ConnectionBudget budget = process(3);
        ledger.mood = new Ledger.Turn.Held<>(Duration.ofSeconds(72).toNanos(), "it could not be read");
        ask(budget, 1);
        time.runFor(Duration.ofSeconds(72));
        assertThat(permits).isEmpty();
        ledger.mood = null;
        time.runFor(Duration.ofSeconds(1));

        assertThat(permits).hasSize(1);
        assertThat(events.getFirst().text()).isEqualTo("ledger token: no permit for 72 s: it could not be read");
    }

    @Test
    void aPrivateShareIsUsedOnlyWhileTheLedgerIsAway() {
        MemoryLedger own = new MemoryLedger(time, KEPT);
        ConnectionBudget budget = process(BudgetSettings.of(List.of(new BudgetRule(10, MINUTE)))
                .withLedgers(Map.of(TOKEN, ledger))
                .withShares(Map.of(TOKEN, new PrivateShare(own, 3))));
        ask(budget, 4);
        assertThat(permits).hasSize(4);

        ledger.mood = new Ledger.Turn.Held<>(1, "it holds");
        ask(budget, 1);
        assertThat(permits).hasSize(4);

        ledger.mood = new Ledger.Turn.Away<>("connection refused");
        time.runFor(Duration.ofMillis(1));
        ask(budget, 4);
        assertThat(permits).hasSize(7);
        assertThat(budget.snapshot().ledgers()).containsEntry(TOKEN, BudgetSnapshot.LedgerUse.SHARE);
        time.runFor(Duration.ofSeconds(5));
        assertThat(permits).hasSize(7);

        ledger.mood = null;
        time.runFor(Duration.ofSeconds(1));
        assertThat(permits).hasSize(9);
        assertThat(budget.snapshot().ledgers()).containsEntry(TOKEN, BudgetSnapshot.LedgerUse.HERE);
    }

    @Test
    void aRequestMayBeCancelledWhileItsPermitIsBeingWritten() {
        ConnectionBudget budget = process(1);
        PermitRequest request = ask(budget);
        ledger.beforeDone = () -> {
            assertThat(request.cancel()).isTrue();
            assertThat(request.cancel()).isFalse();
        };
        time.runDue();
        ledger.beforeDone = () -> {};
        assertThat(permits).isEmpty();

        // Nothing was attempted, so the permit costs a window and no more.
        ask(budget, 1);
        time.runFor(KEPT);
        assertThat(permits).hasSize(1);
    }

    @Test
    void aSlowDiskDelaysPermitsAndDoesNotStarveThem() {
        ConnectionBudget budget = process(10);
        ledger.turnTakes = Duration.ofSeconds(4);
        ask(budget, 2);

        time.runFor(Duration.ofSeconds(60));
        assertThat(permits).hasSize(2);
        // The first turn was not known to be slow: its permits were too old when they came.
        assertThat(budget.snapshot().stale()).isEqualTo(2);
        Permit last = permits.getLast();
        assertThat(last.deadlineNanos() - last.grantedNanos())
                .isGreaterThan(ConnectionBudget.ATTEMPT_DEADLINE.plusSeconds(4).toNanos());
    }

    @Test
    void theSleepOfTheMachineMakesAPermitStale() {
        long[] asleep = {0};
        ConnectionBudget budget = new ConnectionBudget(
                BudgetSettings.of(List.of(new BudgetRule(2, MINUTE))),
                BudgetRuntime.of(time, time).withSleepClock(() -> time.nanos() + asleep[0]));
        ask(budget, 1);
        assertThat(permits.getFirst().fresh()).isTrue();
        asleep[0] = Duration.ofSeconds(30).toNanos();
        assertThat(permits.getFirst().fresh()).isFalse();
    }

    @Test
    void anAttemptThatWasMadeLateIsWrittenAnew() {
        ConnectionBudget one = process(1);
        ask(one, 1);
        time.stopFor(Duration.ofSeconds(90));
        permits.getFirst().attempted();
        time.runDue();
        assertThat(ledger.entries()).hasSize(1);

        ConnectionBudget other = process(1);
        ask(other, 1);
        time.runFor(UNPROVEN.minusSeconds(1));
        assertThat(permits).hasSize(1);
        time.runFor(Duration.ofSeconds(1));
        assertThat(permits).hasSize(2);
    }

    @Test
    void aLedgerWhoseClockJumpsMakesNobodyForgetAndNobodyWaitLonger() {
        for (Duration jump : List.of(Duration.ofHours(1), Duration.ofHours(-1), Duration.ofSeconds(30))) {
            permits.clear();
            long[] jumped = {0};
            MemoryLedger jumping = new MemoryLedger(() -> time.nanos() + jumped[0], KEPT);
            BudgetSettings settings =
                    BudgetSettings.of(List.of(new BudgetRule(4, MINUTE))).withLedgers(Map.of(TOKEN, jumping));
            ConnectionBudget one = process(settings);
            ConnectionBudget other = process(settings);
            ask(one, 2);
            ask(other, 2);
            permits.forEach(Permit::settle);
            time.runFor(Duration.ofSeconds(1));
            jumped[0] = jump.toNanos();
            time.runFor(Duration.ofSeconds(20));
            ask(one, 4);
            ask(other, 4);
            time.runFor(Duration.ofSeconds(39));
            assertThat(permits).as("a jump of %s", jump).hasSize(4);
            time.runFor(Duration.ofSeconds(2));
            assertThat(permits).as("a jump of %s", jump).hasSize(8);
            time.runFor(UNPROVEN.multipliedBy(3));
        }
    }

    @Test
    void scopesAreCountedApartAndAlwaysLockedInTheSameOrder() {
        List<String> locked = new ArrayList<>();
        MoodyLedger ofEndpoint = new MoodyLedger(new MemoryLedger(time, KEPT), time);
        ofEndpoint.onTurn = () -> locked.add("endpoint");
        ledger.onTurn = () -> locked.add("token");
        ConnectionBudget budget = process(BudgetSettings.of(List.of(
                        new BudgetRule(5, MINUTE),
                        new BudgetRule(
                                3,
                                MINUTE,
                                BudgetRule.Counts.CONNECTS,
                                BudgetRule.Algorithm.INTERVAL_LOG,
                                BudgetRule.ENDPOINT)))
                .withLedgers(Map.of(TOKEN, ledger, BudgetRule.ENDPOINT, ofEndpoint)));
        locked.clear();
        ask(budget, 4);

        assertThat(locked).containsExactly("endpoint", "token");
        assertThat(permits).hasSize(3);
        assertThat(ledger.entries()).hasSize(3);
        assertThat(ofEndpoint.entries()).hasSize(3);
    }

    @Test
    void rulesCountWhatTheyAreFor() {
        ConnectionBudget budget = process(BudgetSettings.of(List.of(
                        new BudgetRule(5, MINUTE),
                        new BudgetRule(
                                2,
                                MINUTE,
                                BudgetRule.Counts.SUBSCRIBES,
                                BudgetRule.Algorithm.INTERVAL_LOG,
                                BudgetRule.TOKEN)))
                .withLedgers(Map.of(TOKEN, ledger)));
        assertThat(budget.counts(AttemptKind.SUBSCRIBE)).isTrue();
        for (int i = 0; i < 4; i++) {
            budget.request(
                    new PermitWish(AttemptKind.SUBSCRIBE, PermitClass.RECONNECT_HIGH, 1, OptionalLong.empty()),
                    answer -> permits.add(((PermitAnswer.Granted) answer).permit()));
        }
        ask(budget, 6);

        assertThat(permits)
                .filteredOn(permit -> permit.kind() == AttemptKind.SUBSCRIBE)
                .hasSize(2);
        assertThat(permits)
                .filteredOn(permit -> permit.kind() == AttemptKind.CONNECT)
                .hasSize(5);
        assertThat(ledger.entries()).hasSize(7);
    }

    @Test
    void aTokenBucketStartsEmptierByWhatTheLedgerRemembers() {
        BudgetRule bucket = new BudgetRule(
                4, MINUTE, BudgetRule.Counts.CONNECTS, BudgetRule.Algorithm.TOKEN_BUCKET, BudgetRule.TOKEN);
        BudgetSettings settings = BudgetSettings.of(List.of(bucket)).withLedgers(Map.of(TOKEN, ledger));
        ask(process(settings), 3);
        ConnectionBudget nextLife = process(settings);
        ask(nextLife, 2);
        assertThat(permits).hasSize(4);
        time.runFor(Duration.ofSeconds(15));
        assertThat(permits).hasSize(5);
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        BudgetSettings settings = BudgetSettings.of(List.of(new BudgetRule(2, MINUTE)));
        assertThatThrownBy(() -> settings.withLedgers(Map.of("attic", ledger))).hasMessageContaining("scope attic");
        assertThatThrownBy(() -> settings.withShares(Map.of(TOKEN, new PrivateShare(ledger, 1))))
                .hasMessageContaining("no ledger it could stand in for");
        assertThatThrownBy(() -> new ConnectionBudget(
                        settings.withLedgers(Map.of(TOKEN, ledger))
                                .withShares(Map.of(TOKEN, new PrivateShare(ledger, 3))),
                        BudgetRuntime.of(time, time)))
                .hasMessageContaining("private share of 3 is more than the shared rule of 2");
        assertThatThrownBy(() -> settings.withInFlightMax(0)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> new PrivateShare(ledger, 0)).hasMessageContaining("was 0");
    }

    /** A ledger that does what a test wants. */
    private static final class MoodyLedger implements Ledger {
        private final MemoryLedger healthy;
        private final VirtualTime time;
        private final List<Integer> lost = new ArrayList<>();
        private @Nullable Turn<?> mood;
        private Runnable beforeDone = () -> {};
        private Runnable onTurn = () -> {};
        private Duration turnTakes = Duration.ZERO;
        private int losesNext;
        private int turns;

        MoodyLedger(MemoryLedger healthy, VirtualTime time) {
            this.healthy = healthy;
            this.time = time;
        }

        @Override
        public <T> Turn<T> turn(Decision<T> decision) {
            turns++;
            onTurn.run();
            if (mood instanceof Turn.Away<?>(String reason)) {
                return new Turn.Away<>(reason);
            } else if (mood instanceof Turn.Held<?>(long forNanos, String reason)) {
                return new Turn.Held<>(forNanos, reason);
            } else if (mood != null) {
                return new Turn.Busy<>();
            }
            if (losesNext > 0) {
                losesNext--;
                List<UUID> added = new ArrayList<>();
                decision.decide(new Forgetful(time.nanos(), entries(), added));
                lost.add(added.size());
                return new Turn.Away<>("the write failed");
            }
            Turn<T> done = healthy.turn(decision);
            time.stopFor(turnTakes);
            beforeDone.run();
            return done;
        }

        List<LedgerEntry> entries() {
            return healthy.turn(LedgerView::entries) instanceof Turn.Done<List<LedgerEntry>>(List<LedgerEntry> entries)
                    ? entries
                    : List.of();
        }

        @Override
        public void close() {}

        /** Counts what is added, and loses it. */
        private record Forgetful(long nowNanos, List<LedgerEntry> entries, List<UUID> added) implements LedgerView {
            @Override
            public void add(LedgerEntry entry) {
                added.add(entry.id());
            }

            @Override
            public void bound(UUID id, long boundNanos) {}
        }
    }
}
