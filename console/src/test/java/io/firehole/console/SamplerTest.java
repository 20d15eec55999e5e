package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.live.PoolView;
import io.firehole.console.live.Sampler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private OpenConsole console;
    private final AtomicReference<Instant> now = new AtomicReference<>(OpenConsole.NOW);
    private final OpenConsole.ManualTimers timers = new OpenConsole.ManualTimers();

    @BeforeEach
    void open() throws IOException {
        console = new OpenConsole();
    }

    @AfterEach
    void close() {
        console.close();
    }

    @Test
    void whatIsOverHasTheSameTimeInEveryPicture() {
        try (Sampler sampler = Sampler.start(PoolView.of(console.pool), Optional::empty, now::get, timers)) {
            long thenNanos = sampler.latest().stats().atNanos();
            Instant told = sampler.latest().timeOf(thenNanos);
            assertThat(told).isEqualTo(OpenConsole.NOW);

            // The clocks are read some time apart, now more and now less.
            for (int millis = 1; millis <= 200; millis += 7) {
                now.set(OpenConsole.NOW.plusMillis(millis));
                timers.tick();
                assertThat(sampler.latest().timeOf(thenNanos)).isEqualTo(told);
            }
        }
    }

    @Test
    void onceTheTimeOfDayIsSetAnewThePastHasItToo() {
        try (Sampler sampler = Sampler.start(PoolView.of(console.pool), Optional::empty, now::get, timers)) {
            long thenNanos = sampler.latest().stats().atNanos();
            now.set(OpenConsole.NOW.plus(Duration.ofHours(2)));
            timers.tick();
            assertThat(Duration.between(OpenConsole.NOW, sampler.latest().timeOf(thenNanos)))
                    .isBetween(Duration.ofHours(1), Duration.ofHours(2));
        }
    }
}
