package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.simulator.chain.ReplayAnswer.NothingToReplay;
import io.firehole.simulator.chain.ReplayAnswer.Off;
import io.firehole.simulator.chain.ReplayAnswer.OutOfRange;
import io.firehole.simulator.chain.ReplayAnswer.Replayed;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code from_slot} gives. */
class ReplayTest {
    private final VirtualChain world = new VirtualChain(VirtualChain.config());
    private final Chain chain = world.chain;

    private List<RingEvent> replay(long from, CommitmentLevel level) {
        return replay(world, from, level);
    }

    private static List<RingEvent> replay(VirtualChain world, long from, CommitmentLevel level) {
        ReplayAnswer answer = world.chain.replay(from, level, world.now());
        assertThat(answer).isInstanceOf(Replayed.class);
        return ((Replayed) answer).events();
    }

    private List<SubscribeUpdate> updates(List<RingEvent> events, CommitmentLevel level) {
        SubscribeRequest request = VirtualChain.everything(level);
        return VirtualChain.decode(chain.match(VirtualChain.compile(request)), events);
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitmentLevel.class,
            names = {"CONFIRMED", "FINALIZED"})
    void aboveProcessedReplayIsWhatWasSentLive(CommitmentLevel level) {
        world.passSlots(40);
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.everything(level));
        long from = chain.latest(level).slot() + 1;
        world.passSlots(8);

        List<SubscribeUpdate> live = content(subscriber.updates());
        List<SubscribeUpdate> replayed = content(updates(replay(from, level), level));

