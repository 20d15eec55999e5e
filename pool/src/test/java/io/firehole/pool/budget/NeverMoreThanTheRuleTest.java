package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The claim of the budget, against thousands of schedules; and proof that these would find who breaks it. */
class NeverMoreThanTheRuleTest {

    private static final int SCHEDULES = Integer.getInteger("firehole.schedules", 3_000);

    /** A search of this length takes well under a second. */
    private static final int SEARCH_MAX = 200;

    @Test
    void theProviderNeverCountsMoreInAnyClosedWindow() {
        for (long seed = 0; seed < SCHEDULES; seed++) {
            Schedule schedule = new Schedule(seed, Gatekeeper.INTERVAL_LOG);
            schedule.play();
            if (schedule.violated() || !schedule.allServed()) {
                // Not an assertion for each: their descriptions would take most of the time.
                throw new AssertionError("seed " + seed + ": " + schedule);
            }
        }
    }

    static Stream<Arguments> lesserOnes() {
        return Stream.of(
                Arguments.of("token bucket", Gatekeeper.TOKEN_BUCKET),
                Arguments.of("sliding log", Gatekeeper.SLIDING_LOG),
                Arguments.of("sliding log with a margin", Gatekeeper.CAREFUL_SLIDING_LOG));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lesserOnes")
    void theSameSchedulesSoonFindWhatBreaksTheRule(String name, Gatekeeper.Kind kind) {
        OptionalLong violation = LongStream.range(0, SEARCH_MAX)
                .filter(seed -> {
                    Schedule schedule = new Schedule(seed, kind);
                    schedule.play();
                    return schedule.violated();
                })
                .findFirst();
        assertThat(violation).as("a violation by a %s", name).isPresent();
    }
}
