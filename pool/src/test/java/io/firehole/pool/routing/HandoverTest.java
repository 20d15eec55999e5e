package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two calls that get the same, at whatever pace each, and one monitor that passes from the one to the other. */
class HandoverTest {

    private static final int SEEDS = 1_500;
    private static final int SLOTS = 60;

    /** How far one call may be ahead of the other, in updates; a handover needs a few slots beyond that to come to its end. */
    private static final int APART_MAX = 80;

    private static final String PREFIX = "~";

    /** What the monitor gets, from both calls, in the order in which it may read it. */
    private final List<SubscribeUpdate> received = new ArrayList<>();

    private boolean overtaken;

    private final class Way extends Recipient {

        private final boolean isNew;

        Way(@Nullable Handover arrival, boolean isNew) {
            super(arrival);
            this.isNew = isNew;
        }

        @Override
        protected void begin() {
            overtaken |= isNew;
        }

        @Override
        protected boolean isOver() {
            return overtaken && !isNew;
        }

        @Override
        protected void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos) {
            try {
                received.add(SubscribeUpdate.newBuilder()
                        .mergeFrom(head)
                        .mergeFrom(tail, tailOffset, tailLength)
                        .build());
            } catch (com.google.protobuf.InvalidProtocolBufferException impossible) {
                throw new AssertionError(impossible);
            }
        }

        @Override
        public void abandon() {
            // nothing to free
        }

