package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.budget.BudgetSnapshot.Restraining;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the budget makes of a provider that refuses. */
class RestraintTest {

    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final VirtualTime time = new VirtualTime(Long.MAX_VALUE - 5);
    private final List<BudgetEvent> events = new ArrayList<>();
    private final List<Permit> permits = new ArrayList<>();
    private final ConnectionBudget budget = new ConnectionBudget(
            BudgetSettings.of(List.of(BudgetRule.DEFAULT)),
            BudgetRuntime.of(time, time).withListener(events::add));
    private long subjects;

    private Permit connected() {
        ask(1);
        Permit permit = permits.getLast();
        permit.attempted();
        permit.settle();
        return permit;
    }

    private Permit living() {
        Permit permit = connected();
        permit.served();
        return permit;
    }

    private void ask(int times) {
        for (int i = 0; i < times; i++) {
            budget.request(
                    PermitWish.connect(PermitClass.RECONNECT_HIGH, ++subjects),
                    answer -> permits.add(((PermitAnswer.Granted) answer).permit()));
        }
        time.runDue();
    }

    private void refused(ProviderRefusal how, Duration retryAfter, boolean onServing) {
        OptionalLong after = retryAfter.isZero() ? OptionalLong.empty() : OptionalLong.of(retryAfter.toNanos());
        budget.refused(new Refusal(how, after, onServing, "too many connections"));
        time.runDue();
    }

    private List<String> eventNames() {
        return events.stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProviderRefusal.class,
            names = {"ACCEPTED_AND_CLOSED"},
            mode = EnumSource.Mode.EXCLUDE)
    void whoSpeaksOfALimitIsLeftAloneForAWindowAndThenAskedByOne(ProviderRefusal how) {
        connected();
        refused(how, Duration.ZERO, false);
        permits.getFirst().gone();
        ask(20);
        time.runFor(MINUTE.minusNanos(1));
        assertThat(permits).hasSize(1);
        assertThat(budget.snapshot().restraint()).isEqualTo(Restraining.EVERYTHING);

        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(2);
        assertThat(budget.snapshot().restraint()).isEqualTo(Restraining.ALL_BUT_ONE);
        assertThat(eventNames()).containsExactly("Refused", "EstimateLowered", "HeldBack");
    }

    @Test
    void whoSaysHowLongIsTakenByItsWord() {
        connected();
        refused(ProviderRefusal.HTTP_429, Duration.ofSeconds(90), false);
        ask(1);
        time.runFor(Duration.ofSeconds(90).minusNanos(1));
        assertThat(permits).hasSize(1);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(2);
    }

    @Test
    void nobodyCanMakeUsWaitForEver() {
        connected();
        refused(ProviderRefusal.HTTP_429, Duration.ofDays(900), false);
        ask(1);
        time.runFor(Restraint.HOLD_MAX);
        assertThat(permits).hasSize(2);
    }

