package io.firehole.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.api.RecentAnswers.Rows;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RecentAnswersTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final RecentAnswers recent = new RecentAnswers();

    private record Asked(int number) {}

    private boolean isKept(int number) {
        return recent.within(LONG, new Asked(number), Instant.EPOCH).isPresent();
    }

    private void keep(int number, int chars) {
        recent.keep(new Asked(number), new Rows("x".repeat(chars), false), Instant.EPOCH);
    }

    @Test
    void anAnswerGrowsOld() {
        keep(1, 10);
        assertThat(recent.within(Duration.ofSeconds(10), new Asked(1), Instant.EPOCH.plusSeconds(10)))
                .isPresent();
        assertThat(recent.within(Duration.ofSeconds(10), new Asked(1), Instant.EPOCH.plusSeconds(11)))
                .isEmpty();
    }

    @Test
    void theOldestGoesForOneTooMany() {
        for (int i = 0; i < RecentAnswers.ANSWERS_MAX; i++) {
            keep(i, 1);
        }
        keep(0, 1);
        keep(100, 1);
        assertThat(isKept(0)).as("answered anew").isTrue();
        assertThat(isKept(1)).isFalse();
        assertThat(isKept(100)).isTrue();
    }

    @Test
    void longAnswersTakeTheRoomOfMany() {
        keep(1, RecentAnswers.CHARS_MAX / 2);
        keep(2, RecentAnswers.CHARS_MAX / 2);
        assertThat(isKept(1)).isTrue();
        keep(3, 1);
        assertThat(isKept(1)).isFalse();
        assertThat(isKept(2)).isTrue();
        keep(4, RecentAnswers.CHARS_MAX + 1);
        assertThat(isKept(4)).as("too long by itself").isFalse();
        assertThat(isKept(2)).isTrue();
    }
}
