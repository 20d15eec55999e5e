package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Random monitors through the pool, compared with direct subscriptions of their own, update for update: a first look within
 * seconds. Real blocks, every condition and a provider's rules come in {@code io.firehole.simulation}, among the tests of cli.
 */
class DifferentialTest {

    private static final int SEEDS = 10;
    /** By then a request is in effect that is tried behind others, and then asked for on another call. */
    private static final Duration TRIED_AND_MOVED = Duration.ofSeconds(5);

    private static final Duration LIFE = Duration.ofSeconds(20);

    @Test
    void givesEachMonitorWhatADirectSubscriptionWouldHaveGiven() {
        long received = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            RandomMonitors monitors = run(seed, 0, List::of);
            assertThat(monitors.faults()).as("seed " + seed).isEmpty();
            received += monitors.received();
        }
        assertThat(received).as("enough to mean something").isGreaterThan(10_000L * SEEDS / 10);
    }

    @Test
    void doesSoForMonitorsThatChangeCommitmentAndSlices() {
        for (long seed = 1_000; seed < 1_000 + SEEDS; seed++) {
            assertThat(run(seed, 30, List::of).faults()).as("seed " + seed).isEmpty();
        }
    }

    @Test
    void doesSoWhereTheProviderAllowsFewerFiltersThanThereAre() {
        PoolConfig narrow = PoolConfig.DEFAULT.withProfile(PoolConfig.DEFAULT
                .profile()
                .with(Map.of("accounts.max", "2", "transactions.max", "3", "slots.max", "1", "blocks-meta.max", "1")));
        long united = 0;
        for (long seed = 2_000; seed < 2_000 + SEEDS; seed++) {
            World world = new World(seed, narrow).running();
            // Statuses and blocks cannot be united, so who asks for many of them would find no room.
            RandomMonitors monitors = new RandomMonitors(
                    world,
                    new Random(seed),
                    12,
                    new RandomRequests(new Random(seed + 1), 20).unitable(),
                    TRIED_AND_MOVED);
            monitors.live(LIFE);
            assertThat(monitors.faults()).as("seed " + seed).isEmpty();
            assertThat(world.provider.refusals).as("seed " + seed).isEmpty();
            united += monitors.received();
        }
        assertThat(united).isGreaterThan(SEEDS * 500L);
    }

    // What follows makes sure that the comparison can fail: each test breaks the routing in one way.

    @Test
    void noticesAnUpdateThatGoesMissing() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(update -> isData(update) && count.incrementAndGet() % 200 == 0 ? List.of() : List.of(update));
    }

    @Test
    void noticesAnUpdateThatComesTwice() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(update ->
                isData(update) && count.incrementAndGet() % 200 == 0 ? List.of(update, update) : List.of(update));
    }

    @Test
    void noticesAnUpdateThatGoesToTheNextLabel() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(update -> isData(update) && count.incrementAndGet() % 200 == 0
                ? List.of(update.toBuilder().setFilters(0, "1").build())
                : List.of(update));
    }

    @Test
    void noticesANameThatIsLost() {
        assertNoticed(update -> {
            if (update.getFiltersCount() < 2) {
                return List.of(update);
            }
            SubscribeUpdate.Builder poorer = update.toBuilder().clearFilters();
            return List.of(poorer.addAllFilters(update.getFiltersList().subList(1, update.getFiltersCount()))
                    .build());
        });
    }

    @Test
    void noticesTwoUpdatesInTheWrongOrder() {
        AtomicInteger count = new AtomicInteger();
        Deque<SubscribeUpdate> held = new ArrayDeque<>();
        assertNoticed(update -> {
            if (!held.isEmpty()) {
                return List.of(update, held.remove());
            }
            if (isData(update) && count.incrementAndGet() % 100 == 0) {
                held.add(update);
                return List.of();
            }
            return List.of(update);
        });
    }

    private static void assertNoticed(Function<SubscribeUpdate, List<SubscribeUpdate>> broken) {
        assertThat(run(7, 0, List::of).faults()).isEmpty();
        assertThat(run(7, 0, broken).faults()).isNotEmpty();
    }

    private static boolean isData(SubscribeUpdate update) {
        return !update.hasSlot() && update.getFiltersCount() > 0;
    }

    private static RandomMonitors run(
            long seed, int otherStreamsPercent, Function<SubscribeUpdate, List<SubscribeUpdate>> wire) {
        World world = new World(seed).running();
        world.provider.wire = wire;
        RandomMonitors monitors = new RandomMonitors(
                world,
                new Random(seed),
                12,
                otherStreamsPercent,
                otherStreamsPercent > 0 ? TRIED_AND_MOVED : DirectSubscription.EFFECT_MAX);
        monitors.live(LIFE);
        return monitors;
    }
}
