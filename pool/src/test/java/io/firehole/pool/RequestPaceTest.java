package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.Rate;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How often the provider is asked for something. */
class RequestPaceTest {

    private final VirtualTime time = new VirtualTime();
    private final Random random = new Random(8);

    @Test
    void isNeverInTheWayWhereTheProviderSaysNothing() {
        RequestPace pace = new RequestPace(time, List.of());
        for (int i = 0; i < 1_000; i++) {
            assertThat(pace.waitNanos(3)).isZero();
            pace.sent(3);
        }
    }

    @Test
    void neverSendsMoreInAnyWindowThanIsAllowed() {
        Rate second = new Rate(5, Duration.ofSeconds(1));
        Rate minute = new Rate(60, Duration.ofSeconds(60));
        RequestPace pace = new RequestPace(time, List.of(second, minute));
        List<Long> sent = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int count = 1 + random.nextInt(3);
            if (pace.waitNanos(count) == 0) {
                pace.sent(count);
                for (int j = 0; j < count; j++) {
                    sent.add(time.nanos());
                }
            }
            time.runFor(Duration.ofMillis(random.nextInt(200)));
        }
        assertThat(sent.size()).as("it does send").isGreaterThan(1_000);
        assertThat(mostIn(second.per(), sent)).isLessThanOrEqualTo(second.max());
        assertThat(mostIn(minute.per(), sent)).isLessThanOrEqualTo(minute.max());
    }

    @Test
    void saysExactlyHowLongToWait() {
        RequestPace pace = new RequestPace(time, List.of(new Rate(2, Duration.ofSeconds(1))));
        pace.sent(2);
        long wait = pace.waitNanos(1);
        assertThat(wait).isEqualTo(Duration.ofMillis(1_100).toNanos());
        time.runForNanos(wait - 1);
        assertThat(pace.waitNanos(1)).isEqualTo(1);
        time.runForNanos(1);
        assertThat(pace.waitNanos(2)).isZero();
        assertThat(pace.delayed()).isEqualTo(2);
    }

    @Test
    void letsMoreThanAWindowHoldsPassWhenItIsEmpty() {
        RequestPace pace = new RequestPace(time, List.of(new Rate(2, Duration.ofSeconds(1))));
        assertThat(pace.waitNanos(3)).isZero();
        pace.sent(1);
        assertThat(pace.waitNanos(3)).isPositive();
    }

    @Test
    void saysWhatCanNeverGoOutAtOnce() {
        RequestPace pace = new RequestPace(
                time, List.of(new Rate(2, Duration.ofSeconds(1)), new Rate(60, Duration.ofSeconds(60))));
        assertThat(pace.admitsAtOnce(2)).isTrue();
        assertThat(pace.admitsAtOnce(3)).isFalse();
    }

    @Test
    void delaysWhatAPoolAsksAndDropsNothing() {
        World world = new World(
                        3, PoolConfig.DEFAULT.withProfile(Profiles.named("open").with(Map.of("requests", "4/1s"))))
                .running();
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            readers.add(world.monitor("m" + i));
            readers.getLast().ask(World.transactions("x", i % 8, i % 7));
            world.pass(Duration.ofMillis(130));
        }
        world.pass(Duration.ofSeconds(5));
        assertThat(world.pool.stats().monitors()).hasSize(30).allMatch(PoolStats.MonitorStats::active);
        assertThat(mostIn(Duration.ofSeconds(1), world.provider.askedAtNanos)).isLessThanOrEqualTo(4);
        assertThat(world.pool.stats().totals().delayedRequests()).isPositive();
    }

    @Test
    void asksForNothingWhenAChangeIsServedAlready() {
        World world = new World(3).running();
        Reader one = world.monitor("one");
        one.ask(World.transactions("x", 1));
        Reader other = world.monitor("other");
        other.ask(World.transactions("y", 2));
        world.pass(Duration.ofSeconds(1));
        int asked = world.provider.asked.size();
        other.ask(World.transactions("z", 1));
        world.pass(Duration.ofSeconds(2));
        assertThat(world.provider.asked).hasSize(asked);
        assertThat(world.stats("other").active()).isTrue();
        assertThat(other.received.getLast().getFiltersList()).containsExactly("z");
    }

    private static int mostIn(Duration window, List<Long> sent) {
        int most = 0;
        int first = 0;
        for (int last = 0; last < sent.size(); last++) {
            while (sent.get(last) - sent.get(first) >= window.toNanos()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }
}
