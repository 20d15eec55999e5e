package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds the slot from which on a call at processed has every slot whole: the first that it sees begin, unless one after it
 * turns out to have begun before the call did. One event loop.
 *
 * <p>A slot has begun in sight if its first shred or its bank is told of before anything else of it: its content follows
 * its bank. Where the provider tells of neither, the slot after the second one that is processed in sight is taken.
 */
final class WholeSlots {

    /** Slots processed in sight after which we believe that this provider does not tell how slots begin. */
    private static final int SILENT_SLOTS = 2;

    private static final long NONE = -1;

    private final Set<Long> begun = new HashSet<>();
    private long first = NONE;
    private long firstShred = NONE;
    private int silent;

    void sees(RawUpdate update) {
        long slot = update.slot();
        if (update.kind() == UpdateKind.SLOT) {
            sees(slot, update.status());
        } else if (Checkpoint.isContent(update.kind())) {
            seesAfterBeginning(slot);
        }
    }

    private void sees(long slot, SlotStatus status) {
        switch (status) {
            case SLOT_FIRST_SHRED_RECEIVED, SLOT_CREATED_BANK -> {
                if (firstShred == NONE && status == SlotStatus.SLOT_FIRST_SHRED_RECEIVED) {
                    firstShred = slot;
                }
                begun.add(slot);
                if (first == NONE) {
                    first = slot;
                }
            }
            case SLOT_PROCESSED -> {
                if (first == NONE && ++silent == SILENT_SLOTS) {
                    first = slot + 1;
                }
                seesAfterBeginning(slot);
            }
            case SLOT_COMPLETED, SLOT_DEAD -> seesAfterBeginning(slot);
            // Long after it began.
            case SLOT_CONFIRMED, SLOT_FINALIZED, UNRECOGNIZED -> {}
        }
    }

    private void seesAfterBeginning(long slot) {
        if (first != NONE && slot >= first && silent < SILENT_SLOTS && !begun.contains(slot)) {
            first = slot + 1;
        }
    }

    /** From which slot on, as far as is known. */
    OptionalLong first() {
        return first == NONE ? OptionalLong.empty() : OptionalLong.of(first);
    }

    /** From which slot on all statuses were told in sight, those of its beginning included; as far as is known. */
    OptionalLong firstWithItsBeginning() {
        return firstShred == NONE || first == NONE
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(first, firstShred));
    }

    /** Begins anew: what has begun until now does not count. */
    void restart() {
        begun.clear();
        first = NONE;
        firstShred = NONE;
    }
}
