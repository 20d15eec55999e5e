package io.firehole.pool.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {

    @Test
    void everyLatencyIsAboveTheBucketBeforeAndNotAboveItsOwn() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            assertBelongs(random.nextLong(1L << random.nextInt(1, 40)));
        }
        for (int index = 0; index < LatencyBuckets.SIZE - 1; index++) {
            assertBelongs(LatencyBuckets.upperMicros(index));
            assertBelongs(LatencyBuckets.upperMicros(index) + 1);
        }
        assertBelongs(Long.MAX_VALUE);
        assertThat(LatencyBuckets.indexOf(-5)).isZero();
    }

    private static void assertBelongs(long micros) {
        int index = LatencyBuckets.indexOf(micros);
        assertThat(micros).isLessThanOrEqualTo(LatencyBuckets.upperMicros(index));
        if (index > 0) {
            assertThat(micros).isGreaterThan(LatencyBuckets.upperMicros(index - 1));
        }
    }

    @Test
    void thereAreFourAnOctaveFrom64MicrosTo67Seconds() {
        assertThat(LatencyBuckets.upperMicros(0)).isEqualTo(64);
        assertThat(LatencyBuckets.upperMicros(4)).isEqualTo(128);
        assertThat(LatencyBuckets.upperMicros(80)).isEqualTo(67_108_864);
        assertThat(LatencyBuckets.upperMicros(81)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPercentileIsAtMostATenthOff() {
        Random random = new Random(2);
        long[] values = new long[10_000];
        long[] counts = new long[LatencyBuckets.SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = 65 + (long) Math.exp(random.nextDouble(5, 16));
            counts[LatencyBuckets.indexOf(values[i])]++;
        }
        Arrays.sort(values);
        LatencyBuckets buckets = LatencyBuckets.of(counts);
        for (double percent : new double[] {1, 50, 90, 99, 99.9, 100}) {
            double exact = values[(int) Math.ceil(values.length * percent / 100) - 1];
            assertThat(buckets.percentileMicros(percent) / exact)
                    .as("p%s, exactly %s", percent, exact)
                    .isCloseTo(1.0, within(0.1));
        }
    }

    @Test
    void thePercentileOfASumIsNotTheMeanOfPercentiles() {
        LatencyBuckets quick = all(99, 100);
        LatencyBuckets slow = all(1, 1_000_000);

        assertThat(quick.plus(slow).percentileMicros(50)).isEqualTo(quick.percentileMicros(50));
        assertThat(quick.plus(slow).percentileMicros(100)).isEqualTo(slow.percentileMicros(50));
        assertThat(quick.plus(slow).total()).isEqualTo(100);
        assertThat(quick.plus(slow)).isEqualTo(slow.plus(quick)).hasSameHashCodeAs(slow.plus(quick));
    }

    @Test
    void withoutLatenciesAPercentileIsZeroAndTheEndsStandForAllBeyond() {
        assertThat(LatencyBuckets.NONE.percentileMicros(99)).isZero();
        assertThat(all(1, 3).percentileMicros(50)).isEqualTo(64);
        assertThat(all(1, 100_000_000).percentileMicros(50)).isEqualTo(67_108_864);
    }

    @Test
    void whatCannotBeIsRefusedWithItsValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LatencyBuckets.of(new long[80]))
                .withMessage("there are 82 buckets, not 80");
        long[] negative = new long[LatencyBuckets.SIZE];
        negative[3] = -1;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LatencyBuckets.of(negative))
                .withMessage("bucket 3 holds -1");
        assertThatIllegalArgumentException().isThrownBy(() -> LatencyBuckets.NONE.percentileMicros(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LatencySecond(2, 0, 0, 0, 0, all(1, 3)))
                .withMessageContaining("2 latencies")
                .withMessageContaining("hold 1");
    }

    @Test
    void aSecondHasEachStreamOnceAndBeginsOnTheSecond() {
        StreamSecond stream = new StreamSecond(1, "prices", "high", 3, 900, 0, 0, 0, LatencySecond.NONE);
        Instant begin = Instant.parse("2026-11-21T10:00:00Z");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MetricsSecond(begin, List.of(stream, stream)))
                .withMessageContaining("monitor prices on connection 1 comes twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MetricsSecond(begin.plusMillis(3), List.of(stream)))
                .withMessageContaining("whole second");
    }

    private static LatencyBuckets all(int count, long micros) {
        long[] counts = new long[LatencyBuckets.SIZE];
        counts[LatencyBuckets.indexOf(micros)] = count;
        return LatencyBuckets.of(counts);
    }
}
