package io.firehole.simulator.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {

    @ParameterizedTest
    @CsvSource({"250ms,250", "3s,3000", "1.5s,1500", "5m,300000", "1h,3600000", "0s,0", "' 60S ',60000"})
    void readsANumberWithItsUnit(String text, long millis) {
        assertThat(Span.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "s", "-3s", "3 s", "3d", "1e3s", "9999999999999s", "0x3s"})
    void refusesWhatIsNoLengthOfTime(String text) {
        assertThatThrownBy(() -> Span.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void refusesMoreThanAYear() {
        assertThatThrownBy(() -> Span.parse("10000h"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longer than a year");
    }
}
