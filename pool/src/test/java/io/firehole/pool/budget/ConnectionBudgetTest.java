package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionBudgetTest {

    private static final PermitClass HIGH = PermitClass.RECONNECT_HIGH;
    private static final Duration MINUTE = Duration.ofSeconds(60);

    /** An interval lives so long after it is settled. */
    private static final Duration WINDOW_AND_MARGIN = MINUTE.plus(ConnectionBudget.MARGIN);

    private final VirtualTime time = new VirtualTime(Long.MAX_VALUE - 5);
    private final List<Permit> permits = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();

    /** However many are under way: how few may be is a test of its own. */
    private ConnectionBudget budget(BudgetRule... rules) {
        return new ConnectionBudget(
                BudgetSettings.of(List.of(rules)).withInFlightMax(BudgetRule.MAX_LIMIT), BudgetRuntime.of(time, time));
    }

    private static BudgetRule perMinute(int max) {
        return new BudgetRule(max, MINUTE);
    }

    /** A new one for each wish. */
    private final AtomicLong subjects = new AtomicLong();

    private PermitRequest ask(ConnectionBudget budget, PermitClass purpose) {
        return budget.request(PermitWish.connect(purpose, subjects.incrementAndGet()), answer -> {
            switch (answer) {
                case PermitAnswer.Granted(Permit permit) -> permits.add(permit);
                case PermitAnswer.Refused(String reason) -> refusals.add(reason);
            }
        });
    }

    private void ask(ConnectionBudget budget, PermitClass purpose, int times) {
        for (int i = 0; i < times; i++) {
            ask(budget, purpose);
        }
    }

    /** Asks, and connects within 20 ms. */
    private void connect(ConnectionBudget budget, PermitClass purpose) {
        budget.request(PermitWish.connect(purpose, subjects.incrementAndGet()), answer -> {
            if (answer instanceof PermitAnswer.Granted(Permit permit)) {
                permits.add(permit);
                time.after(Duration.ofMillis(20).toNanos(), permit::settle);
            }
        });
    }

    @Test
    void answersNeverWithinTheRequest() {
        ask(budget(perMinute(1)), HIGH);
        assertThat(permits).isEmpty();

        time.runDue();
        assertThat(permits).hasSize(1);
    }

    @Test
    void givesSixtyAtOnceAndThenSixtyInALittleMoreThanAMinute() {
        ConnectionBudget budget = budget(BudgetRule.DEFAULT);
        for (int i = 0; i < 240; i++) {
            connect(budget, HIGH);
        }
        time.runDue();
        assertThat(permits).hasSize(60);

        time.runFor(Duration.ofMillis(60_269));
        assertThat(permits).hasSize(60);
        time.runFor(Duration.ofMillis(1));
        assertThat(permits).hasSize(120);

        time.runFor(Duration.ofMillis(2 * 60_270));
        assertThat(permits).hasSize(240);
    }

    @Test
    void anAttemptThatNobodyAnsweredIsRememberedLonger() {
        ConnectionBudget budget = budget(perMinute(1));
        ask(budget, HIGH, 2);
        Duration unproven =
                ConnectionBudget.ATTEMPT_DEADLINE.plus(ConnectionBudget.TRAVEL).plus(WINDOW_AND_MARGIN);

        time.runFor(unproven.minusNanos(1));
        assertThat(permits).hasSize(1);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(2);
    }

    @Test
    void settlingTwiceCountsOnce() {
        ConnectionBudget budget = budget(perMinute(1));
        ask(budget, HIGH, 2);
        time.runDue();
        permits.getFirst().settle();
        time.runFor(Duration.ofSeconds(30));
        permits.getFirst().settle();
        permits.getFirst().abandoned();

        time.runFor(WINDOW_AND_MARGIN.minusSeconds(30));
        assertThat(permits).hasSize(2);
    }

    @Test
    void everyRuleMustAllow() {
        ConnectionBudget budget = budget(perMinute(10), new BudgetRule(2, Duration.ofSeconds(1)));
        for (int i = 0; i < 20; i++) {
            connect(budget, HIGH);
        }
        time.runDue();
        assertThat(permits).hasSize(2);
        time.runFor(Duration.ofMillis(1_270));
        assertThat(permits).hasSize(4);
        time.runFor(Duration.ofSeconds(50));
        assertThat(permits).hasSize(10);
    }

    @Test
    void lowerClassesLeaveAReserve() {
        ConnectionBudget budget = budget(BudgetRule.DEFAULT);
        ask(budget, PermitClass.MANUAL, 60);
        time.runDue();
        assertThat(permits).hasSize(30);
        ask(budget, PermitClass.RECONNECT_LOW, 60);
        ask(budget, PermitClass.FIRST_CONNECT, 60);
        time.runDue();
        assertThat(permits).hasSize(40);
        ask(budget, PermitClass.RECONNECT_MEDIUM, 60);
        time.runDue();
        assertThat(permits).hasSize(50);
        ask(budget, HIGH, 5);
        time.runDue();
        assertThat(permits).hasSize(55);
        assertThat(budget.snapshot().available()).isEqualTo(5);
    }

    @Test
    void everyClassMayUseASmallRule() {
        for (PermitClass purpose : PermitClass.values()) {
            assertThat(purpose.limit(1)).isEqualTo(1);
            assertThat(purpose.limit(BudgetRule.MAX_LIMIT)).isBetween(1, BudgetRule.MAX_LIMIT);
        }
        assertThat(PermitClass.MANUAL.limit(5)).isEqualTo(2);
        assertThat(PermitClass.RECONNECT_MEDIUM.limit(5)).isEqualTo(4);
    }

    @Test
    void urgentClassesGoFirstAndWithinAClassWhoCameFirst() {
        ConnectionBudget budget = budget(perMinute(6));
        List<String> order = new ArrayList<>();
        for (PermitClass purpose : List.of(PermitClass.MANUAL, PermitClass.FIRST_CONNECT, HIGH)) {
            for (int i = 0; i < 2; i++) {
                String name = purpose + " " + i;
                budget.request(PermitWish.connect(purpose, subjects.incrementAndGet()), answer -> order.add(name));
            }
        }
        time.runDue();
        assertThat(order).containsExactly("RECONNECT_HIGH 0", "RECONNECT_HIGH 1", "FIRST_CONNECT 0", "FIRST_CONNECT 1");
    }

    @Test
    void noClassStarvesWhileAnotherStaysBusy() {
        ConnectionBudget budget = budget(perMinute(6));
        for (int i = 0; i < 250; i++) {
            connect(budget, HIGH);
        }
        time.runFor(Duration.ofSeconds(10));
        connect(budget, PermitClass.MANUAL);
        connect(budget, PermitClass.MANUAL);

        // One after it has waited a whole window, and only one a window: the reserve is for the high group.
        time.runFor(WINDOW_AND_MARGIN.plus(WINDOW_AND_MARGIN));
        assertThat(permits)
                .filteredOn(permit -> permit.purpose() == PermitClass.MANUAL)
                .hasSize(1);
        time.runFor(WINDOW_AND_MARGIN);
        assertThat(permits)
                .filteredOn(permit -> permit.purpose() == PermitClass.MANUAL)
                .hasSize(2);
        assertThat(permits).filteredOn(permit -> permit.purpose() == HIGH).hasSizeGreaterThanOrEqualTo(15);
    }

    @Test
    void aCancelledRequestIsNeverAnswered() {
        ConnectionBudget budget = budget(perMinute(1));
        ask(budget, HIGH);
        time.runDue();
        PermitRequest waiting = ask(budget, HIGH);
        time.runDue();
        assertThat(budget.snapshot().queuedInAll()).isEqualTo(1);

        assertThat(waiting.cancel()).isTrue();
        assertThat(waiting.cancel()).isFalse();
        time.runFor(MINUTE.multipliedBy(10));
        assertThat(permits).hasSize(1);
        assertThat(budget.snapshot().queuedInAll()).isZero();
    }

    @Test
    void anAnsweredRequestCannotBeCancelled() {
        ConnectionBudget budget = budget(perMinute(1));
        PermitRequest request = ask(budget, HIGH);
        time.runDue();
        assertThat(request.cancel()).isFalse();
    }

    @Test
    void aFullQueueRefusesWithItsLimitAndCounts() {
        ConnectionBudget budget = new ConnectionBudget(
                BudgetSettings.of(List.of(perMinute(1))).withQueueMax(3).withInFlightMax(10),
                BudgetRuntime.of(time, time));
        ask(budget, HIGH, 5);
        time.runDue();

        assertThat(permits).hasSize(1);
        assertThat(refusals).hasSize(2).allSatisfy(reason -> assertThat(reason).contains("holds 3"));
        assertThat(budget.snapshot().queueFull()).isEqualTo(2);
        assertThat(budget.snapshot().queuedInAll()).isEqualTo(2);
    }

    @Test
    void oneWhoFailsToTakeAPermitCostsTheOthersNothing() {
        ConnectionBudget budget = budget(perMinute(2));
        budget.request(PermitWish.connect(HIGH, subjects.incrementAndGet()), answer -> {
            throw new IllegalStateException("seeded");
        });
        ask(budget, HIGH);
        time.runDue();
        assertThat(permits).hasSize(1);
    }

    @Test
    void aPermitIsStaleAfterASecond() {
        ConnectionBudget budget = budget(perMinute(2));
        ask(budget, HIGH);
        time.runFor(ConnectionBudget.FENCE);
        assertThat(permits.getFirst().fresh()).isTrue();
        time.stopFor(Duration.ofNanos(1));
        assertThat(permits.getFirst().fresh()).isFalse();
        assertThat(budget.snapshot().stale()).isEqualTo(1);
        assertThat(budget.snapshot().used()).isEqualTo(1);
        assertThat(budget.snapshot().unused()).isZero();
        permits.getFirst().unused();
        permits.getFirst().unused();
        assertThat(budget.snapshot().unused()).isEqualTo(1);
    }

    @Test
    void aConnectThatWasMadeLateIsRememberedFromThen() {
        ConnectionBudget budget = budget(perMinute(1));
        ask(budget, HIGH, 2);
        time.runDue();
        // Stopped between the look at the fence and the system call, for longer than an interval lives.
        time.stopFor(Duration.ofSeconds(90));
        Permit late = permits.getFirst();
        late.attempted();
        assertThat(late.deadlineNanos() - time.nanos()).isEqualTo(ConnectionBudget.ATTEMPT_DEADLINE.toNanos());

        time.runFor(Duration.ofSeconds(72));
        assertThat(permits).hasSize(1);
        time.runFor(Duration.ofMillis(250));
        assertThat(permits).hasSize(2);
    }

    @Test
    void anAttemptGivenUpLateIsRememberedFromThen() {
        ConnectionBudget budget = budget(perMinute(1));
        ask(budget, HIGH, 2);
        time.runDue();
        permits.getFirst().attempted();
        time.stopFor(Duration.ofSeconds(30));
        permits.getFirst().abandoned();

        time.runFor(ConnectionBudget.TRAVEL.plus(WINDOW_AND_MARGIN).minusNanos(1));
        assertThat(permits).hasSize(1);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(2);
    }

    @Test
    void tellsHowItStands() {
        ConnectionBudget budget = budget(perMinute(100), perMinute(4));
        for (int i = 0; i < 5; i++) {
            connect(budget, HIGH);
        }
        time.runFor(Duration.ofSeconds(10));
        budget.refused(new Refusal(ProviderRefusal.HTTP_429, OptionalLong.empty(), true, "too many"));

        BudgetSnapshot snapshot = budget.snapshot();
        assertThat(snapshot.limit()).isEqualTo(4);
        assertThat(snapshot.windowNanos()).isEqualTo(MINUTE.toNanos());
        assertThat(snapshot.used()).isEqualTo(4);
        assertThat(snapshot.available()).isZero();
        assertThat(snapshot.granted()).isEqualTo(4);
        assertThat(snapshot.queued()).containsEntry(HIGH, 1).hasSize(PermitClass.values().length);
        assertThat(snapshot.nextPermitInNanos())
                .isEqualTo(Duration.ofMillis(50_270).toNanos());
        assertThat(snapshot.refusals()).containsEntry(ProviderRefusal.HTTP_429, 1L);
        assertThat(snapshot.rules()).extracting(BudgetSnapshot.RuleUse::used).containsExactly(4, 4);

        time.runFor(Duration.ofMillis(50_270));
        assertThat(budget.snapshot().granted()).isEqualTo(5);
        assertThat(budget.snapshot().waitedNanos())
                .isEqualTo(Duration.ofMillis(60_270).toNanos());
    }

    @Test
    void manyThreadsMayAskAndTellAtOnce() throws InterruptedException {
        try (ControlThread thread = ControlThread.start("test-budget")) {
            ConnectionBudget shared = new ConnectionBudget(List.of(perMinute(60)), NanoClock.system(), thread);
            CountDownLatch granted = new CountDownLatch(60);
            List<Thread> asking = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asking.add(Thread.startVirtualThread(() -> {
                    for (int j = 0; j < 30; j++) {
                        shared.request(PermitWish.connect(HIGH, subjects.incrementAndGet()), answer -> {
                            if (answer instanceof PermitAnswer.Granted(Permit permit)) {
                                Thread.startVirtualThread(() -> {
                                    permit.settle();
                                    granted.countDown();
                                });
                            }
                        });
                    }
                }));
            }
            for (Thread each : asking) {
                each.join();
            }
            assertThat(granted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(shared.snapshot().granted()).isEqualTo(60);
            assertThat(shared.snapshot().used()).isEqualTo(60);
            assertThat(shared.snapshot().queuedInAll()).isEqualTo(180);
        }
    }

    @Test
    void refusesRulesThatMakeNoSense() {
        assertThatThrownBy(() -> new BudgetRule(0, MINUTE)).hasMessageContaining("from 1 to 10000, was 0");
        assertThatThrownBy(() -> new BudgetRule(1, Duration.ZERO)).hasMessageContaining("was PT0S");
        assertThatThrownBy(() -> budget()).hasMessageContaining("at least one rule");
        assertThatThrownBy(() -> BudgetSettings.of(List.of(perMinute(1))).withQueueMax(0))
                .hasMessageContaining("at least 1, was 0");
    }
}
