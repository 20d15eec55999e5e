package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.Profiles;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SealedSlotsTest {

    private static final long FIRST = 400_000_000L;

    @Test
    void knowsEachSlotOfALongReplay() {
        Checkpoint checkpoint = Checkpoint.startingAt(FIRST);
        for (long slot = FIRST; slot < FIRST + 150; slot++) {
            if (slot % 16 != 0) {
                checkpoint.sealed(slot);
            }
        }
        for (long slot = FIRST; slot < FIRST + 150; slot++) {
            assertThat(checkpoint.isDone(slot)).as("slot %s", slot).isEqualTo(slot % 16 != 0);
        }
    }

    @Test
    void isASetOfTheLatestSlotsWhateverHappens() {
        Random random = new Random(11);
        SealedSlots slots = new SealedSlots();
        TreeSet<Long> model = new TreeSet<>();
        long newest = FIRST;
        for (int i = 0; i < 20_000; i++) {
            long near = newest - random.nextInt(20);
            switch (random.nextInt(12)) {
                case 0 -> {
                    slots.remove(near);
                    model.remove(near);
                }
                case 1 -> {
                    slots.removeFrom(near);
                    model.tailSet(near, true).clear();
                }
                case 2 -> {
                    slots.add(near);
                    model.add(near);
                }
                default -> {
                    newest += random.nextInt(400) == 0 ? random.nextInt(2 * SealedSlots.SLOTS) : 1 + random.nextInt(3);
                    slots.add(newest);
                    model.add(newest);
                }
            }
            if (slots.highest() != SealedSlots.NONE) {
                model.headSet(slots.highest() - SealedSlots.SLOTS, true).clear();
            }
            long looked = newest - random.nextInt(SealedSlots.SLOTS / 8);
            assertThat(slots.contains(looked))
                    .as("slot %s at step %s", looked, i)
                    .isEqualTo(model.contains(looked));
            if (!model.isEmpty()) {
                assertThat(slots.highest()).isGreaterThanOrEqualTo(model.last());
            }
        }
    }

    @Test
    void remembersMoreSlotsThanAnyProviderReplays() {
        assertThat(Profiles.NAMES)
                .allSatisfy(
                        name -> assertThat(Profiles.named(name).replaySlots()).isLessThan(SealedSlots.SLOTS));
    }

    @Test
    void holdsNothingAtFirst() {
        SealedSlots slots = new SealedSlots();
        slots.removeFrom(5);
        slots.remove(7);
        assertThat(slots.highest()).isEqualTo(SealedSlots.NONE);
        assertThat(slots.contains(0)).isFalse();
    }
}
