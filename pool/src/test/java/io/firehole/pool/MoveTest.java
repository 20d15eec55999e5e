package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One monitor that moves between streams which serve others as well: nobody notices, the monitor itself least of all. */
class MoveTest {

    private static final int SEEDS = Integer.getInteger("firehole.seeds", 18);
    private static final int LAG_MILLIS_MAX = 400;

    private World world = new World(31).running();
    private WatchedMonitors watched = new WatchedMonitors(world);

    private Reader joined(String id, Group group, SubscribeRequest request) {
        Reader reader = watched.joins(
                world.monitor(id, group), new DirectSubscription(false, WatchedMonitors.AT_THE_BOUNDARY), request);
        world.pass(Duration.ofMillis(600));
        return reader;
    }

    private void asks(Reader reader, SubscribeRequest request) {
        watched.asks(reader, request);
    }

    private void assertNothingLostDoubledOrReordered(String as) {
        watched.assertNothingLostDoubledOrReordered(as);
    }

    private static SubscribeRequest everything(CommitmentLevel level) {
        return World.transactions("t").toBuilder()
                .mergeFrom(World.accounts("a", 1, 2, 3))
                .mergeFrom(World.slots("s"))
                .setCommitment(level)
                .build();
    }

    private long streamOf(String id) {
        return world.stats(id).streamId();
    }

