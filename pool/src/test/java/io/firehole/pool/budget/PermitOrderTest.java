package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who goes first, who waits for whom, and what the budget says of it beforehand. */
class PermitOrderTest {

    private static final PermitClass HIGH = PermitClass.RECONNECT_HIGH;
    private static final PermitClass LOW = PermitClass.RECONNECT_LOW;
    private static final Duration MINUTE = Duration.ofSeconds(60);
    private static final Duration CONNECT = Duration.ofMillis(20);

    private final VirtualTime time = new VirtualTime(Long.MAX_VALUE - 5);
    private final List<String> order = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<Permit> permits = new ArrayList<>();

    private ConnectionBudget budget(int max, int inFlightMax) {
        return new ConnectionBudget(
                BudgetSettings.of(List.of(new BudgetRule(max, MINUTE))).withInFlightMax(inFlightMax),
                BudgetRuntime.of(time, time));
    }

    private PermitWish wish(PermitClass purpose, long subject, Duration untilDeadline) {
        return new PermitWish(
                AttemptKind.CONNECT, purpose, subject, OptionalLong.of(time.nanos() + untilDeadline.toNanos()));
    }

    private void ask(ConnectionBudget budget, PermitWish wish) {
        budget.request(wish, answer -> {
            switch (answer) {
                case PermitAnswer.Granted(Permit permit) -> {
                    order.add(wish.purpose() + " " + wish.subject());
                    permits.add(permit);
                    time.after(CONNECT.toNanos(), permit::settle);
                }
                case PermitAnswer.Refused(String reason) -> refusals.add(wish.subject() + ": " + reason);
            }
        });
    }

    @Test
    void atMostEightConnectsAreUnderWay() {
        ConnectionBudget budget = budget(60, BudgetSettings.IN_FLIGHT_MAX);
        for (int i = 0; i < 60; i++) {
            ask(budget, PermitWish.connect(HIGH, i));
        }
        time.runDue();
        assertThat(permits).hasSize(8);
        assertThat(budget.snapshot().inFlight()).isEqualTo(8);
        time.runFor(CONNECT.multipliedBy(7));
        assertThat(permits).hasSize(60);
    }

    @Test
    void oneThatNeverTellsFreesItsPlaceAtItsBound() {
        ConnectionBudget budget = budget(60, 1);
        budget.request(PermitWish.connect(HIGH, 1), answer -> {});
        ask(budget, PermitWish.connect(HIGH, 2));
        time.runFor(Duration.ofSeconds(12).minusNanos(1));
        assertThat(permits).isEmpty();
        time.runFor(Duration.ofNanos(1));
        assertThat(permits).hasSize(1);
    }

    @Test
    void whoAsksAgainTakesItsOwnPlaceAndNoOther() {
        ConnectionBudget budget = budget(3, 10);
        ask(budget, PermitWish.connect(HIGH, 1));
        ask(budget, PermitWish.connect(HIGH, 2));
        ask(budget, PermitWish.connect(HIGH, 3));
        ask(budget, PermitWish.connect(HIGH, 2));
        assertThat(budget.snapshot().queuedInAll()).isEqualTo(3);
        time.runDue();

        assertThat(order).containsExactly("RECONNECT_HIGH 1", "RECONNECT_HIGH 2", "RECONNECT_HIGH 3");
        assertThat(refusals).containsExactly("2: a later request of the same asker took its place in the queue");
    }

    @Test
    void whoWillLoseItsReplaySoonGoesFirstTheEarliestBeforeAll() {
        ConnectionBudget budget = budget(4, 1);
        ask(budget, PermitWish.connect(HIGH, 1));
        ask(budget, wish(LOW, 2, Duration.ofSeconds(19)));
        ask(budget, wish(LOW, 3, Duration.ofSeconds(5)));
        ask(budget, wish(LOW, 4, Duration.ofSeconds(21)));
        time.runFor(Duration.ofMillis(200));
        assertThat(order).containsExactly("RECONNECT_LOW 3", "RECONNECT_LOW 2", "RECONNECT_HIGH 1");
    }

    @Test
    void itMayUseWhatIsReservedForTheBestClassAndOnlyInTime() {
        ConnectionBudget budget = budget(6, 10);
        for (int i = 0; i < 4; i++) {
            ask(budget, PermitWish.connect(LOW, i));
        }
        ask(budget, wish(LOW, 10, Duration.ofSeconds(45)));
        ask(budget, wish(LOW, 11, Duration.ofSeconds(-1)));
        time.runFor(Duration.ofSeconds(25).minusNanos(1));
        assertThat(order).hasSize(4);
        time.runFor(Duration.ofNanos(1));
        assertThat(order).hasSize(5).endsWith("RECONNECT_LOW 10");
        time.runFor(Duration.ofSeconds(30));
        assertThat(order).hasSize(5);
    }

    @Test
    void whoFlapsHasHadEnoughAfterSixInAMinuteAndOthersGoOn() {
        ConnectionBudget budget = budget(60, 10);
        ask(budget, PermitWish.connect(HIGH, 100));
        time.runFor(CONNECT);
        permits.getFirst().served();
        for (int i = 0; i < 8; i++) {
            ask(budget, PermitWish.connect(HIGH, 1));
            time.runFor(Duration.ofSeconds(1));
        }
        ask(budget, PermitWish.connect(HIGH, 2));
        time.runDue();
        assertThat(order.stream().filter(name -> name.endsWith(" 1"))).hasSize(6);
        assertThat(order).endsWith("RECONNECT_HIGH 2");
        assertThat(budget.snapshot().capped()).isEqualTo(2);

        time.runFor(Duration.ofSeconds(52));
        assertThat(order.stream().filter(name -> name.endsWith(" 1"))).hasSize(7);
    }

