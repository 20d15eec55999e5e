package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolTallyTest {

    private final VirtualTime time = new VirtualTime();
    private final PoolTally tally = new PoolTally(time, InstantSource.system());

    @Test
    void keepsAnEventWithItsTime() {
        time.runFor(Duration.ofNanos(7));
        tally.event("refused", "a", "it was not to the provider's taste");
        assertThat(tally.latestEvents())
                .containsExactly(new PoolEvent(7, "refused", "a", "it was not to the provider's taste"));
    }

    @Test
    void keepsTheLatestEventsAndCountsThemAll() {
        for (int i = 0; i < PoolStats.EVENTS_KEPT + 5; i++) {
            tally.event("refused", "m" + i, "");
        }
        assertThat(tally.latestEvents()).hasSize(PoolStats.EVENTS_KEPT);
        assertThat(tally.latestEvents().getFirst().monitorId()).isEqualTo("m5");
        assertThat(tally.totals(List.of(), List.of(), 0, 0, 0).events()).isEqualTo(PoolStats.EVENTS_KEPT + 5);
    }
}
