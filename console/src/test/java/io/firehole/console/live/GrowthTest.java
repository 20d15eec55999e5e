package io.firehole.console.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowthTest {

    private final Growth growth = new Growth();

    private static long seconds(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void whatWasReadOnceHasNoRateYet() {
        growth.read(seconds(1), 1_000_000, 1);
        assertThat(growth.rates()).isEqualTo(Rates.NONE);
    }

    @Test
    void ratesAreOverTheSecondAndOverTheMinute() {
        long messages = 0;
        for (int second = 0; second <= 100; second++) {
            growth.read(seconds(second), messages, messages * 10);
            messages += second < 99 ? 10 : 70;
        }
        Rates rates = growth.rates();
        assertThat(rates.messages1s()).isEqualTo(70);
        assertThat(rates.bytes1s()).isEqualTo(700);
        assertThat(rates.messages60s()).as("59 seconds of 10 and one of 70").isEqualTo(11);
        assertThat(rates.bytes60s()).isEqualTo(110);
    }

    @Test
    void aLatePictureMakesNoFasterRate() {
        growth.read(seconds(0), 0, 0);
        growth.read(seconds(2.5), 100, 250);
        assertThat(growth.rates()).isEqualTo(new Rates(40, 100, 40, 100));
    }

    @Test
    void whatIsGoneIsForgotten() {
        GrowthTable<String> table = new GrowthTable<>();
        table.read(seconds(0), "a", 0, 0);
        table.rates();
        table.read(seconds(1), "b", 0, 0);
        assertThat(table.rates()).containsOnlyKeys("b");
        table.read(seconds(2), "a", 500, 0);
        assertThat(table.rates().get("a")).as("it begins anew").isEqualTo(Rates.NONE);
    }

    @Test
    void aPriceIsPerGigabyteAsProvidersCount() {
        assertThat(Price.parse("0.08 USD/GB").of(2_500_000_000L)).isEqualByComparingTo("0.20");
        assertThat(Price.parse("80 EUR/TB")).hasToString("0.08 EUR/GB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "0.08USD", "-1 USD/GB", "1 USD/MB", "1,5 USD/GB", "1 <b>/GB"})
    void anythingElseIsNoPrice(String text) {
        assertThatThrownBy(() -> Price.parse(text)).hasMessageContaining("as in 0.08 USD/GB");
    }
}