    @Test
    void whileNothingLivesTheOneWhoTriesMayTryMoreOften() {
        ConnectionBudget budget = budget(60, 10);
        for (int i = 0; i < 14; i++) {
            ask(budget, PermitWish.connect(HIGH, 1));
            time.runFor(Duration.ofSeconds(4));
        }
        assertThat(permits).hasSize(14);
    }

    /** Thirty streams of the low group drop as soon as they are back; now and then all twenty of the high group drop. */
    private long worstWaitOfHigh(Random random, boolean lowHasDeadlines) {
        ConnectionBudget budget = budget(60, BudgetSettings.IN_FLIGHT_MAX);
        List<Long> waits = new ArrayList<>();
        ask(budget, PermitWish.connect(HIGH, 0));
        time.runFor(CONNECT);
        permits.getLast().served();
        time.runFor(MINUTE.multipliedBy(2));
        for (int i = 1; i <= 30; i++) {
            flap(budget, i, random, lowHasDeadlines);
        }
        for (int drop = 0; drop < 12; drop++) {
            // Never so soon that more than twenty permits of the high group fall into one window.
            time.runFor(Duration.ofSeconds(75 + random.nextInt(60)));
            long droppedNanos = time.nanos();
            for (int i = 0; i < 20; i++) {
                budget.request(wish(HIGH, 100 + i, MINUTE), answer -> {
                    waits.add(time.nanos() - droppedNanos);
                    Permit permit = ((PermitAnswer.Granted) answer).permit();
                    time.after(CONNECT.toNanos(), permit::settle);
                });
            }
        }
        time.runFor(MINUTE);
        assertThat(waits).hasSize(12 * 20);
        return Collections.max(waits);
    }

    private void flap(ConnectionBudget budget, long subject, Random random, boolean withDeadline) {
        PermitWish wish = withDeadline ? wish(LOW, subject, MINUTE) : PermitWish.connect(LOW, subject);
        budget.request(wish, answer -> {
            Permit permit = ((PermitAnswer.Granted) answer).permit();
            long upNanos = CONNECT.toNanos() + random.nextLong(1_000_000_000);
            time.after(CONNECT.toNanos(), permit::settle);
            time.after(upNanos, () -> flap(budget, subject, random, withDeadline));
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDropOfTheHighGroupIsBackWithinASecondWhileThirtyOthersFlap(boolean othersWouldLoseTheirReplay) {
        for (int seed = 0; seed < 5; seed++) {
            long worstNanos = worstWaitOfHigh(new Random(seed), othersWouldLoseTheirReplay);
            assertThat(Duration.ofNanos(worstNanos)).as("seed %s", seed).isLessThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void everyPermitOfTheForecastComesWhenItSays() {
        ConnectionBudget budget = budget(60, BudgetSettings.IN_FLIGHT_MAX);
        for (int i = 0; i < 35; i++) {
            ask(budget, PermitWish.connect(HIGH, i));
        }
        time.runFor(Duration.ofSeconds(20));
        Forecast forecast = budget.forecast(Map.of(HIGH, 30, LOW, 20));
        assertThat(forecast.nextPermitInNanos()).isZero();
        assertThat(forecast.backInNanos()).containsOnlyKeys(HIGH, LOW);

        long droppedNanos = time.nanos();
        long[] back = new long[2];
        for (int i = 0; i < 50; i++) {
            int group = i < 30 ? 0 : 1;
            budget.request(PermitWish.connect(group == 0 ? HIGH : LOW, 100 + i), answer -> {
                Permit permit = ((PermitAnswer.Granted) answer).permit();
                time.after(Forecast.CONNECT.toNanos(), () -> {
                    permit.settle();
                    back[group] = time.nanos() - droppedNanos;
                });
            });
        }
        time.runFor(MINUTE.multipliedBy(5));
        assertThat(back[0])
                .isCloseTo(
                        forecast.backInNanos().get(HIGH),
                        within(Duration.ofSeconds(1).toNanos()));
        assertThat(back[1])
                .isCloseTo(
                        forecast.backInNanos().get(LOW),
                        within(Duration.ofSeconds(1).toNanos()));
        assertThat(forecast.allBackInNanos())
                .isCloseTo(Arrays.stream(back).max().orElseThrow(), within(1_000_000_000L));
    }

    @Test
    void whenTheRuleIsFullTheForecastSaysWhenTheNextOneComes() {
        ConnectionBudget budget = budget(2, 10);
        for (int i = 0; i < 3; i++) {
            ask(budget, PermitWish.connect(HIGH, i));
        }
        time.runFor(Duration.ofSeconds(10));
        Forecast forecast = budget.forecast(Map.of(HIGH, 1));
        assertThat(Duration.ofNanos(forecast.nextPermitInNanos())).isEqualTo(Duration.ofMillis(50_270));
        // One waits already.
        assertThat(Duration.ofNanos(forecast.allBackInNanos())).isEqualTo(Duration.ofMillis(50_470));
        assertThat(budget.forecast(Map.of()).allBackInNanos()).isZero();
    }
}
