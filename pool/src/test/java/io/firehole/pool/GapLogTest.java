package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.firehole.pool.time.VirtualTime;
import io.firehole.wire.proto.CommitmentLevel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GapLogTest {

    private static final Instant START = Instant.parse("2026-08-22T00:00:00Z");

    private final VirtualTime time = new VirtualTime();
    private final GapLog gaps = new GapLog(time, () -> START.plusNanos(time.nanos()));

    private GapLog.Hole hole(long first, long last) {
        return new GapLog.Hole(
                CommitmentLevel.CONFIRMED, first, last, Gap.Cause.REPLAY_TOO_FAR, "last available: 105", time.nanos());
    }

    @Test
    void recordsOneGapForEachMonitorWithItsTimes() {
        GapLog.Hole hole = hole(100, 104);
        time.runFor(Duration.ofSeconds(3));
        assertThat(gaps.note(hole, List.of("a", "b", "a")))
                .extracting(GapLog.Noted::gap)
                .containsExactly(
                        new Gap(
                                1,
                                "a",
                                CommitmentLevel.CONFIRMED,
                                100,
                                104,
                                Gap.Cause.REPLAY_TOO_FAR,
                                "last available: 105",
                                START,
                                START.plusSeconds(3)),
                        new Gap(
                                2,
                                "b",
                                CommitmentLevel.CONFIRMED,
                                100,
                                104,
                                Gap.Cause.REPLAY_TOO_FAR,
                                "last available: 105",
                                START,
                                START.plusSeconds(3)));
        assertThat(gaps.latest(Optional.of("b"), 10)).extracting(Gap::number).containsExactly(2L);
    }

    @Test
    void keepsTheLatestAndCountsThemAllByMonitorAndCause() {
        for (int i = 0; i < GapLog.KEPT + 5; i++) {
            time.runFor(Duration.ofNanos(1));
            gaps.note(hole(i, i + 1), List.of(i % 2 == 0 ? "even" : "odd"));
        }
        assertThat(gaps.total()).isEqualTo(GapLog.KEPT + 5);
        assertThat(gaps.latest(Optional.empty(), Integer.MAX_VALUE))
                .hasSize(GapLog.KEPT)
                .extracting(Gap::firstSlot)
                .startsWith(GapLog.KEPT + 4L)
                .endsWith(5L);
        assertThat(gaps.counts())
                .containsExactly(
                        new PoolStats.GapCount("even", Gap.Cause.REPLAY_TOO_FAR, 5_003, 10_006),
                        new PoolStats.GapCount("odd", Gap.Cause.REPLAY_TOO_FAR, 5_002, 10_004));
    }

    @Test
    void goesOnWithAGapWhereTheProviderForgetsMoreOfTheSameOutage() {
        gaps.note(hole(100, 104), List.of("a", "b"));
        gaps.note(hole(90, 99), List.of("c"));
        assertThat(gaps.note(hole(105, 106), List.of("a", "c")))
                .extracting(noted -> noted.gap().number(), noted -> noted.gap().firstSlot(), GapLog.Noted::told)
                .containsExactly(
                        tuple(
                                1L,
                                100L,
                                "Missing more: slots 100 to 106 at confirmed (replay-too-far: last available: 105)"),
                        tuple(
                                4L,
                                105L,
                                "Missing: slots 105 to 106 at confirmed (replay-too-far: last available: 105)"));
        time.runFor(Duration.ofSeconds(1));
        assertThat(gaps.note(hole(107, 107), List.of("a")))
                .as("another outage")
                .extracting(noted -> noted.gap().number(), noted -> noted.gap().firstSlot(), GapLog.Noted::goesOn)
                .containsExactly(tuple(5L, 107L, false));
        assertThat(gaps.total()).isEqualTo(5);
        assertThat(gaps.latest(Optional.of("a"), 10)).extracting(Gap::lastSlot).containsExactly(107L, 106L);
        assertThat(gaps.counts().getFirst()).isEqualTo(new PoolStats.GapCount("a", Gap.Cause.REPLAY_TOO_FAR, 2, 8));
    }

    @Test
    void countsMonitorsBeyondTheLimitTogether() {
        for (int i = 0; i < GapLog.MONITORS_COUNTED + 7; i++) {
            gaps.note(hole(1, 1), List.of("m" + i));
        }
        assertThat(gaps.counts()).hasSize(GapLog.MONITORS_COUNTED + 1);
        assertThat(gaps.counts().getFirst()).isEqualTo(new PoolStats.GapCount("", Gap.Cause.REPLAY_TOO_FAR, 7, 7));
    }

    @Test
    void tellsTheRangeAndTheCauseInOneLine() {
        assertThat(gaps.note(hole(100, 104), List.of("a")).getFirst().gap().told())
                .isEqualTo("slots 100 to 104 at confirmed (replay-too-far: last available: 105)");
        assertThat(gaps.note(hole(7, 7), List.of("a")).getFirst().gap().told())
                .isEqualTo("slot 7 at confirmed (replay-too-far: last available: 105)");
    }

    @Test
    void isNoGapThatEndsBeforeItBegins() {
        assertThatThrownBy(() -> gaps.note(hole(5, 4), List.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was 5 to 4");
    }
}
