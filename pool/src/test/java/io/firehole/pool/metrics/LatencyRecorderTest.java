package io.firehole.pool.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyRecorderTest {

    private final LatencyRecorder recorder = new LatencyRecorder();

    @Test
    void givesTheLatenciesSinceItWasAskedLast() {
        for (int millis = 1; millis <= 100; millis++) {
            recorder.record(millis * 1_000_000L);
        }
        LatencySecond first = recorder.take();

        assertThat(first.count()).isEqualTo(100);
        assertThat(first.p50Micros()).isBetween(49_500L, 51_000L);
        assertThat(first.p99Micros()).isBetween(98_500L, 100_500L);
        assertThat(first.maxMicros()).isBetween(100_000L, 101_000L);
        assertThat(first.sumMicros()).isBetween(5_000_000L, 5_100_000L);
        assertThat(first.buckets().total()).isEqualTo(100);
        assertThat(first.buckets().percentileMicros(50)).isBetween(45_000L, 55_000L);
        assertThat(recorder.take()).isEqualTo(LatencySecond.NONE);

        recorder.record(5_000_000);
        assertThat(recorder.take().count()).isEqualTo(1);
    }

    @Test
    void takesWhatClocksOfTwoMachinesMakeNegativeForNone() {
        recorder.record(-3_000_000);
        LatencySecond second = recorder.take();
        assertThat(second.count()).isEqualTo(1);
        assertThat(second.maxMicros()).isZero();
    }

    @Test
    void takesWhatIsBeyondItsSpanForTheLongest() {
        recorder.record(Long.MAX_VALUE);
        assertThat(recorder.take().maxMicros())
                .isBetween(LatencyRecorder.MAX_MICROS, LatencyRecorder.MAX_MICROS + LatencyRecorder.MAX_MICROS / 100);
    }
}
