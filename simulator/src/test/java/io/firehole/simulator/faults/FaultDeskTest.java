package io.firehole.simulator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.simulator.time.MovedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultDeskTest {

    private final MovedClock clock = new MovedClock();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Site site = new Site();
    private final FaultDesk desk = new FaultDesk(site, clock, timer);

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @Test
    void strikesOpenConnectionsAtOnce() {
        assertThat(desk.inject(Fault.of(FaultKind.RESET).on(3L))).isEqualTo(4);
        assertThat(site.struck).containsExactly(Fault.of(FaultKind.RESET).on(3L));
    }

    @Test
    void refusesForAsLongAsItWasTold() {
        desk.inject(Fault.of(FaultKind.REFUSE).lasting(Duration.ofSeconds(2)));
        assertThat(desk.refusing()).isTrue();
        clock.advance(Duration.ofMillis(1_999));
        assertThat(desk.refusing()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(desk.refusing()).isFalse();
    }

    @Test
    void deniesOneRequestWithoutATime() {
        desk.inject(Fault.of(FaultKind.INVALID));
        assertThat(desk.deniesRequest(1)).isTrue();
        assertThat(desk.deniesRequest(1)).isFalse();
    }

    @Test
    void deniesReplayOnTheConnectionsNamedOnly() {
        desk.inject(Fault.of(FaultKind.NO_REPLAY).on(2L).lasting(Duration.ofSeconds(1)));
        assertThat(desk.deniesReplay(1)).isFalse();
        assertThat(desk.deniesReplay(2)).isTrue();
        assertThat(desk.deniesReplay(2)).isTrue();
    }

    @Test
    void letsASlotDie() {
        assertThat(desk.inject(Fault.of(FaultKind.DEAD_SLOT))).isEqualTo(7);
        assertThat(site.killed).isEqualTo(1);
    }

    @Test
    void repeatsUntilCleared() throws InterruptedException {
        site.expected = new CountDownLatch(3);
        desk.inject(Fault.of(FaultKind.STREAM_ERROR).every(Duration.ofMillis(10)));
        assertThat(site.expected.await(10, TimeUnit.SECONDS)).isTrue();
        desk.inject(Fault.of(FaultKind.REFUSE));
        desk.inject(Fault.of(FaultKind.CLEAR));
        assertThat(site.released).isEqualTo(1);
        assertThat(desk.refusing()).isFalse();
        assertThatThrownBy(() -> Fault.of(FaultKind.RESET).every(Duration.ofMillis(9)))
                .hasMessageContaining("at least 10ms");
    }

    private static final class Site implements FaultSite {
        final List<Fault> struck = new ArrayList<>();
        CountDownLatch expected = new CountDownLatch(0);
        int killed;
        int released;

        @Override
        public synchronized int strike(Fault fault) {
            struck.add(fault);
            expected.countDown();
            return 4;
        }

        @Override
        public int concerned(Fault fault) {
            return 7;
        }

        @Override
        public void killNextSlot() {
            killed++;
        }

        @Override
        public void release() {
            released++;
        }
    }
}
