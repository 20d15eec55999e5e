package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.pool.buffer.BufferLimits;
import io.firehole.pool.filling.BlockSource;
import io.firehole.pool.filling.BlockSource.Answer;
import io.firehole.pool.filling.GapFilling;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Gaps filled from blocks, each of one transaction that is told by its slot. */
class FillingTest {

    /** Up to there the provider has forgotten everything. */
    private static final int FORGOTTEN_SLOTS = 12;

    private final List<Long> asked = new ArrayList<>();
    private final List<CommitmentLevel> levels = new ArrayList<>();
    private BlockSource source = (slot, level) -> block(slot);

    private World world(PoolConfig config, int maxSlots) {
        return world(config, maxSlots, GapFilling.USUAL_MAX_TIME);
    }

    private World world(PoolConfig config, int maxSlots, Duration maxTime) {
        BlockSource noting = (slot, level) -> {
            asked.add(slot);
            levels.add(level);
            return source.block(slot, level);
        };
        return new World(7, config.withBuffer(BufferLimits.OFF), Optional.of(new GapFilling(noting, maxSlots, maxTime)))
                .running();
    }

    private static Answer block(long slot) {
        SubscribeUpdateTransactionInfo.Builder transaction =
                SubscribeUpdateTransactionInfo.newBuilder().setSignature(signature(slot));
        transaction
                .getTransactionBuilder()
                .addSignatures(signature(slot))
                .getMessageBuilder()
                .addAccountKeys(FakeChain.keyBytes(1));
        return new Answer.Block(Instant.EPOCH, List.of(transaction.build()), 100);
    }

    private static ByteString signature(long slot) {
        return ByteString.copyFrom(ByteBuffer.allocate(64).putLong(slot).array());
    }

    private static SubscribeRequest confirmed(SubscribeRequest request) {
        return request.toBuilder().setCommitment(CommitmentLevel.CONFIRMED).build();
    }

