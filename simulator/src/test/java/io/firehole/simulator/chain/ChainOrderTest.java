package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes when, on each ring. */
class ChainOrderTest {
    private static final Set<SlotStatus> LEVELS =
            Set.of(SlotStatus.SLOT_PROCESSED, SlotStatus.SLOT_CONFIRMED, SlotStatus.SLOT_FINALIZED);

    private final VirtualChain world = new VirtualChain(VirtualChain.config());

    private static SlotStatus status(CommitmentLevel level) {
        return SlotStatus.forNumber(level.getNumber());
    }

    private static long slot(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case TRANSACTION_STATUS -> update.getTransactionStatus().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            case SLOT -> update.getSlot().getSlot();
            default -> throw new AssertionError("not asked for: " + update.getUpdateOneofCase());
        };
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitmentLevel.class,
            names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void ofEachSlotTheDataComeFirstThenTheBlockMetaThenTheStatusOfTheStreamsLevel(CommitmentLevel level) {
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.everything(level));

        world.passSlots(8);

        Set<Long> begun = new HashSet<>();
        Set<Long> sealed = new HashSet<>();
        Set<Long> reached = new HashSet<>();
        List<Long> inOrder = new ArrayList<>();
        for (SubscribeUpdate update : subscriber.updates()) {
            long slot = slot(update);
            assertThat(update.getFiltersList()).hasSize(1);
            if (update.hasSlot()) {
                if (update.getSlot().getStatus() == status(level)) {
                    assertThat(reached.add(slot)).isTrue();
                    assertThat(sealed.contains(slot) || !begun.contains(slot)).isTrue();
                }
                continue;
            }
            assertThat(reached).as("nothing behind the status").doesNotContain(slot);
            assertThat(sealed).as("nothing behind the block meta").doesNotContain(slot);
            begun.add(slot);
            if (update.hasBlockMeta()) {
                sealed.add(slot);
                inOrder.add(slot);
            }
        }
        assertThat(sealed).hasSizeGreaterThanOrEqualTo(5);
        assertThat(reached).containsAll(sealed);
        assertThat(inOrder).isSorted();
    }

    @Test
    void aSlotsLifeIsToldOnAllRingsInItsOrder() {
        Map<CommitmentLevel, VirtualChain.Subscriber> subscribers = new LinkedHashMap<>();
        for (CommitmentLevel level :
                List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED)) {
            subscribers.put(level, world.subscribe(VirtualChain.seals(level)));
        }

        world.passSlots(36);

        long first = ChainConfig.DEFAULT.firstSlot() + 1;
        while (world.chain.played(first, CommitmentLevel.PROCESSED).isEmpty()) {
            first++;
        }
        long slot = first;
        subscribers.forEach((level, subscriber) -> {
            List<SlotStatus> life = subscriber.updates().stream()
                    .filter(SubscribeUpdate::hasSlot)
                    .map(SubscribeUpdate::getSlot)
                    .filter(update -> update.getSlot() == slot)
                    .map(SubscribeUpdateSlot::getStatus)
                    .toList();
            assertThat(life)
                    .as(level.name())
                    .containsExactly(
                            SlotStatus.SLOT_FIRST_SHRED_RECEIVED,
                            SlotStatus.SLOT_CREATED_BANK,
                            SlotStatus.SLOT_COMPLETED,
                            SlotStatus.SLOT_PROCESSED,
                            SlotStatus.SLOT_CONFIRMED,
                            SlotStatus.SLOT_FINALIZED);
        });
    }

    @Test
    void aHigherLevelKeepsOfEachAccountTheLastWriteOnly() {
        VirtualChain.Subscriber low = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        VirtualChain.Subscriber high = world.subscribe(VirtualChain.everything(CommitmentLevel.CONFIRMED));

        world.passSlots(6);

        Map<Long, Map<ByteString, Long>> last = new HashMap<>();
        for (SubscribeUpdate update : low.updates()) {
            if (update.hasAccount()) {
                SubscribeUpdateAccountInfo info = update.getAccount().getAccount();
                last.computeIfAbsent(slot(update), any -> new HashMap<>())
                        .merge(info.getPubkey(), info.getWriteVersion(), Math::max);
            }
        }
        Map<Long, Map<ByteString, Long>> kept = new HashMap<>();
        for (SubscribeUpdate update : high.updates()) {
            if (update.hasAccount() && last.containsKey(slot(update))) {
                SubscribeUpdateAccountInfo info = update.getAccount().getAccount();
                assertThat(kept.computeIfAbsent(slot(update), any -> new HashMap<>())
                                .put(info.getPubkey(), info.getWriteVersion()))
                        .isNull();
            }
        }
        assertThat(kept).hasSizeGreaterThanOrEqualTo(3);
        kept.forEach((slot, accounts) ->
                assertThat(accounts).isEqualTo(last.get(slot)).hasSize(1_871));
    }

    @Test
    void parentsAreChainedOverSkippedAndDeadSlotsAndHeightsRiseByOne() {
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.seals(CommitmentLevel.PROCESSED));
        world.passSlots(3);
        long dead = world.chain.killNextSlot();
        world.passSlots(4);
        long deadToo = world.chain.killNextSlot();
        long andTheNext = world.chain.killNextSlot();
        world.passSlots(12);

        List<SubscribeUpdate> updates = subscriber.updates();
        SubscribeUpdateBlockMeta before = null;
        int skipped = 0;
        int blocks = 0;
        for (SubscribeUpdate update : updates) {
            if (!update.hasBlockMeta()) {
                continue;
            }
            SubscribeUpdateBlockMeta meta = update.getBlockMeta();
            blocks++;
            assertThat(meta.getSlot()).isNotIn(dead, deadToo, andTheNext);
            if (before != null) {
                assertThat(meta.getParentSlot()).isEqualTo(before.getSlot());
                assertThat(meta.getParentBlockhash()).isEqualTo(before.getBlockhash());
                assertThat(meta.getBlockHeight().getBlockHeight())
                        .isEqualTo(before.getBlockHeight().getBlockHeight() + 1);
                assertThat(meta.getBlockTime().getTimestamp())
                        .isGreaterThanOrEqualTo(before.getBlockTime().getTimestamp());
                skipped += (int) (meta.getSlot() - before.getSlot() - 1);
            }
            before = meta;
        }
        assertThat(blocks).isGreaterThan(9);
        assertThat(skipped).as("slots without a block, three of them dead").isGreaterThan(3);
    }

    @Test
    void theParentStandsOnEveryStatusThatHasOne() {
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.seals(CommitmentLevel.CONFIRMED));
        world.passSlots(40);
        Map<Long, Long> parents = new HashMap<>();
        List<SubscribeUpdateSlot> statuses = new ArrayList<>();
        for (SubscribeUpdate update : subscriber.updates()) {
            if (update.hasBlockMeta()) {
                parents.put(
                        update.getBlockMeta().getSlot(), update.getBlockMeta().getParentSlot());
            } else if (update.hasSlot()) {
                statuses.add(update.getSlot());
            }
        }
        Set<SlotStatus> seen = new HashSet<>();
        for (SubscribeUpdateSlot update : statuses) {
            boolean expected =
                    LEVELS.contains(update.getStatus()) || update.getStatus() == SlotStatus.SLOT_CREATED_BANK;
            assertThat(update.hasParent()).as(update.getStatus().name()).isEqualTo(expected);
            if (expected && parents.containsKey(update.getSlot())) {
                assertThat(update.getParent()).isEqualTo(parents.get(update.getSlot()));
                seen.add(update.getStatus());
            }
        }
        assertThat(seen).hasSize(4);
    }

    @Test
    void aDyingSlotSendsABankAndPartOfItsDataThenDeadAndIsNeverSealed() {
        VirtualChain.Subscriber low = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        VirtualChain.Subscriber high = world.subscribe(VirtualChain.everything(CommitmentLevel.CONFIRMED));
        world.passSlots(2);
        long dead = world.chain.killNextSlot();
        world.passSlots(5);

        List<SubscribeUpdate> seen =
                low.updates().stream().filter(update -> slot(update) == dead).toList();
        assertThat(seen.stream()
                        .filter(SubscribeUpdate::hasSlot)
                        .map(update -> update.getSlot().getStatus()))
                .containsExactly(
                        SlotStatus.SLOT_FIRST_SHRED_RECEIVED, SlotStatus.SLOT_CREATED_BANK, SlotStatus.SLOT_DEAD);
        SubscribeUpdateSlot death = seen.get(seen.size() - 1).getSlot();
        assertThat(death.getStatus()).isEqualTo(SlotStatus.SLOT_DEAD);
        assertThat(death.getDeadError()).isNotBlank();
        assertThat(seen.stream().filter(SubscribeUpdate::hasTransaction).count())
                .isBetween(100L, 1_700L);
        assertThat(seen).noneMatch(SubscribeUpdate::hasBlockMeta);
        assertThat(high.updates().stream().filter(update -> slot(update) == dead))
                .hasSize(3)
                .allMatch(SubscribeUpdate::hasSlot);
    }

    @Test
    void confirmationTakesAFewTenthsOfASecondAndFinalityThirtyOneSlots() {
        Map<Long, Map<SlotStatus, Duration>> reached = new HashMap<>();
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.seals(CommitmentLevel.FINALIZED));
        world.passSlots(45);
        for (SubscribeUpdate update : subscriber.updates()) {
            if (update.hasSlot()) {
                Duration at = Duration.ofSeconds(
                        update.getCreatedAt().getSeconds(),
                        update.getCreatedAt().getNanos());
                reached.computeIfAbsent(update.getSlot().getSlot(), any -> new HashMap<>())
                        .put(update.getSlot().getStatus(), at);
            }
        }
        int complete = 0;
        for (Map<SlotStatus, Duration> life : reached.values()) {
            Duration processed = life.get(SlotStatus.SLOT_PROCESSED);
            Duration confirmed = life.get(SlotStatus.SLOT_CONFIRMED);
            Duration finalized = life.get(SlotStatus.SLOT_FINALIZED);
            if (processed != null && confirmed != null && finalized != null) {
                assertThat(confirmed.minus(processed)).isBetween(Duration.ofMillis(60), Duration.ofMillis(540));
                assertThat(finalized.minus(processed)).isBetween(Duration.ofMillis(12_400), Duration.ofMillis(12_840));
                complete++;
            }
        }
        assertThat(complete).isGreaterThan(5);
    }

    @Test
    void dataAreSpreadOverTheSlot() {
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        List<Integer> perStep = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            world.pass(Duration.ofMillis(20));
            perStep.add(subscriber.updates().size());
        }
        assertThat(perStep.stream().filter(updates -> updates > 50)).hasSizeGreaterThan(10);
        assertThat(perStep).allMatch(updates -> updates < 3_000);
    }

    @Test
    void theEventsDoNotDependOnHowOftenTheChainIsDriven() {
        VirtualChain other = new VirtualChain(VirtualChain.config());
        VirtualChain.Subscriber mine = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        VirtualChain.Subscriber others = other.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));

        world.passSlots(5);
        other.chain.advanceTo(-5_000_000_000L + ChainConfig.SLOT.multipliedBy(5).toNanos(), VirtualChain.START);

        assertThat(others.events().stream().map(ChainOrderTest::withoutTime))
                .containsExactlyElementsOf(
                        mine.events().stream().map(ChainOrderTest::withoutTime).toList())
                .hasSizeGreaterThan(60);
    }

    private static RingEvent withoutTime(RingEvent event) {
        return switch (event) {
            case RingEvent.Data data ->
                new RingEvent.Data(data.slot(), data.from(), data.to(), data.lastWritesOnly(), VirtualChain.START);
            case RingEvent.Block block -> new RingEvent.Block(block.slot(), VirtualChain.START);
            case RingEvent.BlockMeta meta -> new RingEvent.BlockMeta(meta.slot(), VirtualChain.START);
            case RingEvent.Status status ->
                new RingEvent.Status(
                        status.slot(), status.status(), status.parent(), status.deadError(), VirtualChain.START);
        };
    }

    @Test
    void speedMakesSlotsShorter() {
        VirtualChain fast = new VirtualChain(VirtualChain.config().withSpeed(10));
        VirtualChain.Subscriber subscriber = fast.subscribe(VirtualChain.seals(CommitmentLevel.PROCESSED));
        fast.pass(Duration.ofMillis(800));
        assertThat(subscriber.updates().stream().filter(SubscribeUpdate::hasBlockMeta))
                .hasSizeBetween(15, 17);
    }
}
