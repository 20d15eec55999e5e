package io.firehole.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClockWatchTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final ClockWatch watch = new ClockWatch(Duration.ofSeconds(60));

    @Test
    void clocksThatRunAlikeHaveNotMoved() {
        assertThat(watch.movedNanos(1_000 * SECOND, 0, MILLI)).isZero();
        assertThat(watch.movedNanos(1_010 * SECOND, 10 * SECOND, 10 * SECOND + MILLI))
                .isZero();
        assertThat(watch.movedNanos(4_600 * SECOND, 3_600 * SECOND, 3_600 * SECOND + MILLI))
                .isZero();
    }

    @Test
    void aJumpEitherWayIsSeen() {
        watch.movedNanos(1_000 * SECOND, 0, MILLI);
        assertThat(watch.movedNanos(1_010 * SECOND + 300 * MILLI, 10 * SECOND, 10 * SECOND + MILLI))
                .isEqualTo(299 * MILLI);
        assertThat(watch.movedNanos(1_010 * SECOND - 300 * MILLI, 10 * SECOND, 10 * SECOND + MILLI))
                .isEqualTo(299 * MILLI);
    }

    @Test
    void whatASlowAnswerExplainsIsNoJump() {
        watch.movedNanos(1_000 * SECOND, 0, MILLI);
        assertThat(watch.movedNanos(1_010 * SECOND + 400 * MILLI, 10 * SECOND, 10 * SECOND + 500 * MILLI))
                .isZero();
    }

    @Test
    void smallStepsWithinAWindowAddUp() {
        watch.movedNanos(1_000 * SECOND, 0, 0);
        assertThat(watch.movedNanos(1_001 * SECOND + 200 * MILLI, SECOND, SECOND))
                .isZero();
        assertThat(watch.movedNanos(1_002 * SECOND + 400 * MILLI, 2 * SECOND, 2 * SECOND))
                .isEqualTo(400 * MILLI);
    }

    @Test
    void clocksMayDriftForHours() {
        long database = 1_000 * SECOND;
        for (long minute = 0; minute < 600; minute++) {
            long own = minute * 60 * SECOND;
            assertThat(watch.movedNanos(database, own, own + MILLI)).isZero();
            database += 60 * SECOND + 12 * MILLI;
        }
    }

    @Test
    void aJumpIsSeenAgainUntilItIsDealtWith() {
        watch.movedNanos(1_000 * SECOND, 0, 0);
        assertThat(watch.movedNanos(2_000 * SECOND, SECOND, SECOND)).isPositive();
        assertThat(watch.movedNanos(2_100 * SECOND, 101 * SECOND, 101 * SECOND)).isPositive();
        watch.forget();
        assertThat(watch.movedNanos(2_101 * SECOND, 102 * SECOND, 102 * SECOND)).isZero();
    }
}
