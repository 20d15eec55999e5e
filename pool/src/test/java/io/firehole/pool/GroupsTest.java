package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What each group may have, which group fits a monitor, and how it gets there. */
class GroupsTest {

    // ---- shares ----

    private static Map<Group, Integer> shares(int max) {
        return Shares.of(PoolConfig.DEFAULT.withMaxConnections(max)).each();
    }

    private static Map<Group, Integer> connections(int high, int medium, int low) {
        Map<Group, Integer> each = new EnumMap<>(Group.class);
        each.put(Group.HIGH, high);
        each.put(Group.MEDIUM, medium);
        each.put(Group.LOW, low);
        return each;
    }

    @Test
    void sharesConnectionsFortyThirtyTwentyWithAReserve() {
        assertThat(shares(100)).isEqualTo(connections(40, 30, 20));
        assertThat(shares(15)).isEqualTo(connections(6, 4, 3));
        assertThat(shares(10)).isEqualTo(connections(4, 3, 2));
        assertThat(Shares.of(PoolConfig.DEFAULT.withMaxConnections(10)).reserve())
                .isEqualTo(1);
        assertThat(Shares.of(PoolConfig.DEFAULT.withMaxConnections(15)).reserve())
                .isEqualTo(2);
    }

    @Test
    void leavesEachGroupOneHoweverFewThereAre() {
        for (int max = 1; max <= 5; max++) {
            assertThat(shares(max).values()).allMatch(share -> share >= 1);
        }
        assertThat(shares(3)).isEqualTo(connections(1, 1, 1));
        assertThat(shares(5)).isEqualTo(connections(2, 1, 1));
    }

    @Test
    void leavesAGroupWithoutAShareOneThatTheLargestGivesUp() {
        PoolConfig uneven = PoolConfig.DEFAULT
                .withMaxConnections(6)
                .withGroup(Group.HIGH, new GroupLimits(0.5, 5))
                .withGroup(Group.MEDIUM, new GroupLimits(0.5, 10))
                .withGroup(Group.LOW, new GroupLimits(0, 15));
        assertThat(Shares.of(uneven).each()).isEqualTo(connections(3, 2, 1));
        PoolConfig greedy =
                uneven.withGroup(Group.HIGH, new GroupLimits(1, 5)).withGroup(Group.MEDIUM, new GroupLimits(0, 10));
        assertThat(Shares.of(greedy.withMaxConnections(3)).each()).isEqualTo(connections(1, 1, 1));
    }