    @Test
    void theProbeThatIsRefusedAgainHoldsEverybodyBackAgain() {
        connected();
        refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ZERO, false);
        permits.getFirst().gone();
        ask(20);
        time.runFor(MINUTE);
        Permit probe = permits.getLast();
        probe.settle();
        refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ZERO, false);
        probe.gone();

        time.runFor(MINUTE.minusNanos(1));
        assertThat(permits).hasSize(2);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(3);
    }

    @Test
    void theProbeThatWorksFreesAllTheOthers() {
        connected();
        refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ZERO, false);
        permits.getFirst().gone();
        ask(7);
        time.runFor(MINUTE);
        assertThat(permits).hasSize(2);
        permits.getLast().settle();
        time.runDue();
        assertThat(permits).hasSize(2);
        permits.getLast().served();
        time.runDue();

        assertThat(permits).hasSize(8);
        assertThat(budget.snapshot().restraint()).isEqualTo(Restraining.NOTHING);
        assertThat(eventNames()).endsWith("Recovered");
    }

    @Test
    void aProbeThatNobodyHearsOfKeepsTheOthersOnlyForAWhile() {
        connected();
        refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ZERO, false);
        ask(3);
        time.runFor(MINUTE);
        assertThat(permits).hasSize(2);
        time.runFor(Restraint.PROBE_PATIENCE);
        assertThat(permits).hasSize(3);
    }

    @Test
    void aCallRefusedWhereOthersAreServedHoldsNobodyBack() {
        living();
        refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ofSeconds(30), true);
        ask(5);

        assertThat(permits).hasSize(6);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(60);
        assertThat(eventNames()).containsExactly("Refused");
        assertThat(budget.snapshot().refusals()).containsEntry(ProviderRefusal.RESOURCE_EXHAUSTED, 1L);
    }

    @Test
    void aProviderThatClosesAtOnceWhileNothingLivesGetsOneAttemptAtATime() {
        ask(1);
        permits.getFirst().settle();
        refused(ProviderRefusal.ACCEPTED_AND_CLOSED, Duration.ZERO, false);
        permits.getFirst().gone();
        ask(5);
        assertThat(permits).hasSize(2);

        for (int i = 1; i < 5; i++) {
            time.runFor(Duration.ofSeconds(1));
            Permit probe = permits.getLast();
            probe.settle();
            refused(ProviderRefusal.ACCEPTED_AND_CLOSED, Duration.ZERO, false);
            probe.gone();
            time.runDue();
            assertThat(permits).hasSize(i + 2);
        }
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(60);
        assertThat(eventNames()).containsOnlyOnce("ProviderDown").doesNotContain("HeldBack");
    }

    @Test
    void aProviderThatClosesAtOnceWhileOthersLiveHasALimitInMind() {
        living();
        connected();
        refused(ProviderRefusal.ACCEPTED_AND_CLOSED, Duration.ZERO, false);
        ask(1);
        time.runFor(MINUTE.minusNanos(1));
        assertThat(permits).hasSize(2);
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(3);
    }

    @Test
    void ifThoseThatLivedAreGoneSoonAfterItWasTheProviderGoingDown() {
        Permit last = living();
        connected().gone();
        refused(ProviderRefusal.ACCEPTED_AND_CLOSED, Duration.ZERO, false);
        ask(3);
        assertThat(permits).hasSize(2);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(15);

        last.gone();
        time.runDue();
        assertThat(permits).hasSize(3);
        assertThat(budget.snapshot().restraint()).isEqualTo(Restraining.ALL_BUT_ONE);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(60);
        assertThat(eventNames()).endsWith("ProviderDown");
    }

    @Test
    void whatWasSaidInWordsStandsWhoeverIsGone() {
        Permit last = living();
        refused(ProviderRefusal.HTTP_429, Duration.ZERO, false);
        refused(ProviderRefusal.ACCEPTED_AND_CLOSED, Duration.ZERO, false);
        last.gone();
        time.runDue();
        assertThat(budget.snapshot().restraint()).isEqualTo(Restraining.EVERYTHING);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(15);
    }

    @Test
    void lessIsBelievedForAWhileAndNeverLessThanAQuarter() {
        ask(8);
        for (int i = 0; i < 40; i++) {
            permits.get(i).settle();
            ask(1);
        }
        assertThat(budget.snapshot().used()).isEqualTo(48);
        refused(ProviderRefusal.HTTP_429, Duration.ZERO, false);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(47);
        assertThat(events.get(1).text())
                .isEqualTo("the provider refused within the rule of 60 per 60 s: at most 47 are used for now, not 60. "
                        + "Does other software use the same token? Then give it its part of the rule");

        time.runFor(MINUTE.multipliedBy(2));
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(59);
        time.runFor(MINUTE);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(60);

        refused(ProviderRefusal.HTTP_429, Duration.ZERO, false);
        assertThat(budget.snapshot().tightest().believed()).isEqualTo(15);
    }

    @Test
    void ofManyRefusalsAtOnceTheFirstIsToldAndAllAreCounted() {
        living();
        for (int i = 0; i < 50; i++) {
            refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ZERO, true);
        }
        assertThat(events).hasSize(1);
        time.runFor(ConnectionBudget.REFUSALS_TOLD);
        refused(ProviderRefusal.RESOURCE_EXHAUSTED, Duration.ZERO, true);
        assertThat(events).hasSize(2);
        assertThat(budget.snapshot().refusals()).containsEntry(ProviderRefusal.RESOURCE_EXHAUSTED, 51L);
    }
}
