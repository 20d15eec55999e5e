package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The claim of the budget, against very many schedules; and proof that these would find who breaks it. */
class NeverMoreThanTheRuleTest {

    /** A million in continuous integration, fewer at home; {@code -Dfirehole.schedules=N} says otherwise. */
    private static final int SCHEDULES =
            Integer.getInteger("firehole.schedules", "true".equals(System.getenv("CI")) ? 1_000_000 : 20_000);

    /** A search of this length takes well under a second. */
    private static final int SEARCH_MAX = 200;

    @Test
    void theProviderNeverCountsMoreInAnyClosedWindow() {
        assertHolds(0, SCHEDULES / 2, Schedule.Cast.ONE, Limiters.INTERVAL_LOG);
    }

    @Test
    void norFromSeveralProcessesThatCrashAndStartAgain() {
        assertHolds(SCHEDULES / 2, SCHEDULES, Schedule.Cast.SEVERAL_WITH_CRASHES, Limiters.INTERVAL_LOG_WITH_LEDGER);
    }

    private static void assertHolds(long firstSeed, long endSeed, Schedule.Cast cast, Gatekeeper.Kind kind) {
        Optional<String> broken = LongStream.range(firstSeed, endSeed)
                .parallel()
                .mapToObj(seed -> {
                    Schedule schedule = new Schedule(seed, cast, kind);
                    schedule.play();
                    return schedule.violated() || !schedule.allServed() ? "seed " + seed + ": " + schedule : "";
                })
                .filter(text -> !text.isEmpty())
                .findFirst();
        assertThat(broken).isEmpty();
    }

    static Stream<Arguments> lesserOnes() {
        return Stream.of(
                Arguments.of("token bucket", Limiters.TOKEN_BUCKET),
                Arguments.of("fixed window", Limiters.FIXED_WINDOW),
                Arguments.of("spacing", Limiters.SPACING),
                Arguments.of("sliding log", Limiters.SLIDING_LOG),
                Arguments.of("sliding log with a margin", Limiters.CAREFUL_SLIDING_LOG));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lesserOnes")
    void theSameSchedulesSoonFindWhatBreaksTheRule(String name, Gatekeeper.Kind kind) {
        assertThat(firstViolation(Schedule.Cast.ONE, kind))
                .as("a violation by a %s", name)
                .isPresent();
    }

    @Test
    void theSameSchedulesSoonFindThatABudgetWithoutALedgerForgets() {
        assertThat(firstViolation(Schedule.Cast.SEVERAL_WITH_CRASHES, Limiters.INTERVAL_LOG))
                .isPresent();
    }

    private static OptionalLong firstViolation(Schedule.Cast cast, Gatekeeper.Kind kind) {
        return LongStream.range(0, SEARCH_MAX)
                .filter(seed -> {
                    Schedule schedule = new Schedule(seed, cast, kind);
                    schedule.play();
                    return schedule.violated();
                })
                .findFirst();
    }
}