    /** A monitor on a stream that breaks; and the provider has forgotten what came in the slots since. */
    private static Reader broken(World world, SubscribeRequest request) {
        Reader reader = world.monitor("m");
        reader.ask(request);
        world.pass(Duration.ofSeconds(6));
        reader.received.clear();
        long[] forgotten = {0};
        world.provider.deniesReplay = from -> {
            forgotten[0] = forgotten[0] == 0 ? from + FORGOTTEN_SLOTS : forgotten[0];
            return from < forgotten[0]
                    ? GrpcStatus.Code.OUT_OF_RANGE.with(
                            "broadcast from " + from + " is not available, last available: " + forgotten[0])
                    : null;
        };
        world.provider.callsEndWith = GrpcStatus.Code.UNAVAILABLE.with("away");
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(8));
        world.provider.callsEndWith = null;
        world.pass(Duration.ofSeconds(25));
        assertThat(reader.ended()).isNull();
        return reader;
    }

    private static List<Long> slotsFromBlocks(Reader reader) {
        return reader.received.stream()
                .filter(SubscribeUpdate::hasTransaction)
                .filter(update -> update.getTransaction()
                        .getTransaction()
                        .getSignature()
                        .equals(signature(update.getTransaction().getSlot())))
                .map(update -> update.getTransaction().getSlot())
                .toList();
    }

    private static Gap gap(World world) {
        List<Gap> gaps = world.pool.gaps(Optional.of("m"), 10);
        assertThat(gaps).hasSize(1);
        return gaps.getFirst();
    }

    @Test
    void deliversWhatBlocksHaveInTheOrderOfSlotsUnderTheMonitorsOwnNames() {
        World world = world(PoolConfig.DEFAULT, 100);
        Reader reader = broken(world, confirmed(World.transactions("mine", 1)));
        Gap gap = gap(world);
        assertThat(gap.isFilled()).as("%s", gap).isTrue();
        assertThat(gap.cause()).isEqualTo(Gap.Cause.REPLAY_TOO_FAR);
        assertThat(slotsFromBlocks(reader))
                .as("%s", gap)
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize((int) gap.slots())
                .startsWith(gap.firstSlot())
                .endsWith(gap.lastSlot());
        assertThat(reader.received)
                .allSatisfy(update ->
                        assertThat(update.getFiltersList()).isEqualTo(update.hasPing() ? List.of() : List.of("mine")));
        assertThat(levels).containsOnly(CommitmentLevel.CONFIRMED);
        assertThat(world.pool.stats().filling().transactions()).isEqualTo(gap.slots());
        assertThat(world.pool.stats().filling().bytes()).isEqualTo(100 * gap.slots());
    }

    @Test
    void leavesOutWhatTheMonitorDidNotAskFor() {
        World world = world(PoolConfig.DEFAULT, 100);
        Reader reader = broken(world, confirmed(World.transactions("mine", 2)));
        assertThat(gap(world).isFilled()).isTrue();
        assertThat(slotsFromBlocks(reader)).isEmpty();
    }

    @Test
    void leavesOutASlotThatFailsThriceAndSaysWhy() {
        World world = world(PoolConfig.DEFAULT, 100);
        source = (slot, level) -> slot % 5 == 0 ? new Answer.Failed("HTTP 503") : block(slot);
        Reader reader = broken(world, confirmed(World.transactions("mine", 1)));
        Gap gap = gap(world);
        Filling filling = gap.filling().orElseThrow();
        assertThat(filling.slotsFailed()).isPositive();
        assertThat(filling.slotsFilled() + filling.slotsFailed()).isEqualTo(gap.slots());
        assertThat(filling.detail()).isEqualTo("HTTP 503");
        assertThat(gap.isFilled()).isFalse();
        assertThat(gap.told()).contains("failed: " + filling.slotsFailed() + " (HTTP 503)");
        assertThat(slotsFromBlocks(reader)).noneMatch(slot -> slot % 5 == 0).hasSize((int) filling.slotsFilled());
        assertThat(asked).hasSize((int) (filling.slotsFilled() + BlockReplay.ATTEMPTS * filling.slotsFailed()));
    }

    @Test
    void leavesOutASlotWhoseBlockIsTooMuch() {
        World world = world(PoolConfig.DEFAULT, 100);
        source = (slot, level) -> {
            if (slot % 5 == 0) {
                throw new OutOfMemoryError("a block");
            }
            return block(slot);
        };
        Reader reader = broken(world, confirmed(World.transactions("mine", 1)));
        Filling filling = gap(world).filling().orElseThrow();
        assertThat(filling.slotsFailed()).isPositive();
        assertThat(filling.detail()).isEqualTo("the block could not be used");
        assertThat(slotsFromBlocks(reader)).noneMatch(slot -> slot % 5 == 0).hasSize((int) filling.slotsFilled());
        assertThat(asked).doesNotHaveDuplicates();
    }

    @Test
    void asksNoMoreWhenSlotsFailInTurn() {
        World world = world(PoolConfig.DEFAULT, 100);
        source = (slot, level) -> new Answer.Failed("no answer");
        broken(world, confirmed(World.transactions("mine", 1)));
        Gap gap = gap(world);
        assertThat(gap.filling().orElseThrow().slotsFailed()).isEqualTo(gap.slots());
        assertThat(asked).hasSize(BlockReplay.ATTEMPTS * BlockReplay.FAILURES_MAX);
    }

    @Test
    void countsASlotWithoutABlockAsFilledAndAsksForNoMoreThanAllowed() {
        World world = world(PoolConfig.DEFAULT, 4);
        source = (slot, level) -> new Answer.Skipped();
        Reader reader = broken(world, confirmed(World.transactions("mine", 1)));
        Gap gap = gap(world);
        Filling filling = gap.filling().orElseThrow();
        assertThat(filling.slotsFilled()).isEqualTo(4);
        assertThat(filling.slotsNotAsked()).isEqualTo(gap.slots() - 4).isPositive();
        assertThat(asked).hasSize(4).endsWith(gap.lastSlot());
        assertThat(slotsFromBlocks(reader)).isEmpty();
    }

    @Test
    void endsNoStreamWhoseGapIsFilled() {
        World world = world(
                PoolConfig.DEFAULT.withGapPolicies(new GapPolicies(GapPolicy.END_STREAM, MonitorNames.none())), 100);
        broken(world, confirmed(World.transactions("mine", 1)));
        assertThat(gap(world).isFilled()).isTrue();
    }

    @Test
    void aNodeThatIsTooSlowKeepsNobodyFromWhatIsLive() {
        World world = world(PoolConfig.DEFAULT, 100, Duration.ofSeconds(5));
        world.callbacks = task -> world.time.after(Duration.ofSeconds(1).toNanos(), task);
        Reader reader = broken(world, confirmed(World.transactions("mine", 1)));
        Gap gap = gap(world);
        assertThat(gap.isFilled()).isFalse();
        Filling filling = gap.filling().orElseThrow();
        assertThat(filling.slotsFilled()).isEqualTo(4);
        assertThat(filling.slotsFailed()).isEqualTo(gap.slots() - 4);
        assertThat(filling.detail()).isEqualTo("it took longer than 5 s (gaps.fill.max-time)");
        assertThat(slotsFromBlocks(reader)).hasSize(4);
        assertThat(asked).hasSize(4);
        SubscribeUpdate last = reader.received.getLast();
        assertThat(last.getTransaction().getSlot()).as("live again").isGreaterThan(gap.lastSlot());
    }

    @Test
    void asksNobodyForWhoWantsNoTransactions() {
        World world = world(PoolConfig.DEFAULT, 100);
        broken(world, confirmed(World.slots("s")));
        assertThat(asked).isEmpty();
        assertThat(world.pool.gaps(Optional.of("m"), 10))
                .isNotEmpty()
                .allSatisfy(gap -> assertThat(gap.filling()).isEmpty());
    }
}