    @Test
    void leavesItsStreamForOneOfAnotherGroupThatServesOthers() {
        for (CommitmentLevel level :
                List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED)) {
            for (long seed = 1; seed <= SEEDS / 6; seed++) {
                Random random = new Random(seed);
                world = new World(seed);
                world.provider.lags = () -> Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(800));
                world.running();
                watched = new WatchedMonitors(world);
                joined("stays", Group.MEDIUM, everything(level));
                joined("moves", Group.MEDIUM, everything(level));
                joined("is there", Group.HIGH, everything(level));
                world.pass(Duration.ofSeconds(3));
                long target = streamOf("is there");
                assertThat(streamOf("moves")).isEqualTo(streamOf("stays")).isNotEqualTo(target);
                int connects = world.provider.connections.size();
                for (int i = 0; i < 4; i++) {
                    assertThat(world.pool.move("moves", i % 2 == 0 ? Group.HIGH : Group.MEDIUM))
                            .isTrue();
                    world.pass(WatchedMonitors.TO_MOVE);
                    assertThat(streamOf("moves")).isEqualTo(i % 2 == 0 ? target : streamOf("stays"));
                    assertThat(world.pool.stats().streams())
                            .extracting(PoolStats.StreamStats::monitors)
                            .containsExactlyInAnyOrder(1, 2);
                }
                assertThat(world.provider.connections)
                        .as("without a new connection")
                        .hasSize(connects);
                assertNothingLostDoubledOrReordered(level + ", seed " + seed);
            }
        }
    }

    @Test
    void getsAStreamToItselfAndSharesAgain() {
        joined("stays", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        joined("moves", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        long shared = streamOf("stays");
        assertThat(world.pool.dedicate("moves", true)).isTrue();
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(streamOf("moves")).isNotEqualTo(shared);
        assertThat(world.provider.streams()).hasSize(2);
        assertThat(world.pool.dedicate("moves", false)).isTrue();
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(streamOf("moves")).isEqualTo(shared);
        assertThat(world.provider.streams()).hasSize(1);
        assertNothingLostDoubledOrReordered("dedicated");
    }

    @Test
    void isExactWhateverTheMonitorsDoMeanwhile() {
        long received = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            world = new World(seed);
            world.provider.lags =
                    () -> random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(LAG_MILLIS_MAX));
            world.running();
            RandomMonitors monitors = new RandomMonitors(
                            world, new Random(seed), 10, 0, WatchedMonitors.AT_THE_BOUNDARY)
                    .sentAbout(30, Duration.ofMillis(LAG_MILLIS_MAX));
            monitors.live(Duration.ofSeconds(25));
            assertThat(monitors.faults()).as("seed " + seed).isEmpty();
            assertThat(world.pool.stats().gaps()).as("seed " + seed).isEmpty();
            received += monitors.received();
        }
        assertThat(received).as("enough to mean something").isGreaterThan(1_000L * SEEDS);
    }

    @Test
    void isExactWhileConnectionsAreRenewed() {
        for (long seed = 1; seed <= SEEDS / 2; seed++) {
            world = new World(seed).running();
            RandomMonitors monitors = new RandomMonitors(
                            world, new Random(seed), 10, 0, WatchedMonitors.AT_THE_BOUNDARY.plusSeconds(2))
                    .sentAbout(30, Duration.ZERO);
            renewAgainAndAgain();
            monitors.live(Duration.ofSeconds(25));
            assertThat(monitors.faults()).as("seed " + seed).isEmpty();
            assertThat(world.pool.stats().totals().reconnects()).isGreaterThan(2);
            assertThat(world.pool.stats().gaps()).as("seed " + seed).isEmpty();
        }
    }

    private void renewAgainAndAgain() {
        World mine = world;
        mine.time.after(Duration.ofMillis(4_300).toNanos(), () -> {
            if (mine == world) {
                world.pool.stats().connections().forEach(connection -> world.pool.reconnect(connection.id()));
                renewAgainAndAgain();
            }
        });
    }

    @Test
    void takesWhatTheMonitorAsksOnTheWayAlong() {
        joined("stays", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        Reader reader = joined("moves", Group.MEDIUM, World.transactions("t", 1));
        world.pool.move("moves", Group.LOW);
        world.pass(Duration.ofMillis(300));
        asks(reader, World.accounts("x", 2));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.stats("moves").group()).isEqualTo(Group.LOW);
        assertThat(reader.received.getLast().getFiltersList()).containsExactly("x");
        assertNothingLostDoubledOrReordered("asked on the way");
    }

    private static SubscribeRequest sliced(long offset) {
        return World.accounts("x", 1, 2, 3).toBuilder()
                .addAccountsDataSlice(SubscribeRequestAccountsDataSlice.newBuilder()
                        .setOffset(offset)
                        .setLength(1))
                .build();
    }

    @Test
    void passesToAnotherStreamExactlyIfItAsksForOtherSlices() {
        joined("stays", Group.MEDIUM, World.accounts("a", 1, 2));
        Reader reader = joined("changes", Group.MEDIUM, World.accounts("a", 1, 2));
        assertThat(streamOf("changes")).isEqualTo(streamOf("stays"));
        asks(reader, sliced(0));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(streamOf("changes")).isNotEqualTo(streamOf("stays"));
        assertThat(reader.received.getLast().getFiltersList()).containsExactly("x");
        asks(reader, World.accounts("a", 1, 2));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(streamOf("changes")).isEqualTo(streamOf("stays"));
        assertNothingLostDoubledOrReordered("other slices");
    }

    @Test
    void turnsBackIfItAsksForSomethingElseThatNeedsAnotherStream() {
        joined("stays", Group.MEDIUM, World.accounts("a", 1, 2));
        Reader reader = joined("changes", Group.MEDIUM, World.accounts("a", 1, 2));
        asks(reader, sliced(0));
        world.pass(Duration.ofMillis(500));
        asks(reader, sliced(1));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.stats("changes").active()).isTrue();
        assertThat(world.pool.stats().streams().stream()
                        .mapToInt(PoolStats.StreamStats::monitors)
                        .sum())
                .as("each in one place")
                .isEqualTo(2);
        assertNothingLostDoubledOrReordered("turned back");
    }

    @Test
    void asksForOtherSlicesBeforeItIsServed() {
        world.provider.silent = true;
        Reader reader = joined("changes", Group.MEDIUM, World.accounts("a", 1, 2));
        asks(reader, sliced(0));
        world.pass(Duration.ofMillis(100));
        world.provider.silent = false;
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(reader.received.getLast().getFiltersList()).containsExactly("x");
        assertThat(world.stats("changes").active()).isTrue();
        assertThat(reader.received).doesNotHaveDuplicates();
    }

    @Test
    void isNotSaidToHaveWhatItAskedJustBeforeItMovedFromAnEarlierSlotOn() {
        joined("stays", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        Reader reader = joined("moves", Group.MEDIUM, World.transactions("t"));
        world.pass(Duration.ofSeconds(1));
        asks(reader, World.accounts("x", 1, 2, 3));
        long asked = world.events.getLast().update().getSlot().getSlot();
        world.pool.move("moves", Group.LOW);
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.stats("moves").activeFromSlot().orElseThrow()).isGreaterThan(asked);
        assertNothingLostDoubledOrReordered("asked just before");
    }

    @Test
    void losesNothingIfItAsksWhileItWaitsForAStreamToItself() {
        world = new World(31);
        world.provider.lags = () -> Duration.ofMillis(LAG_MILLIS_MAX);
        world.running();
        watched = new WatchedMonitors(world);
        Reader reader = joined("moves", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        joined("is there", Group.HIGH, everything(CommitmentLevel.PROCESSED));
        world.pass(Duration.ofSeconds(1));
        world.pool.move("moves", Group.HIGH);
        world.pass(Duration.ofMillis(300));
        // What comes on a faster connection must not end what is still on its way on the others.
        world.provider.lags = () -> Duration.ZERO;
        world.pool.move("moves", Group.LOW);
        world.pool.dedicate("moves", true);
        asks(reader, World.transactions("x"));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.stats("moves").group()).isEqualTo(Group.LOW);
        assertThat(streamOf("moves")).isNotEqualTo(streamOf("is there"));
        assertThat(reader.received.getLast().getFiltersList()).containsExactly("x");
        assertNothingLostDoubledOrReordered("asked while it waits for a stream to itself");
    }

    @Test
    void asksAgainWhatItAskedOnTheWayIfItComesBackAndFollowsToAnotherConnection() {
        joined("is there", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        Reader reader = joined("moves", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        world.pool.dedicate("moves", true);
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(streamOf("moves")).isNotEqualTo(streamOf("is there"));
        world.pool.dedicate("moves", false);
        world.pass(Duration.ofMillis(100));
        asks(reader, World.transactions("x"));
        world.pass(Duration.ofMillis(100));
        // The stream to which it goes is told of the new connection before the one from which it comes.
        world.pool.stats().connections().forEach(connection -> world.pool.reconnect(connection.id()));
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(reader.received.getLast().getFiltersList()).containsExactly("x");
        assertNothingLostDoubledOrReordered("came back with what it asked on the way");
    }

    @Test
    void staysWhereItWasIfTheNewCallEndsTooSoon() {
        joined("stays", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        joined("moves", Group.MEDIUM, everything(CommitmentLevel.PROCESSED));
        world.monitor("is there", Group.HIGH).ask(World.slots("s"));
        world.pass(Duration.ofSeconds(2));
        long before = streamOf("moves");
        world.pool.move("moves", Group.HIGH);
        world.pass(Duration.ofMillis(300));
        assertThat(streamOf("moves")).isNotEqualTo(before);
        world.provider.streams().getLast().end(GrpcStatus.Code.INTERNAL.with("lagged to send an update"));
        world.pass(Duration.ofMillis(50));
        assertThat(streamOf("moves")).isEqualTo(before);
        world.pass(WatchedMonitors.TO_MOVE);
        watched.assertSoFarNothingLostDoubledOrReordered("came back");
    }

    @Test
    void recordsAGapIfTheOldCallBreaksOnTheWay() {
        joined("stays", Group.MEDIUM, World.transactions("t"));
        Reader reader = joined("moves", Group.MEDIUM, World.transactions("t"));
        world.monitor("is there", Group.HIGH).ask(World.slots("s"));
        world.pass(Duration.ofSeconds(2));
        world.pool.move("moves", Group.HIGH);
        world.pass(Duration.ofMillis(600));
        world.provider.deniesReplay = from -> GrpcStatus.Code.INTERNAL.with("from_slot is not supported");
        world.provider.streams().getFirst().end(GrpcStatus.Code.INTERNAL.with("lagged to send an update"));
        world.pass(WatchedMonitors.TO_MOVE);
        int received = reader.received.size();
        world.pass(Duration.ofSeconds(4));
        assertThat(reader.received).hasSizeGreaterThan(received).doesNotHaveDuplicates();
        assertThat(world.pool.stats().gaps()).extracting(Gap::monitor).containsExactlyInAnyOrder("stays", "moves");
    }

    @Test
    void isCutOffFromAnOldCallThatShowsNoSealAnyMore() {
        Reader reader = joined("moves", Group.MEDIUM, World.transactions("t"));
        world.monitor("is there", Group.HIGH).ask(World.transactions("t"));
        world.pass(Duration.ofSeconds(3));
        world.provider.streams().getFirst().silent = true;
        world.pool.move("moves", Group.HIGH);
        world.pass(Upstream.HANDOVER_PATIENCE.plusMillis(2_500));
        int received = reader.received.size();
        world.pass(Duration.ofSeconds(2));
        assertThat(reader.received).hasSizeGreaterThan(received).doesNotHaveDuplicates();
        assertThat(world.pool.stats().gaps()).hasSize(1);
        assertThat(world.pool.stats().gaps().getFirst().detail()).contains("no slot was sealed within 2 s");
        assertThat(world.pool.stats().gaps().getFirst().monitor()).isEqualTo("moves");
    }

    @Test
    void waitsUntilTheMonitorIsServed() {
        world.provider.silent = true;
        Reader reader = joined("moves", Group.MEDIUM, World.transactions("t"));
        assertThat(world.pool.move("moves", Group.LOW)).isTrue();
        world.pass(Duration.ofMillis(500));
        long before = streamOf("moves");
        world.provider.silent = false;
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(streamOf("moves")).isNotEqualTo(before);
        assertThat(reader.received).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void knowsNoMonitorThatHasNoStream() {
        assertThat(world.pool.move("nobody", Group.HIGH)).isFalse();
        assertThat(world.pool.dedicate("nobody", true)).isFalse();
    }

    @Test
    void keepsTheSlotFromWhichTheMonitorGetsEverything() {
        joined("moves", Group.MEDIUM, World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        long before = world.stats("moves").activeFromSlot().orElseThrow();
        world.pool.move("moves", Group.HIGH);
        world.pass(WatchedMonitors.TO_MOVE);
        assertThat(world.stats("moves").activeFromSlot()).hasValue(before);
    }

    @Test
    void forgetsAMonitorThatLeavesOnTheWay() {
        joined("stays", Group.MEDIUM, World.slots("s"));
        Reader reader = joined("moves", Group.MEDIUM, World.slots("s"));
        world.pool.move("moves", Group.HIGH);
        world.pass(Duration.ofMillis(300));
        reader.stream.close();
        world.pass(Duration.ofSeconds(40));
        assertThat(world.pool.stats().monitors()).hasSize(1);
        assertThat(world.pool.stats().streams()).hasSize(1);
    }
}