        @Override
        protected boolean isAbandoned() {
            return false;
        }
    }

    private static final class Silent implements Router.Events {
        @Override
        public void progressed() {
            // nobody waits
        }

        @Override
        public void pinged() {
            // nobody answers
        }
    }

    private static VerbatimRouter router(Way way) {
        return new VerbatimRouter(() -> 0, new Silent(), PREFIX, new Term(way, 1));
    }

    // ---- a chain ----

    private static SubscribeUpdate status(long slot, SlotStatus status) {
        return SubscribeUpdate.newBuilder()
                .addFilters("s")
                .addFilters(PREFIX + LabelText.epoch(1))
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(slot).setStatus(status))
                .build();
    }

    private static SubscribeUpdate content(long slot, int index) {
        return SubscribeUpdate.newBuilder()
                .addFilters("e")
                .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(slot).setIndex(index))
                .build();
    }

    private static SubscribeUpdate seal(long slot) {
        return SubscribeUpdate.newBuilder()
                .addFilters("m")
                .addFilters(PREFIX + LabelText.seal(1))
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder().setSlot(slot))
                .build();
    }

    private static List<SubscribeUpdate> contentOf(long slot, Random random) {
        List<SubscribeUpdate> events = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            events.add(content(slot, i));
        }
        events.add(seal(slot));
        return events;
    }

    /** Slots that overlap: the next one may begin before the one before is sealed; some numbers are skipped. */
    private static List<SubscribeUpdate> processed(Random random) {
        List<Deque<SubscribeUpdate>> slots = new ArrayList<>();
        for (long slot = 100; slot < 100 + SLOTS; slot++) {
            if (random.nextInt(6) == 0) {
                continue;
            }
            Deque<SubscribeUpdate> events = new ArrayDeque<>();
            events.add(status(slot, SlotStatus.SLOT_FIRST_SHRED_RECEIVED));
            events.add(status(slot, SlotStatus.SLOT_CREATED_BANK));
            events.addAll(contentOf(slot, random));
            events.add(status(slot, SlotStatus.SLOT_PROCESSED));
            events.add(status(slot - 2, SlotStatus.SLOT_CONFIRMED));
            events.add(status(slot - 5, SlotStatus.SLOT_FINALIZED));
            slots.add(events);
        }
        List<SubscribeUpdate> all = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            while (!slots.get(i).isEmpty()) {
                boolean early = i + 1 < slots.size() && slots.get(i + 1).size() > 4 && random.nextInt(4) == 0;
                all.add(slots.get(early ? i + 1 : i).removeFirst());
            }
        }
        return all;
    }

    /** The content of a slot comes at one go when it reaches the level; what happens at the tip comes in between. */
    private static List<SubscribeUpdate> levelled(Random random, SlotStatus level, int behind) {
        List<SubscribeUpdate> all = new ArrayList<>();
        for (long slot = 100; slot < 100 + SLOTS; slot++) {
            all.add(status(slot, SlotStatus.SLOT_FIRST_SHRED_RECEIVED));
            all.add(status(slot, SlotStatus.SLOT_CREATED_BANK));
            all.add(status(slot, SlotStatus.SLOT_PROCESSED));
            all.addAll(contentOf(slot - behind, random));
            all.add(status(slot - behind, level));
            if (level == SlotStatus.SLOT_CONFIRMED) {
                all.add(status(slot - behind - 3, SlotStatus.SLOT_FINALIZED));
            } else {
                all.add(status(slot - 2, SlotStatus.SLOT_CONFIRMED));
            }
        }
        return all;
    }

    // ---- what must hold ----

    private void handOver(CommitmentLevel level, List<SubscribeUpdate> chain, Random random, String as) {
        received.clear();
        overtaken = false;
        Handover handover = new Handover(level);
        Way before = new Way(null, false);
        VerbatimRouter old = router(before);
        VerbatimRouter following = router(new Way(handover, true));
        following.arrive(handover);
        int oldAt = 0;
        int begins = 5 + random.nextInt(chain.size() / 4);
        int newAt = begins;
        int departs = Math.max(0, begins - 20 + random.nextInt(15));
        int favour = random.nextInt(1, 10);
        boolean departing = false;
        while (oldAt < chain.size() || newAt < chain.size()) {
            if (!departing && oldAt >= departs) {
                departing = true;
                old.depart(handover, List.of(before));
            }
            boolean oldDone = oldAt == chain.size();
            boolean canNew = departing && newAt < (oldDone ? chain.size() : chain.size() - 1);
            boolean newsTurn = oldDone || oldAt - newAt > APART_MAX || random.nextInt(10) < favour;
            if (canNew && newsTurn && (oldDone || newAt - oldAt < APART_MAX)) {
                following.route(chain.get(newAt++).toByteArray());
            } else {
                old.route(chain.get(oldAt++).toByteArray());
            }
        }
        assertThat(handover.isComplete()).as(as).isTrue();
        assertThat(handover.wasForced()).as(as).isFalse();
        assertThat(received)
                .as("%s: each once", as)
                .containsExactlyInAnyOrderElementsOf(
                        chain.stream().map(HandoverTest::seen).toList());
        assertThat(bySlot(received))
                .as("%s: in its slot's order", as)
                .isEqualTo(bySlot(chain.stream().map(HandoverTest::seen).toList()));
    }

    /** Without the internal names. */
    private static SubscribeUpdate seen(SubscribeUpdate update) {
        return update.toBuilder()
                .clearFilters()
                .addFilters(update.getFilters(0))
                .build();
    }

    private static Map<Long, List<SubscribeUpdate>> bySlot(List<SubscribeUpdate> updates) {
        Map<Long, List<SubscribeUpdate>> slots = new HashMap<>();
        for (SubscribeUpdate update : updates) {
            long slot = switch (update.getUpdateOneofCase()) {
                case SLOT -> update.getSlot().getSlot();
                case ENTRY -> update.getEntry().getSlot();
                default -> update.getBlockMeta().getSlot();
            };
            slots.computeIfAbsent(slot, of -> new ArrayList<>()).add(update);
        }
        return slots;
    }

    @Test
    void losesAndDoublesNothingAtProcessedHoweverTheSlotsOverlap() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            handOver(CommitmentLevel.PROCESSED, processed(random), random, "seed " + seed);
        }
    }

    @Test
    void losesAndDoublesNothingAtConfirmed() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            handOver(CommitmentLevel.CONFIRMED, levelled(random, SlotStatus.SLOT_CONFIRMED, 2), random, "seed " + seed);
        }
    }

    @Test
    void losesAndDoublesNothingAtFinalized() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            handOver(CommitmentLevel.FINALIZED, levelled(random, SlotStatus.SLOT_FINALIZED, 5), random, "seed " + seed);
        }
    }

    @Test
    void deliversWhatIsThereWhenTheOldCallIsCutOffAndNothingTwice() {
        Handover handover = new Handover(CommitmentLevel.PROCESSED);
        Way before = new Way(null, false);
        VerbatimRouter old = router(before);
        VerbatimRouter following = router(new Way(handover, true));
        following.arrive(handover);
        old.depart(handover, List.of(before));
        List<SubscribeUpdate> chain = processed(new Random(1));
        chain.subList(0, 60).forEach(update -> old.route(update.toByteArray()));
        chain.subList(30, 80).forEach(update -> following.route(update.toByteArray()));
        assertThat(following.heldBytes()).as("is held back").isGreaterThan(1_000);
        handover.force();
        chain.subList(80, chain.size()).forEach(update -> following.route(update.toByteArray()));
        assertThat(handover.isComplete()).isTrue();
        assertThat(following.heldBytes()).isZero();
        assertThat(handover.wasForced() || handover.boundary().isPresent()).isTrue();
        assertThat(received).doesNotHaveDuplicates().hasSizeGreaterThan(chain.size() * 3 / 4);
    }

    @Test
    void knowsWhichStatusesTheOldCallHadLeftToOneThatFailed() {
        Handover handover = new Handover(CommitmentLevel.PROCESSED);
        Way before = new Way(null, false);
        VerbatimRouter old = router(before);
        VerbatimRouter following = router(new Way(handover, true));
        following.arrive(handover);
        old.depart(handover, List.of(before));
        whole(100).forEach(update -> following.route(update.toByteArray()));
        for (long slot = 100; slot < 105; slot++) {
            whole(slot).forEach(update -> old.route(update.toByteArray()));
            old.route(status(slot - 2, SlotStatus.SLOT_CONFIRMED).toByteArray());
        }
        assertThat(handover.isReleased()).isTrue();

        handover.leave(old.checkpoint(), old.slots());

        assertThat(isTold(old, 100, SlotStatus.SLOT_CONFIRMED))
                .as("came before it was released")
                .isTrue();
        assertThat(received).doesNotContain(seen(status(102, SlotStatus.SLOT_CONFIRMED)));
        assertThat(isTold(old, 102, SlotStatus.SLOT_CONFIRMED))
                .as("was left, as it came afterwards")
                .isFalse();
        for (SubscribeUpdate update : received) {
            if (update.hasSlot()) {
                assertThat(isTold(
                                old,
                                update.getSlot().getSlot(),
                                update.getSlot().getStatus()))
                        .as("delivered: %s", update)
                        .isTrue();
            }
        }
    }

    private static boolean isTold(Router router, long slot, SlotStatus status) {
        return router.checkpoint().isTold(slot, status);
    }

    private static List<SubscribeUpdate> whole(long slot) {
        return List.of(
                status(slot, SlotStatus.SLOT_FIRST_SHRED_RECEIVED),
                seal(slot),
                status(slot, SlotStatus.SLOT_PROCESSED));
    }

    @Test
    void leavesTheOldCallAloneWhenItIsCancelledInTime() {
        Handover handover = new Handover(CommitmentLevel.PROCESSED);
        Way before = new Way(null, false);
        VerbatimRouter old = router(before);
        old.depart(handover, List.of(before));
        List<SubscribeUpdate> chain = processed(new Random(2));
        chain.subList(0, 40).forEach(update -> old.route(update.toByteArray()));
        assertThat(handover.cancel()).isTrue();
        chain.subList(40, chain.size()).forEach(update -> old.route(update.toByteArray()));
        assertThat(received)
                .containsExactlyElementsOf(
                        chain.stream().map(HandoverTest::seen).toList());
        assertThat(handover.boundary()).isNotEqualTo(OptionalLong.empty());
    }
}