        assertThat(replayed).isEqualTo(live).hasSizeGreaterThan(20_000);
    }

    /** Without statuses, which live come when they happen, and without times. */
    private static List<SubscribeUpdate> content(List<SubscribeUpdate> updates) {
        return updates.stream()
                .filter(update -> !update.hasSlot())
                .map(update -> update.toBuilder().clearCreatedAt().build())
                .toList();
    }

    @Test
    void atProcessedReplayIsWhatWasSentLiveWithTheLastWriteOfEachAccountOnly() {
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        world.passSlots(5);
        long to = chain.latest(CommitmentLevel.PROCESSED).slot();

        List<SubscribeUpdate> live = new ArrayList<>();
        Map<Object, Integer> lastWrite = new HashMap<>();
        for (SubscribeUpdate update : content(subscriber.updates())) {
            if (slot(update) > to) {
                continue;
            }
            if (update.hasAccount()) {
                ByteString pubkey = update.getAccount().getAccount().getPubkey();
                lastWrite.put(List.of(slot(update), pubkey), live.size());
            }
            live.add(update);
        }
        Set<Integer> lastWrites = Set.copyOf(lastWrite.values());
        List<SubscribeUpdate> expected = new ArrayList<>();
        for (int i = 0; i < live.size(); i++) {
            SubscribeUpdate update = live.get(i);
            if (!update.hasAccount() || lastWrites.contains(i)) {
                expected.add(update);
            }
        }

        List<RingEvent> events = replay(ChainConfig.DEFAULT.firstSlot(), CommitmentLevel.PROCESSED);
        assertThat(content(updates(events, CommitmentLevel.PROCESSED)))
                .isEqualTo(expected)
                .hasSizeGreaterThan(10_000);
    }

    private static long slot(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case TRANSACTION_STATUS -> update.getTransactionStatus().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            default -> throw new AssertionError("no content: " + update.getUpdateOneofCase());
        };
    }

    @Test
    void eachSlotIsGivenWholeWithTheStatusesItHasSoFar() {
        world.passSlots(3);
        long finalized = chain.latest(CommitmentLevel.FINALIZED).slot();
        long confirmed = chain.latest(CommitmentLevel.CONFIRMED).slot();
        long processed = chain.latest(CommitmentLevel.PROCESSED).slot();

        Map<Long, List<SlotStatus>> statuses = new HashMap<>();
        Map<Long, List<String>> shapes = new HashMap<>();
        long before = 0;
        for (RingEvent event : replay(finalized - 3, CommitmentLevel.PROCESSED)) {
            assertThat(event.slot()).isGreaterThanOrEqualTo(before);
            before = event.slot();
            shapes.computeIfAbsent(event.slot(), any -> new ArrayList<>())
                    .add(event.getClass().getSimpleName());
            if (event instanceof RingEvent.Status status) {
                statuses.computeIfAbsent(event.slot(), any -> new ArrayList<>()).add(status.status());
                assertThat(status.createdAt()).isEqualTo(world.now());
                assertThat(status.parent()).isPresent();
            }
        }
        assertThat(shapes.values())
                .allMatch(shape -> shape.subList(0, 3).equals(List.of("Data", "Block", "BlockMeta")));
        assertThat(shapes).hasSizeGreaterThan(25);
        statuses.forEach((slot, found) -> {
            List<SlotStatus> expected = new ArrayList<>(List.of(SlotStatus.SLOT_PROCESSED));
            if (slot <= confirmed) {
                expected.add(SlotStatus.SLOT_CONFIRMED);
            }
            if (slot <= finalized) {
                expected.add(SlotStatus.SLOT_FINALIZED);
            }
            assertThat(found).isEqualTo(expected);
        });
        assertThat(before).isEqualTo(processed);
        assertThat(statuses.keySet()).contains(finalized);
    }

    @Test
    void theSlotInProgressIsAHole() {
        VirtualChain even = new VirtualChain(VirtualChain.config().withSkipEvery(0));
        VirtualChain.Subscriber uninterrupted = even.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        even.passSlots(2);
        even.pass(Duration.ofMillis(200));
        long newest = even.chain.latest(CommitmentLevel.PROCESSED).slot();

        VirtualChain.Subscriber late = even.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        List<RingEvent> replayed = replay(even, newest - 2, CommitmentLevel.PROCESSED);
        even.passSlots(2);

        assertThat(replayed).allMatch(event -> event.slot() <= newest);
        List<RingEvent> all = uninterrupted.events();
        List<RingEvent> rest = late.events();
        long inProgress = newest + 1;
        assertThat(sizeOf(all, inProgress))
                .isGreaterThan(sizeOf(rest, inProgress))
                .isGreaterThan(4_000);
        assertThat(sizeOf(rest, inProgress)).isGreaterThan(500);
    }

    private static int sizeOf(List<RingEvent> events, long slot) {
        return events.stream()
                .filter(event -> event.slot() == slot)
                .mapToInt(event -> event instanceof RingEvent.Data data ? data.to() - data.from() : 0)
                .sum();
    }

    @Test
    void theDepthIsCountedInBlocksAndOlderSlotsAreOutOfRange() {
        world.passSlots(4);
        long oldest = chain.firstAvailable().orElseThrow();
        assertThat(replay(oldest, CommitmentLevel.PROCESSED).stream()
                        .map(RingEvent::slot)
                        .distinct())
                .hasSize(VirtualChain.config().replaySlots());
        assertThat(chain.replay(oldest - 1, CommitmentLevel.PROCESSED, world.now()))
                .isEqualTo(new OutOfRange(oldest - 1, oldest));
        assertThat(chain.replay(0, CommitmentLevel.FINALIZED, world.now())).isEqualTo(new OutOfRange(0, oldest));
    }

    @Test
    void itIsFullyDeepFromTheFirstMoment() {
        VirtualChain deep = new VirtualChain(VirtualChain.config().withReplaySlots(1_000));
        long oldest = deep.chain.firstAvailable().orElseThrow();
        assertThat(oldest).isLessThan(ChainConfig.DEFAULT.firstSlot() - 1_000);
        assertThat(oldest).isGreaterThanOrEqualTo(deep.chain.pastFrom());
    }

    @Test
    void aSlotBeyondTheNewestHasNothingToReplay() {
        world.passSlots(3);
        long newest = chain.latest(CommitmentLevel.PROCESSED).slot();
        assertThat(chain.replay(newest + 1, CommitmentLevel.PROCESSED, world.now()))
                .isEqualTo(new NothingToReplay());
        assertThat(chain.replay(-1L, CommitmentLevel.PROCESSED, world.now())).isEqualTo(new NothingToReplay());
    }

    @Test
    void aFrozenSlotBelowTheLevelIsLeftToTheLiveStream() {
        world.passSlots(3);
        long newest = chain.latest(CommitmentLevel.PROCESSED).slot();
        assertThat(replay(newest, CommitmentLevel.FINALIZED)).isEmpty();
    }

    @Test
    void withoutStoredSlotsReplayIsOff() {
        VirtualChain without = new VirtualChain(VirtualChain.config().withReplaySlots(0));
        assertThat(without.chain.firstAvailable()).isEmpty();
        assertThat(without.chain.replay(1, CommitmentLevel.PROCESSED, world.now()))
                .isEqualTo(new Off());
    }

    @Test
    void deadSlotsAreNotReplayed() {
        world.passSlots(1);
        long dead = chain.killNextSlot();
        world.passSlots(5);
        assertThat(replay(dead - 2, CommitmentLevel.PROCESSED)).noneMatch(event -> event.slot() == dead);
    }
}
