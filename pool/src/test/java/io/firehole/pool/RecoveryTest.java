package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.Profiles;
import io.firehole.pool.buffer.BufferLimits;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecoveryTest {

    private static final int SEEDS = "true".equals(System.getenv("CI")) ? 24 : 6;

    /** Everything of every kind, but what no replay has. */
    private static SubscribeRequest everything(CommitmentLevel level) {
        return SubscribeRequest.newBuilder()
                .setCommitment(level)
                .putTransactions("t", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putTransactions(
                        "some",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountInclude(FakeChain.key(1))
                                .build())
                .putTransactionsStatus("ts", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putAccounts("a", SubscribeRequestFilterAccounts.getDefaultInstance())
                .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
                .putBlocks("b", SubscribeRequestFilterBlocks.getDefaultInstance())
                .putBlocks(
                        "b2",
                        SubscribeRequestFilterBlocks.newBuilder()
                                .addAccountInclude(FakeChain.key(2))
                                .build())
                .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                .build();
    }

    private World world = new World(1);

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void losesNothingWhateverBreaks(CommitmentLevel level) {
        long replays = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            world = new World(seed).running();
            List<Reader> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Reader reader = world.monitor("m" + i, i == 0 ? Group.HIGH : Group.LOW);
                reader.ask(everything(level));
                readers.add(reader);
            }
            world.pass(Duration.ofSeconds(4));
            for (int i = 0; i < 8; i++) {
                breakSomething(random);
                world.pass(Duration.ofMillis(500 + random.nextInt(7_000)));
            }
            world.pass(Duration.ofSeconds(10));
            for (int i = 0; i < readers.size(); i++) {
                assertThat(faults(readers.get(i), level, world.stats("m" + i)))
                        .as("seed " + seed + ", m" + i)
                        .isEmpty();
            }
            assertThat(world.pool.gaps(Optional.empty(), 100))
                    .as("seed " + seed)
                    .allMatch(gap -> gap.cause() == Gap.Cause.NOT_REPLAYABLE);
            assertThat(world.provider.refusals).isEmpty();
            replays += world.provider.asked.stream()
                    .filter(SubscribeRequest::hasFromSlot)
                    .count();
        }
        assertThat(replays).as("enough to mean something").isGreaterThan(2L * SEEDS);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void givesWhoAsksForAReplayEverythingFromThereOn(CommitmentLevel level) {
        world = new World(3, PoolConfig.DEFAULT.withBuffer(BufferLimits.OFF)).running();
        Reader other = world.monitor("other");
        other.ask(everything(level));
        world.pass(Duration.ofSeconds(10));
        long from = 1_010;
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Reader reader = world.monitor("m" + i);
            reader.ask(everything(level).toBuilder().setFromSlot(from + i).build());
            readers.add(reader);
        }
        world.pass(Duration.ofSeconds(1));
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(15));
        assertThat(world.provider.streams()).as("they share a stream").hasSize(1);
        assertThat(faults(other, level, world.stats("other"))).isEmpty();
        for (int i = 0; i < 4; i++) {
            assertThat(world.stats("m" + i).activeFromSlot()).hasValue(from + i);
            assertThat(faults(readers.get(i), level, world.stats("m" + i)))
                    .as("m" + i)
                    .isEmpty();
        }
        assertThat(world.provider.asked.stream().filter(SubscribeRequest::hasFromSlot))
                .as("one storm, not four")
                .hasSizeLessThan(8);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void givesAReplayToWhoIsOnTheStreamAlready(CommitmentLevel level) {
        world = new World(4, PoolConfig.DEFAULT.withBuffer(BufferLimits.OFF)).running();
        Reader reader = world.monitor("m");
        reader.ask(everything(level));
        world.pass(Duration.ofSeconds(8));
        int before = reader.received.size();
        reader.ask(everything(level).toBuilder().setFromSlot(1_006).build());
        world.pass(Duration.ofSeconds(12));
        assertThat(world.provider.streams()).hasSize(1);
        assertThat(world.stats("m").activeFromSlot()).hasValue(1_006);
        int begun = before;
        while (slot(reader.received.get(begun)) != 1_006
                || reader.received.get(begun).hasSlot()) {
            begun++;
        }
        reader.received.subList(0, begun).clear();
        assertThat(faults(reader, level, world.stats("m"))).isEmpty();
    }

    @Test
    void tellsWhoAsksForAReplayWhatTheProviderSays() {
        world = new World(3, PoolConfig.DEFAULT.withBuffer(BufferLimits.OFF)).running();
        Reader other = world.monitor("other");
        other.ask(everything(CommitmentLevel.CONFIRMED));
        world.pass(Duration.ofSeconds(4));
        world.provider.deniesReplay = from -> from < 1_012
                ? GrpcStatus.Code.OUT_OF_RANGE.with(
                        "broadcast from " + from + " is not available, last available: 1012")
                : null;
        Reader tooFar = world.monitor("too-far");
        tooFar.ask(everything(CommitmentLevel.CONFIRMED).toBuilder()
                .setFromSlot(1_008)
                .build());
        Reader near = world.monitor("near");
        near.ask(everything(CommitmentLevel.CONFIRMED).toBuilder()
                .setFromSlot(1_013)
                .build());
        world.pass(Duration.ofSeconds(8));
        assertThat(tooFar.ended())
                .isEqualTo(GrpcStatus.Code.OUT_OF_RANGE.with(
                        "broadcast from 1008 is not available, last available: 1012"));
        assertThat(near.ended()).isNull();
        assertThat(faults(near, CommitmentLevel.CONFIRMED, world.stats("near"))).isEmpty();
        assertThat(faults(other, CommitmentLevel.CONFIRMED, world.stats("other")))
                .isEmpty();
    }

    @Test
    void goesOnWithAGapIfTheProviderRefusesWhatItSaysItHas() {
        world = new World(3).running();
        world.provider.deniesReplay = from ->
                GrpcStatus.Code.OUT_OF_RANGE.with("broadcast from " + from + " is not available, last available: 1");
        Reader reader = world.monitor("m");
        reader.ask(everything(CommitmentLevel.CONFIRMED).toBuilder()
                .setFromSlot(1_003)
                .build());
        world.pass(Duration.ofSeconds(20));
        assertThat(reader.ended()).isNull();
        assertThat(world.pool.gaps(Optional.of("m"), 10))
                .singleElement()
                .satisfies(gap -> assertThat(gap.cause()).isEqualTo(Gap.Cause.REPLAY_FAILED));
        assertThat(world.provider.asked.stream().filter(SubscribeRequest::hasFromSlot))
                .hasSize(Recovery.FAILURES_MAX + 1);
        int before = reader.received.size();
        world.pass(Duration.ofSeconds(2));
        assertThat(reader.received).hasSizeGreaterThan(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void recordsNoMoreThanAProviderHasForgottenThatForgetsMuchWhileItIsAsked(CommitmentLevel level) {
        world = new World(3).running();
        Reader reader = world.monitor("m");
        reader.ask(everything(level));
        world.pass(Duration.ofSeconds(8));
        breakAndForget(1_016, 1_030);
        assertThat(world.pool.gaps(Optional.of("m"), 10))
                .isNotEmpty()
                .filteredOn(gap -> gap.cause() == Gap.Cause.REPLAY_TOO_FAR)
                .extracting(Gap::lastSlot)
                .contains(1_029L)
                .allMatch(last -> last <= 1_029);
        assertThat(reader.received.stream()
                        .filter(SubscribeUpdate::hasBlockMeta)
                        .map(update -> update.getBlockMeta().getSlot()))
                .contains(1_030L);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void recordsAsOneWhatAProviderForgetsAfterItHasAnswered(CommitmentLevel level) {
        world = new World(3).running();
        Reader reader = world.monitor("m");
        reader.ask(World.transactions("t").toBuilder().setCommitment(level).build());
        world.pass(Duration.ofSeconds(8));
        breakAndForget(1_030, 1_031);
        List<Gap> gaps = world.pool.gaps(Optional.of("m"), 10).stream()
                .filter(gap -> gap.cause() == Gap.Cause.REPLAY_TOO_FAR)
                .toList();
        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.firstSlot()).isLessThan(1_030);
            assertThat(gap.lastSlot()).isBetween(1_030L, 1_031L);
        });
        assertThat(world.pool.stats().gapCounts())
                .contains(new PoolStats.GapCount(
                        "m", Gap.Cause.REPLAY_TOO_FAR, 1, gaps.getFirst().slots()));
        assertThat(world.pool.stats().events())
                .filteredOn(event -> event.kind().equals("gap") && event.text().contains("replay-too-far"))
                .extracting(event -> event.text().substring(0, event.text().indexOf(':')))
                .as("it forgot between two answers")
                .containsExactlyInAnyOrder("Missing", "Missing more");
    }

    /** The provider goes away for a while. Asked for a replay it has nothing before the first of these slots, then before the other. */
    private void breakAndForget(long firstOldest, long nextOldest) {
        long[] oldest = {firstOldest};
        world.provider.deniesReplay = from -> {
            GrpcStatus denied = from >= oldest[0]
                    ? null
                    : GrpcStatus.Code.OUT_OF_RANGE.with(
                            "broadcast from " + from + " is not available, last available: " + oldest[0]);
            oldest[0] = nextOldest;
            return denied;
        };
        world.provider.accepts =
                id -> world.time.nanos() > Duration.ofSeconds(16).toNanos();
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void asksAgainForAReplayWithAMessageThatCannotBeRead(CommitmentLevel level) {
        world = new World(3).running();
        Reader reader = world.monitor("m");
        reader.ask(everything(level));
        breakAndSpoil(reader, update -> {
            byte[] bytes = update.toByteArray();
            return Arrays.copyOf(bytes, bytes.length - 1);
        });
        assertThat(world.pool.gaps(Optional.of("m"), 10)).allMatch(gap -> gap.cause() == Gap.Cause.NOT_REPLAYABLE);
        assertThat(faults(reader, level, world.stats("m"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void saysOfWhichSlotOfAReplayAPayloadCannotBeMatched(CommitmentLevel level) {
        world = new World(
                        3,
                        PoolConfig.DEFAULT
                                .withProfile(Profiles.named("open")
                                        .with(Map.of("transactions.max", "1", "streams.per-connection", "1")))
                                .withMaxConnections(1))
                .running();
        Reader reader = world.monitor("m");
        reader.ask(World.transactions("t", 0).toBuilder().setCommitment(level).build());
        Reader united = world.monitor("united");
        united.ask(World.transactions("t", 1).toBuilder().setCommitment(level).build());
        Reader beside = world.monitor("beside");
        beside.ask(World.accounts("a", 1).toBuilder().setCommitment(level).build());
        long spoiled = breakAndSpoil(reader, update -> {
            SubscribeUpdate.Builder changed = update.toBuilder();
            changed.getTransactionBuilder()
                    .getTransactionBuilder()
                    .getMetaBuilder()
                    .addLogMessages("#".repeat(20));
            byte[] bytes = changed.build().toByteArray();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] == '#' ? (byte) 0xff : bytes[i];
            }
            return bytes;
        });
        assertThat(world.pool.gaps(Optional.empty(), 10))
                .filteredOn(gap -> gap.cause() != Gap.Cause.NOT_REPLAYABLE)
                .allSatisfy(gap -> {
                    assertThat(gap.cause()).isEqualTo(Gap.Cause.UNREADABLE);
                    assertThat(gap.firstSlot()).isEqualTo(spoiled);
                    assertThat(gap.lastSlot()).isEqualTo(spoiled);
                })
                .extracting(Gap::monitor)
                .as("those whose filters are united, and not who is on the stream besides")
                .containsExactlyInAnyOrder("m", "united");
        long[] behind = {0};
        reader.received.stream()
                .mapToLong(RecoveryTest::slot)
                .filter(slot -> slot > spoiled)
                .min()
                .ifPresent(slot -> behind[0] = slot);
        assertThat(behind[0]).as("the rest is replayed").isBetween(spoiled + 1, spoiled + 6);
        assertThat(reader.ended()).isNull();
    }

    /** The provider goes away for a while; then the first transaction that it replays of those slots comes like that. Gives its slot. */
    private long breakAndSpoil(Reader reader, Function<SubscribeUpdate, byte[]> how) {
        world.pass(Duration.ofSeconds(20));
        long missed = reader.received.stream()
                        .filter(update -> update.hasTransaction())
                        .mapToLong(RecoveryTest::slot)
                        .max()
                        .orElseThrow()
                + 3;
        long[] spoiled = {0};
        world.provider.bytesOnTheWire = bytes -> {
            SubscribeUpdate update = parsed(bytes);
            if (spoiled[0] != 0 || !update.hasTransaction() || slot(update) < missed || slot(update) > missed + 3) {
                return bytes;
            }
            spoiled[0] = slot(update);
            return how.apply(update);
        };
        world.provider.accepts =
                id -> world.time.nanos() > Duration.ofSeconds(26).toNanos();
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(30));
        assertThat(spoiled[0]).as("the slot of a spoiled message").isPositive();
        return spoiled[0];
    }

    private static SubscribeUpdate parsed(byte[] bytes) {
        try {
            return SubscribeUpdate.parseFrom(bytes);
        } catch (InvalidProtocolBufferException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    void goesOnWithAGapIfNoSlotIsSealedOnTheNextCall() {
        world = new World(3).running();
        Reader reader = world.monitor("m");
        reader.ask(World.transactions("t", 1, 2, 3));
        world.pass(Duration.ofSeconds(4));
        world.provider.wire = update -> update.hasBlockMeta() ? List.of() : List.of(update);
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Recovery.BEGIN_PATIENCE.plusSeconds(2));
        assertThat(world.pool.gaps(Optional.of("m"), 10))
                .singleElement()
                .satisfies(gap -> assertThat(gap.cause()).isEqualTo(Gap.Cause.REPLAY_FAILED));
        int before = reader.received.size();
        world.pass(Duration.ofSeconds(2));
        assertThat(reader.received).hasSizeGreaterThan(before);
    }

    private void breakSomething(Random random) {
        List<FakeProvider.Link> open = world.provider.open();
        if (open.isEmpty()) {
            return;
        }
        FakeProvider.Link link = open.get(random.nextInt(open.size()));
        if (random.nextBoolean() || link.streams.isEmpty()) {
            link.cut("reset by peer");
        } else {
            link.streams
                    .get(random.nextInt(link.streams.size()))
                    .end(GrpcStatus.Code.INTERNAL.with("the stream is reset"));
        }
    }

    /** What differs from what the chain has told, from the first slot that the monitor was said to have whole. */
    private List<String> faults(Reader reader, CommitmentLevel level, PoolStats.MonitorStats stats) {
        List<String> faults = new ArrayList<>();
        long first = stats.activeFromSlot().orElseThrow();
        long last = reader.received.stream()
                        .filter(SubscribeUpdate::hasBlockMeta)
                        .mapToLong(update -> update.getBlockMeta().getSlot())
                        .max()
                        .orElseThrow()
                - 8;
        Set<String> told = new HashSet<>();
        Set<Long> sealed = new HashSet<>();
        for (SubscribeUpdate update : reader.received) {
            String id = id(update);
            if (id.isEmpty() || slot(update) < first) {
                continue;
            }
            if (!told.add(id)) {
                faults.add("twice: " + id);
            }
            if (update.hasBlockMeta()) {
                sealed.add(slot(update));
            } else if (!update.hasSlot() && sealed.contains(slot(update))) {
                faults.add("after its seal: " + id);
            } else if (update.hasSlot()
                    && update.getSlot().getStatus() == statusOf(level)
                    && !sealed.contains(slot(update))) {
                faults.add("before its seal: " + id);
            }
        }
        for (FakeChain.Event event : world.events) {
            SubscribeUpdate update = event.update();
            if (event.rings().contains(level)
                    && slot(update) >= first
                    && slot(update) <= last
                    && !update.hasAccount()) {
                for (SubscribeUpdate seen : seen(event, level)) {
                    if (!id(seen).isEmpty() && !told.contains(id(seen))) {
                        faults.add("lost: " + id(seen));
                    }
                }
            }
        }
        for (long slot = first; slot <= last; slot++) {
            for (FakeChain.Event event : world.chain.replay(slot, CommitmentLevel.PROCESSED)) {
                if (slot(event.update()) == slot && event.update().hasAccount()) {
                    for (SubscribeUpdate seen : seen(event, level)) {
                        if (!told.contains(id(seen))) {
                            faults.add("lost: " + id(seen));
                        }
                    }
                }
            }
        }
        return faults.size() > 12 ? faults.subList(0, 12) : faults;
    }

    private static List<SubscribeUpdate> seen(FakeChain.Event event, CommitmentLevel level) {
        try {
            return event.seenBy(FilterSet.compile(everything(level), FilterLimits.UNLIMITED));
        } catch (InvalidFilterException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static SlotStatus statusOf(CommitmentLevel level) {
        return switch (level) {
            case CONFIRMED -> SlotStatus.SLOT_CONFIRMED;
            case FINALIZED -> SlotStatus.SLOT_FINALIZED;
            default -> SlotStatus.SLOT_PROCESSED;
        };
    }

    private static long slot(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case TRANSACTION_STATUS -> update.getTransactionStatus().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case BLOCK -> update.getBlock().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            case SLOT -> update.getSlot().getSlot();
            default -> 0;
        };
    }

    private static int serial(ByteString signature) {
        return signature.asReadOnlyByteBuffer().getInt();
    }

    private static String id(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT ->
                "account " + update.getAccount().getSlot() + " "
                        + update.getAccount().getAccount().getWriteVersion();
            case TRANSACTION ->
                "transaction " + update.getTransaction().getSlot() + " "
                        + serial(update.getTransaction().getTransaction().getSignature());
            case TRANSACTION_STATUS ->
                "status " + update.getTransactionStatus().getSlot() + " "
                        + serial(update.getTransactionStatus().getSignature());
            case ENTRY -> "entry " + update.getEntry().getIndex();
            case BLOCK -> "block " + update.getBlock().getSlot() + " " + update.getFiltersList();
            case BLOCK_META -> "meta " + update.getBlockMeta().getSlot();
            case SLOT ->
                "slot " + update.getSlot().getSlot() + " " + update.getSlot().getStatus();
            default -> "";
        };
    }
}
