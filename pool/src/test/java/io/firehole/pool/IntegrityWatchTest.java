package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Some updates are matched a second time, and a monitor that is not served exactly is taken apart from the others. */
class IntegrityWatchTest {

    private static final int SEEDS = 6;
    private static final PoolConfig KEEN = PoolConfig.DEFAULT.withIntegritySamplesPerSecond(1_000);

    /** Long enough to be served for the slots it takes to be judged. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private static World settled(PoolConfig config) {
        World world = new World(21, config).running();
        world.monitor("a").ask(World.transactions("x", 1, 2));
        world.monitor("b").ask(World.transactions("y", 2, 3));
        world.monitor("c").ask(World.slots("s"));
        world.pass(SETTLED);
        return world;
    }

    private static boolean isTransactionForA(SubscribeUpdate update) {
        return update.hasTransaction() && update.getFiltersList().contains("0");
    }

    /** Breaks what the provider says, until the pool has drawn its conclusion. */
    private static void breakUntilNoticed(World world, Function<SubscribeUpdate, SubscribeUpdate> broken) {
        world.provider.wire = update -> List.of(broken.apply(update));
        for (int second = 0; second < 60 && world.events().isEmpty(); second++) {
            world.pass(Duration.ofSeconds(1));
        }
        world.provider.wire = List::of;
    }

    @Test
    void findsNothingWrongWhereNothingIs() {
        long judged = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, KEEN).running();
            RandomMonitors monitors = new RandomMonitors(world, new Random(seed), 12, seed % 2 == 0 ? 30 : 0);
            monitors.live(Duration.ofSeconds(30));
            PoolStats.IntegrityStats integrity = world.pool.stats().integrity();
            assertThat(integrity.disagreements()).as("seed " + seed).isZero();
            judged += integrity.judged();
        }
        assertThat(judged).as("enough to mean something").isGreaterThan(200L * SEEDS);
    }

    @Test
    void findsNothingWrongWhileConnectionsBreakAndAreReplaced() {
        World world = settled(KEEN);
        for (int round = 0; round < 4; round++) {
            world.pool.reconnect(world.pool.stats().connections().getFirst().id());
            world.pass(SETTLED);
            world.provider.open().getFirst().cut("reset by peer");
            world.pass(SETTLED);
        }
        PoolStats.IntegrityStats integrity = world.pool.stats().integrity();
        assertThat(integrity.disagreements()).isZero();
        assertThat(integrity.judged()).isGreaterThan(800);
    }

    @Test
    void noticesUpdatesThatGoToTheWrongMonitor() {
        World world = settled(KEEN);
        breakUntilNoticed(
                world,
                update -> isTransactionForA(update)
                        ? update.toBuilder().clearFilters().addFilters("2").build()
                        : update);
        assertThat(world.pool.stats().integrity().disagreements()).isGreaterThanOrEqualTo(3);
        assertThat(world.events())
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.kind()).isEqualTo("mistrusted"))
                .allSatisfy(event -> assertThat(event.monitorId()).isIn("a", "b"));
    }

    @Test
    void givesWhoIsNotServedExactlyAStreamOfItsOwnAndDisturbsNobody() {
        World world = settled(KEEN);
        // What is for a alone goes to nobody.
        breakUntilNoticed(
                world,
                update -> isTransactionForA(update) && update.getFiltersCount() == 1
                        ? update.toBuilder().setFilters(0, "M").build()
                        : update);
        assertThat(world.events()).extracting(PoolEvent::monitorId).containsExactly("a");
        assertThat(world.events().getFirst().text()).contains("under the names []", "its filters say [x]");
        world.pass(Duration.ofSeconds(3));
        assertThat(world.stats("a").active()).isTrue();
        assertThat(world.stats("a").disagreements()).isEqualTo(Integrity.DISAGREEMENTS_MAX);
        assertThat(world.stats("a").streamId()).isNotEqualTo(world.stats("b").streamId());
        assertThat(world.stats("b").disagreements()).isZero();
        assertThat(world.stats("b").samples()).isPositive();
        assertThat(world.pool.stats().gaps()).isEmpty();
        assertThat(world.pool.stats().streams())
                .anySatisfy(stream -> assertThat(stream.description()).contains("for one monitor"));
    }

    @Test
    void leavesItOnAStreamOfItsOwnWhenItAsksForSomethingElse() {
        World world = new World(21, KEEN).running();
        world.monitor("a").ask(World.transactions("x", 1, 2));
        Reader b = world.monitor("b");
        b.ask(World.transactions("y", 2, 3));
        world.pass(SETTLED);
        breakUntilNoticed(
                world,
                update -> isTransactionForA(update)
                        ? update.toBuilder().addFilters("1").build()
                        : update);
        world.pass(Duration.ofSeconds(2));
        assertThat(world.events()).extracting(PoolEvent::monitorId).containsExactly("b");
        b.ask(World.transactions("y", 1));
        world.pass(Duration.ofSeconds(2));
        assertThat(world.stats("b").active()).isTrue();
        assertThat(world.stats("b").streamId()).isNotEqualTo(world.stats("a").streamId());
    }

    @Test
    void doesNotTakeOneMistakeForMore() {
        World world = settled(KEEN);
        int[] left = {1};
        world.provider.wire = update -> isTransactionForA(update) && left[0]-- > 0
                ? List.of(update.toBuilder().setFilters(0, "M").build())
                : List.of(update);
        world.pass(Duration.ofSeconds(60));
        assertThat(world.events()).isEmpty();
    }

    @Test
    void looksAtNoMoreThanItIsTold() {
        World world = settled(PoolConfig.DEFAULT.withIntegritySamplesPerSecond(2));
        long before = world.pool.stats().integrity().samples();
        world.pass(Duration.ofSeconds(30));
        assertThat(world.pool.stats().integrity().samples() - before).isBetween(50L, 60L);
    }

    @Test
    void looksAtNothingWhenItIsTurnedOff() {
        World world = settled(PoolConfig.DEFAULT.withIntegritySamplesPerSecond(0));
        assertThat(world.pool.stats().integrity()).isEqualTo(new PoolStats.IntegrityStats(0, 0, 0, 0));
    }

    @Test
    void goesOnWhereNobodyHasTimeToJudge() {
        World world = new World(21, KEEN).running();
        world.callbacks = task -> {
            throw new RejectedExecutionException("too busy");
        };
        Reader reader = world.monitor("a");
        reader.ask(World.transactions("x", 1, 2));
        world.pass(SETTLED);
        assertThat(reader.received).isNotEmpty();
        assertThat(world.pool.stats().integrity().dropped()).isGreaterThan(50);
    }

    @Test
    void judgesNoConditionOnDataThatWereCutAway() {
        World world = new World(21, KEEN).running();
        SubscribeRequest accounts = World.accounts("x", 1, 2, 3);
        SubscribeRequest.Builder sliced = accounts.toBuilder();
        sliced.addAccountsDataSliceBuilder().setOffset(0).setLength(1);
        sliced.putAccounts(
                "x",
                accounts.getAccountsOrThrow("x").toBuilder()
                        .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                .setDatasize(8))
                        .build());
        world.monitor("a").ask(sliced.build());
        world.pass(Duration.ofSeconds(30));
        assertThat(world.pool.stats().integrity().disagreements()).isZero();
    }
}
