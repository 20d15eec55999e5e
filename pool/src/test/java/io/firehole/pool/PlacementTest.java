package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How many connections there are, and whose. */
class PlacementTest {

    private static World world(PoolConfig config) {
        return new World(4, config).running();
    }

    private static void join(World world, int monitors, Group group) {
        for (int i = 0; i < monitors; i++) {
            world.monitor(group.word() + i, group).ask(World.transactions("x", i % 7));
            world.pass(Duration.ofMillis(50));
        }
        world.pass(Duration.ofSeconds(1));
    }

    @Test
    void opensItsFirstConnectionAtStart() {
        World world = world(PoolConfig.DEFAULT);
        assertThat(world.provider.open()).hasSize(1);
        assertThat(world.pool.ready()).isTrue();
        assertThat(world.pool.stats().healthy()).isEqualTo(1);
        assertThat(world.provider.purposes).containsExactly(io.firehole.pool.budget.PermitClass.FIRST_CONNECT);
    }

    @Test
    void servesSevenMonitorsOverTwoConnections() {
        World world = world(PoolConfig.DEFAULT);
        join(world, 4, Group.HIGH);
        join(world, 3, Group.MEDIUM);
        PoolStats stats = world.pool.stats();
        assertThat(stats.monitors()).hasSize(7).allMatch(PoolStats.MonitorStats::active);
        assertThat(stats.total()).isEqualTo(2);
        assertThat(stats.streams()).hasSize(2);
        assertThat(stats.totals().misses()).isEqualTo(1);
        assertThat(stats.totals().hits()).isEqualTo(6);
    }

    @Test
    void opensAnotherConnectionOnlyWhenTheFirstIsFull() {
        World world = world(PoolConfig.DEFAULT);
        join(world, 5, Group.HIGH);
        assertThat(world.provider.open()).hasSize(1);
        join(world, 1, Group.HIGH);
        assertThat(world.provider.open()).hasSize(2);
    }

    @Test
    void keepsAGroupWithinItsShare() {
        World world = world(PoolConfig.DEFAULT.withMaxConnections(10));
        join(world, 60, Group.HIGH);
        assertThat(world.provider.open()).hasSize(4);
        assertThat(world.pool.stats().connections())
                .allSatisfy(connection -> assertThat(connection.monitors()).isEqualTo(15));
    }

    @Test
    void leavesEveryGroupThatIsUsedAConnection() {
        World world = world(PoolConfig.DEFAULT.withMaxConnections(3));
        join(world, 20, Group.HIGH);
        join(world, 20, Group.MEDIUM);
        join(world, 20, Group.LOW);
        assertThat(world.pool.stats().connections())
                .extracting(connection -> connection.group().orElseThrow())
                .containsExactlyInAnyOrder(Group.HIGH, Group.MEDIUM, Group.LOW);
    }

    @Test
    void sharesAcrossGroupsWhenThereAreFewerConnectionsThanGroups() {
        World world = world(PoolConfig.DEFAULT.withMaxConnections(1));
        join(world, 3, Group.HIGH);
        join(world, 3, Group.LOW);
        assertThat(world.provider.open()).hasSize(1);
        assertThat(world.pool.stats().monitors()).hasSize(6).allMatch(PoolStats.MonitorStats::active);
    }

    @Test
    void neverPassesTheMaximum() {
        World world = world(PoolConfig.DEFAULT.withMaxConnections(5));
        join(world, 30, Group.HIGH);
        join(world, 40, Group.MEDIUM);
        join(world, 50, Group.LOW);
        assertThat(world.provider.open()).hasSizeLessThanOrEqualTo(5);
        assertThat(world.pool.stats().monitors()).hasSize(120).allMatch(PoolStats.MonitorStats::active);
    }

    @Test
    void closesConnectionsThatCarryNothingForTheirTimeToLive() {
        World world = world(PoolConfig.DEFAULT);
        Reader reader = world.monitor("a");
        reader.ask(World.slots("s"));
        world.pass(Duration.ofMinutes(6));
        assertThat(world.provider.open()).as("it is used").hasSize(1);

        reader.stream.close();
        world.pass(Duration.ofSeconds(30));
        world.pass(Duration.ofMinutes(4));
        assertThat(world.provider.open()).hasSize(1);
        world.pass(Duration.ofMinutes(1).plusSeconds(1));
        assertThat(world.provider.open()).isEmpty();
        assertThat(world.pool.ready()).as("idle is not broken").isTrue();

        Reader back = world.monitor("a");
        back.ask(World.slots("s"));
        world.pass(Duration.ofSeconds(2));
        assertThat(back.received).isNotEmpty();
    }

    @Test
    void givesAnIdleConnectionToWhicheverGroupNeedsOne() {
        World world = world(PoolConfig.DEFAULT);
        Reader reader = world.monitor("a", Group.HIGH);
        reader.ask(World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        reader.stream.close();
        world.pass(Duration.ofSeconds(40));
        join(world, 1, Group.LOW);
        assertThat(world.provider.connections).hasSize(1);
    }
}
