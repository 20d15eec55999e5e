package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class UptimeClockTest {

    @Test
    void readsSecondsAndHundredths() throws IOException {
        assertThat(UptimeClock.parse("13862.47 7296.57\n")).isEqualTo(13_862_470_000_000L);
        assertThat(UptimeClock.parse("0.00 0.00\n")).isZero();
        assertThat(UptimeClock.parse("99999999.99 1.00\n")).isEqualTo(99_999_999_990_000_000L);
    }

    @Test
    void saysWhatItCannotRead() {
        for (String line : new String[] {"", "12 ", "12.3 4", ".50 1.00", "x.50 1.00", "1.5x 1.00", "1.50"}) {
            assertThatThrownBy(() -> UptimeClock.parse(line))
                    .as(line)
                    .isInstanceOf(IOException.class)
                    .hasMessage("no seconds with two decimals in \"" + line.strip() + "\"");
        }
    }

    @Test
    void theMachinesOwnNeverGoesBack() {
        BootClock clock = BootClock.system();
        long last = clock.nanos();
        for (int i = 0; i < 1_000; i++) {
            long now = clock.nanos();
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
        assertThat(BootClock.system().bootId()).isEqualTo(clock.bootId());
    }

    @Test
    void aWallClockCanStandIn() {
        BootClock clock = BootClock.on(InstantSource.fixed(Instant.ofEpochMilli(1_234)));
        assertThat(clock.nanos()).isEqualTo(Duration.ofMillis(1_234).toNanos());
    }
}
