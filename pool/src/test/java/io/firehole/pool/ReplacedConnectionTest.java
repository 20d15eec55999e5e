package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.firehole.pool.budget.PermitClass;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A connection that is replaced while monitors are on it: each of them gets what it would have got without. */
class ReplacedConnectionTest {

    private static final int SEEDS = 12;

    private World world = new World(21).running();
    private WatchedMonitors watched = new WatchedMonitors(world);

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader = watched.joins(world.monitor(id), new DirectSubscription(false), request);
        world.pass(Duration.ofMillis(150));
        return reader;
    }

    /** One of every kind at every commitment, some of them with streams of their own. */
    private void everyKind() {
        for (CommitmentLevel level :
                List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED)) {
            List<SubscribeRequest> kinds = List.of(
                    World.transactions("t", 1, 2),
                    World.accounts("a", 1, 2, 3),
                    SubscribeRequest.newBuilder()
                            .putSlots(
                                    "s",
                                    SubscribeRequestFilterSlots.newBuilder()
                                            .setInterslotUpdates(true)
                                            .build())
                            .build(),
                    SubscribeRequest.newBuilder()
                            .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
                            .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                            .mergeFrom(World.transactions("t"))
                            .build(),
                    SubscribeRequest.newBuilder()
                            .putBlocks("b", SubscribeRequestFilterBlocks.getDefaultInstance())
                            .putBlocks("c", SubscribeRequestFilterBlocks.getDefaultInstance())
                            .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
                            .build());
            for (int kind = 0; kind < kinds.size(); kind++) {
                SubscribeRequest request =
                        kinds.get(kind).toBuilder().setCommitment(level).build();
                joined(level.name() + kind, request);
                if (kind > 1) {
                    joined(level.name() + kind + "own", withAStreamOfItsOwn(request));
                }
            }
        }
        world.pass(Duration.ofSeconds(3));
    }

    private static SubscribeRequest withAStreamOfItsOwn(SubscribeRequest request) {
        return request.toBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                3_000,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
    }

    private void assertNothingLostDoubledOrReordered(String as) {
        watched.assertNothingLostDoubledOrReordered(as);
    }

    private void inManyWorlds(java.util.function.Consumer<Random> what) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            world = new World(seed).running();
            watched = new WatchedMonitors(world);
            everyKind();
            world.provider.lags = () -> Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(800));
            what.accept(random);
            assertNothingLostDoubledOrReordered("seed " + seed);
        }
    }

    private List<Long> connections() {
        return world.pool.stats().connections().stream()
                .map(PoolStats.ConnectionStats::id)
                .toList();
    }

    private long onlyConnection() {
        assertThat(world.pool.stats().connections()).hasSize(1);
        return world.pool.stats().connections().getFirst().id();
    }

    @Test
    void keepsEveryMonitorExactWhenItIsRenewedOnDemand() {
        inManyWorlds(random -> {
            world.pass(Duration.ofMillis(random.nextInt(400)));
            List<Long> before = connections();
            before.forEach(id -> assertThat(world.pool.reconnect(id)).isEqualTo(Pool.Reconnect.BEGUN));
            world.pass(WatchedMonitors.TO_MOVE);
            assertThat(connections()).hasSameSizeAs(before).doesNotContainAnyElementsOf(before);
            assertThat(world.provider.open()).hasSameSizeAs(before);
        });
    }

    @Test
    void keepsEveryMonitorExactWhenTheProviderSendsGoAway() {
        inManyWorlds(random -> {
            world.pass(Duration.ofMillis(random.nextInt(400)));
            List<Long> before = connections();
            List.copyOf(world.provider.open()).forEach(FakeProvider.Link::goAway);
            world.pass(WatchedMonitors.TO_MOVE);
            assertThat(connections()).hasSameSizeAs(before).doesNotContainAnyElementsOf(before);
        });
    }

    @Test
    void keepsThemExactWhenItIsRenewedAgainAndAgain() {
        inManyWorlds(random -> {
            for (int i = 0; i < 5; i++) {
                connections().forEach(world.pool::reconnect);
                world.pass(Duration.ofMillis(random.nextInt(3_000)));
            }
        });
    }

    @Test
    void keepsMonitorsExactThatComeAndGoAndChangeTheirMindMeanwhile() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            world = new World(seed).running();
            RandomMonitors monitors =
                    new RandomMonitors(world, new Random(seed), 12, 0, WatchedMonitors.AT_THE_BOUNDARY);
            renewAgainAndAgain();
            monitors.live(Duration.ofSeconds(20));
            assertThat(monitors.faults()).as("seed " + seed).isEmpty();
            assertThat(world.pool.stats().totals().reconnects()).isGreaterThan(2);
        }
    }

    private void renewAgainAndAgain() {
        World mine = world;
        mine.time.after(Duration.ofMillis(5_300).toNanos(), () -> {
            if (mine == world) {
                connections().forEach(world.pool::reconnect);
                renewAgainAndAgain();
            }
        });
    }

    @Test
    void takesAPermitOfTheLeastUrgentClass() {
        joined("a", World.slots("s"));
        world.pool.reconnect(onlyConnection());
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.provider.purposes).containsExactly(PermitClass.FIRST_CONNECT, PermitClass.MANUAL);
    }

    @Test
    void goesOnWithTheOldConnectionUntilTheNewOneIsProven() {
        Reader reader = joined("a", World.slots("s"));
        world.provider.accepts = id -> false;
        world.pool.reconnect(onlyConnection());
        world.pass(Duration.ofMinutes(1));
        assertThat(world.stats("a").connectionId()).isEqualTo(1);
        assertThat(world.pool.ready()).isTrue();
        int received = reader.received.size();
        world.pass(Duration.ofSeconds(4));
        assertThat(reader.received).hasSizeGreaterThan(received);
        assertThat(world.pool.stats().connections().getFirst().state()).isEqualTo(PoolStats.ConnectionState.DRAINING);

        world.provider.accepts = id -> true;
        world.pass(Backoff.CAP);
        assertThat(world.stats("a").connectionId()).isGreaterThan(1);
        assertNothingLostDoubledOrReordered("after many attempts");
    }

    @Test
    void triesAtOnceWhatWaitsForItsTurn() {
        joined("a", World.slots("s"));
        world.monitor("b", Group.LOW).ask(World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        world.provider.accepts = id -> id > 5;
        world.provider.open().get(1).cut("reset by peer");
        world.pass(Backoff.FIRST.plus(Backoff.FIRST));
        PoolStats.ConnectionStats broken = world.pool.stats().connections().getLast();
        assertThat(broken.state()).isEqualTo(PoolStats.ConnectionState.BROKEN);
        world.provider.accepts = id -> true;
        assertThat(world.pool.reconnect(broken.id())).isEqualTo(Pool.Reconnect.BEGUN);
        world.pass(Duration.ofMillis(50));
        assertThat(world.pool.stats().healthy()).isEqualTo(2);
    }

    @Test
    void knowsNoConnectionThatIsGone() {
        assertThat(world.pool.reconnect(99)).isEqualTo(Pool.Reconnect.UNKNOWN);
        world.pool.reconnect(onlyConnection());
        assertThat(world.pool.reconnect(1)).isEqualTo(Pool.Reconnect.UNDER_WAY);
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.pool.reconnect(1)).isEqualTo(Pool.Reconnect.UNKNOWN);
    }

    @Test
    void recoversWhoIsOnTheWayWhenTheOldConnectionBreaks() {
        joined("a", World.transactions("t"));
        world.provider.lags = () -> Duration.ofMillis(300);
        world.provider.open().getFirst().goAway();
        world.pass(Duration.ofMillis(100));
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(WatchedMonitors.TO_MOVE);
        assertNothingLostDoubledOrReordered("the old connection broke");
        assertThat(world.pool.stats().gaps()).isEmpty();
    }

    @Test
    void givesWhoJoinsOnTheWayAllItAskedForAsSoonAsTheOthersAreThere() {
        joined("a", World.transactions("t"));
        world.provider.open().getFirst().goAway();
        world.pass(Duration.ofMillis(100));
        Reader newcomer = joined("b", World.transactions("t"));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(newcomer.received).isNotEmpty();
        assertNothingLostDoubledOrReordered("they came to the new connection");
    }

    @Test
    void givesWhoJoinsOnTheWayNothingTwiceWhenTheOldConnectionBreaks() {
        for (int millis = 200; millis < 2_200; millis += 200) {
            world = new World(21).running();
            watched = new WatchedMonitors(world);
            joined("a", World.transactions("t"));
            FakeProvider.Link old = world.provider.open().getFirst();
            old.goAway();
            world.pass(Duration.ofMillis(100));
            Reader newcomer = world.monitor("b");
            newcomer.ask(World.transactions("t"));
            world.pass(Duration.ofMillis(millis));
            old.cut("reset by peer");
            world.pass(WatchedMonitors.TO_MOVE);
            assertNothingLostDoubledOrReordered("the old connection broke after " + millis + " ms");
            assertThat(newcomer.received).as("after %d ms", millis).isNotEmpty().doesNotHaveDuplicates();
        }
    }

    @Test
    void startsAnewWhenTheCallThatIsToFollowFails() {
        joined("a", World.transactions("t"));
        world.pool.reconnect(onlyConnection());
        world.pass(Duration.ofMillis(20));
        FakeProvider.Stream following = world.provider.streams().getLast();
        following.end(GrpcStatus.Code.INTERNAL.with("lagged"));
        assertNothingLostDoubledOrReordered("the second attempt");
    }

    @Test
    void cutsOffAnOldCallThatShowsNoSealAnyMore() {
        joined("a", World.transactions("t"));
        world.pass(Duration.ofSeconds(2));
        FakeProvider.Stream old = world.provider.streams().getFirst();
        old.silent = true;
        world.pool.reconnect(onlyConnection());
        world.pass(Upstream.HANDOVER_PATIENCE.plusMillis(2_000));
        assertThat(world.provider.streams()).doesNotContain(old).hasSize(1);
        assertNothingLostDoubledOrReordered("the old call had fallen silent");
        assertThat(world.pool.stats().gaps()).isEmpty();
    }

    @Test
    void letsAMonitorChangeItsMindOnTheWay() {
        Reader reader = joined("a", World.transactions("t", 1));
        world.pool.reconnect(onlyConnection());
        world.pass(Duration.ofMillis(30));
        reader.ask(World.accounts("x", 2));
        world.pass(WatchedMonitors.TO_MOVE);
        int before = reader.received.size();
        world.pass(Duration.ofSeconds(3));
        assertThat(reader.received.subList(before, reader.received.size()))
                .isNotEmpty()
                .allSatisfy(update -> assertThat(update.hasAccount()).isTrue());
        assertThat(reader.received).doesNotHaveDuplicates();
    }

    @Test
    void letsMonitorsComeAndGoOnTheWay() {
        Reader leaving = joined("a", World.transactions("t", 1));
        world.pool.reconnect(onlyConnection());
        world.pass(Duration.ofMillis(10));
        Reader coming = joined("b", World.slots("s"));
        leaving.stream.close();
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(coming.received).isNotEmpty().doesNotHaveDuplicates();
        assertThat(world.provider.streams()).hasSize(1);
        assertThat(world.pool.stats().streams()).hasSize(1);
        assertThat(onlyConnection()).isEqualTo(2);
    }

    @Test
    void keepsTheSlotFromWhichAMonitorGetsEverything() {
        joined("a", World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        long before = world.stats("a").activeFromSlot().orElseThrow();
        world.pool.reconnect(onlyConnection());
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.stats("a").activeFromSlot()).hasValue(before);
    }

    @Test
    void replacesAConnectionThatCarriesNothing() {
        world.provider.open().getFirst().goAway();
        world.pass(Duration.ofSeconds(2));
        assertThat(world.provider.open()).hasSize(1);
        assertThat(world.pool.ready()).isTrue();
        assertThat(onlyConnection()).isEqualTo(2);
    }
}
