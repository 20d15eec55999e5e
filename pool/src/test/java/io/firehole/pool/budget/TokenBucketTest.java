package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final VirtualTime time = new VirtualTime(Long.MAX_VALUE - 5);
    private final TokenBucket bucket = new TokenBucket(60, MINUTE, time);

    @Test
    void isFullAtFirst() {
        assertThat(bucket.availableTokens()).isEqualTo(60);
        assertThat(bucket.nextTokenInNanos()).isZero();
    }

    @Test
    void givesAllOrNothing() {
        assertThat(bucket.tryAcquire(59)).isTrue();
        assertThat(bucket.tryAcquire(2)).isFalse();
        assertThat(bucket.availableTokens()).isEqualTo(1);
        assertThat(bucket.tryAcquire(1)).isTrue();
        assertThat(bucket.tryAcquire(1)).isFalse();
    }

    @Test
    void tellsWhenTheNextTokenComes() {
        bucket.tryAcquire(60);
        assertThat(Duration.ofNanos(bucket.nextTokenInNanos())).isEqualTo(Duration.ofSeconds(1));
        assertThat(Duration.ofNanos(bucket.inNanos(30))).isEqualTo(Duration.ofSeconds(30));
        time.runFor(Duration.ofMillis(400));
        assertThat(Duration.ofNanos(bucket.nextTokenInNanos())).isEqualTo(Duration.ofMillis(600));
        time.runFor(Duration.ofMillis(600));
        assertThat(bucket.availableTokens()).isEqualTo(1);
    }

    @Test
    void neverHoldsMoreThanItsCapacity() {
        time.runFor(Duration.ofHours(1));
        assertThat(bucket.availableTokens()).isEqualTo(60);
    }

    /** What it is documented to allow, and why it is not the default. */
    @Test
    void letsOneLessThanTwiceItsCapacityThroughWithinOneWindow() {
        int taken = 0;
        for (int millis = 0; millis < 60_000; millis++) {
            while (bucket.tryAcquire(1)) {
                taken++;
            }
            time.runFor(Duration.ofMillis(1));
        }
        assertThat(taken).isEqualTo(119);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> new TokenBucket(0, MINUTE, time)).hasMessageContaining("at least 1 token, was 0");
        assertThatThrownBy(() -> new TokenBucket(1, Duration.ZERO, time)).hasMessageContaining("was PT0S");
        assertThatThrownBy(() -> bucket.tryAcquire(61)).hasMessageContaining("from 1 to 60, was 61");
        assertThatThrownBy(() -> bucket.tryAcquire(0)).hasMessageContaining("was 0");
    }
}
