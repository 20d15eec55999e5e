package io.firehole.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

    @Test
    void readsBackEveryTimeAndSizeItShows() {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 10_000; i++) {
            Duration time = Duration.ofNanos(random.nextLong(1L << random.nextInt(1, 60)));
            assertThat(Values.duration(Values.show(time))).isEqualTo(time);
            long bytes = random.nextLong(1L << random.nextInt(1, 50));
            assertThat(Values.bytes(Values.showBytes(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void showsTimesAsPeopleWriteThem() {
        assertThat(Values.show(Duration.ofMinutes(5))).isEqualTo("5m");
        assertThat(Values.show(Duration.ofSeconds(90))).isEqualTo("90s");
        assertThat(Values.show(Duration.ofMillis(1500))).isEqualTo("1500ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1.5s", "99999999999999999h", "1e3s", "1 s s"})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> Values.duration(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