    @Test
    void neverGivesAwayMoreThanThereAre() {
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            double high = random.nextInt(101);
            double medium = random.nextInt(101 - (int) high);
            double low = random.nextInt(101 - (int) (high + medium));
            int max = 1 + random.nextInt(50);
            Shares shares = Shares.of(PoolConfig.DEFAULT
                    .withMaxConnections(max)
                    .withGroup(Group.HIGH, new GroupLimits(high / 100, 5))
                    .withGroup(Group.MEDIUM, new GroupLimits(medium / 100, 5))
                    .withGroup(Group.LOW, new GroupLimits(low / 100, 5)));
            int sum =
                    shares.each().values().stream().mapToInt(Integer::intValue).sum();
            assertThat(shares.each().values()).allMatch(share -> share >= 1);
            assertThat(sum + shares.reserve()).isEqualTo(Math.max(3, max));
        }
    }

    private static World used(int max, int perGroup) {
        World world = new World(4, PoolConfig.DEFAULT.withMaxConnections(max)).running();
        for (Group group : Group.values()) {
            for (int i = 0; i < perGroup; i++) {
                world.monitor(group.word() + i, group).ask(World.transactions("x", i % 7));
                world.pass(Duration.ofMillis(50));
            }
        }
        world.pass(Duration.ofSeconds(2));
        assertThat(world.pool.stats().monitors()).hasSize(3 * perGroup).allMatch(PoolStats.MonitorStats::active);
        assertThat(world.provider.open()).hasSize(max);
        return world;
    }

    @Test
    void servesEveryGroupOverTheOnlyConnection() {
        used(1, 8);
    }

    @Test
    void servesTheThirdGroupOverTheConnectionsOfTheOthersIfThereAreTwo() {
        World world = used(2, 8);
        assertThat(world.pool.stats().connections())
                .extracting(connection -> connection.group().orElseThrow())
                .containsExactlyInAnyOrder(Group.HIGH, Group.MEDIUM);
    }

    @Test
    void givesEachGroupAConnectionOfItsOwnIfThereAreThree() {
        World world = used(3, 8);
        assertThat(world.pool.stats().connections())
                .extracting(connection -> connection.group().orElseThrow())
                .containsExactlyInAnyOrder(Group.HIGH, Group.MEDIUM, Group.LOW);
    }

    // ---- rates ----

    private static final long SECOND = 1_000_000_000L;

    private static MonitorRate after(MonitorRate rate, long[] clock, long[] count, double perSecond, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            clock[0] += 5 * SECOND;
            count[0] += Math.round(5 * perSecond);
            rate.measure(true, count[0], clock[0], GroupRates.DEFAULT);
        }
        return rate;
    }

    @Test
    void averagesOverAboutAMinuteFromTheFirstMomentOn() {
        MonitorRate rate = new MonitorRate(Group.MEDIUM);
        long[] clock = {0};
        long[] count = {0};
        rate.measure(true, 0, 0, GroupRates.DEFAULT);
        assertThat(rate.perSecond()).isZero();
        assertThat(after(rate, clock, count, 100, Duration.ofSeconds(5)).perSecond())
                .isBetween(99.9, 100.1);
        assertThat(after(rate, clock, count, 100, Duration.ofMinutes(10)).perSecond())
                .isBetween(99.9, 100.1);
        assertThat(after(rate, clock, count, 0, MonitorRate.MEMORY).perSecond()).isBetween(36.0, 38.0);
    }

    @Test
    void suggestsAGroupOnlyWhenTheRateIsSteady() {
        MonitorRate rate = new MonitorRate(Group.MEDIUM);
        long[] clock = {0};
        long[] count = {0};
        rate.measure(true, 0, 0, GroupRates.DEFAULT);
        assertThat(after(rate, clock, count, 80, Duration.ofSeconds(115)).suggested())
                .isEqualTo(Group.MEDIUM);
        assertThat(after(rate, clock, count, 80, Duration.ofSeconds(15)).suggested())
                .isEqualTo(Group.HIGH);
        assertThat(after(rate, clock, count, 45, Duration.ofMinutes(20)).suggested())
                .as("within a fifth of the mark it stays")
                .isEqualTo(Group.HIGH);
        assertThat(after(rate, clock, count, 30, Duration.ofMinutes(20)).suggested())
                .isEqualTo(Group.MEDIUM);
        assertThat(after(rate, clock, count, 0.2, Duration.ofMinutes(20)).suggested())
                .isEqualTo(Group.LOW);
    }

    @Test
    void takesNothingFromATimeInWhichTheMonitorWasNotServed() {
        MonitorRate rate = new MonitorRate(Group.HIGH);
        long[] clock = {0};
        long[] count = {0};
        rate.measure(true, 0, 0, GroupRates.DEFAULT);
        after(rate, clock, count, 100, Duration.ofMinutes(5));
        for (int i = 0; i < 100; i++) {
            clock[0] += 5 * SECOND;
            rate.measure(false, count[0], clock[0], GroupRates.DEFAULT);
        }
        assertThat(after(rate, clock, count, 100, Duration.ofMinutes(1)).perSecond())
                .isBetween(99.0, 101.0);
        assertThat(rate.suggested()).isEqualTo(Group.HIGH);
    }

    @Test
    void refusesMarksThatContradictEachOther() {
        assertThatThrownBy(() -> new GroupRates(1, 1, 0, Duration.ZERO, Duration.ZERO))
                .hasMessageContaining("low-below");
        assertThatThrownBy(() -> new GroupRates(2, 1, 1, Duration.ZERO, Duration.ZERO))
                .hasMessageContaining("hysteresis");
    }

    // ---- automatic ----

    private static final GroupRates SMALL = new GroupRates(10, 3, 0.2, Duration.ofSeconds(30), Duration.ofMinutes(2));

    /** A busy monitor (some 20 updates a second) and a quiet one, both of the medium group. */
    private static World measured(boolean automatic) {
        World world = new World(5, PoolConfig.DEFAULT.withGroupRates(SMALL).withAutomaticGroups(automatic)).running();
        world.monitor("busy")
                .ask(World.transactions("t").toBuilder()
                        .mergeFrom(World.accounts("a", 0, 1, 2, 3, 4, 5, 6, 7))
                        .build());
        world.monitor("quiet").ask(World.accounts("a", 99));
        return world;
    }

    @Test
    void suggestsAndMovesNobodyUnlessItIsTold() {
        World world = measured(false);
        world.pass(Duration.ofMinutes(2));
        assertThat(world.stats("busy").updatesPerSecond()).isGreaterThan(10);
        assertThat(world.stats("busy").suggestedGroup()).isEqualTo(Group.HIGH);
        assertThat(world.stats("busy").group()).isEqualTo(Group.MEDIUM);
        assertThat(world.stats("quiet").suggestedGroup()).isEqualTo(Group.LOW);
        assertThat(world.stats("quiet").updatesPerSecond()).isZero();
    }

    @Test
    void movesAMonitorToTheGroupThatFitsItsRateAndSaysWhy() {
        World world = measured(true);
        world.pass(Duration.ofMinutes(2));
        assertThat(world.stats("busy").group()).isEqualTo(Group.HIGH);
        assertThat(world.stats("quiet").group()).isEqualTo(Group.LOW);
        assertThat(world.stats("busy").streamId())
                .isNotEqualTo(world.stats("quiet").streamId());
        assertThat(world.events())
                .filteredOn(event -> event.kind().equals("group"))
                .anySatisfy(event -> {
                    assertThat(event.monitorId()).isEqualTo("busy");
                    assertThat(event.text()).contains("from medium to high").contains("high from 10.0");
                });
        assertThat(world.pool.stats().totals().reconnects()).isZero();
        assertThat(world.pool.stats().gaps()).isEmpty();
    }

    @Test
    void leavesAMonitorWhereItIsToStay() {
        World world = new World(5, PoolConfig.DEFAULT.withGroupRates(SMALL).withAutomaticGroups(true)).running();
        new Reader(world.time, world.pool, new Monitor("fixed", Group.MEDIUM).asFixed()).ask(World.accounts("a", 99));
        world.monitor("moved by hand").ask(World.accounts("a", 99));
        world.pass(Duration.ofSeconds(2));
        world.pool.move("moved by hand", Group.HIGH);
        world.pass(Duration.ofMinutes(5));
        assertThat(world.stats("fixed").group()).isEqualTo(Group.MEDIUM);
        assertThat(world.stats("moved by hand").group()).isEqualTo(Group.HIGH);
    }

    @Test
    void restsBetweenTwoMovesOfOneMonitor() {
        World world = measured(true);
        world.pass(Duration.ofMinutes(1));
        assertThat(world.stats("busy").group()).isEqualTo(Group.HIGH);
        world.provider.wire =
                update -> update.hasSlot() || update.hasBlockMeta() ? java.util.List.of(update) : java.util.List.of();
        world.pass(Duration.ofSeconds(80));
        long moves = moves(world, "busy");
        assertThat(moves).isEqualTo(1);
        world.pass(Duration.ofMinutes(5));
        assertThat(moves(world, "busy")).isEqualTo(3);
    }

    private static long moves(World world, String monitor) {
        return world.events().stream()
                .filter(event -> event.kind().equals("group"))
                .filter(event -> event.monitorId().equals(monitor))
                .count();
    }
}
