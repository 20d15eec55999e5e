package io.firehole.pool;

import io.firehole.pool.buffer.RecordedSlot;
import io.firehole.pool.buffer.Recording;
import io.firehole.pool.merging.LabelHistory;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.RoutingTable;
import io.firehole.pool.routing.Term;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a call received lately, with what it asked for. Control thread.
 *
 * @param recording what it received
 * @param labels under which labels it asked for what
 */
record RecordedCall(Recording recording, LabelHistory labels) {

    /** Why something cannot be given from here. */
    enum Miss {
        /** It goes further back than what is kept. */
        TOO_OLD,
        /** A filter was not asked for, or not in effect, in all of that time. */
        FILTER_NOT_ASKED,
        /** What was kept was given up while it was read. */
        GIVEN_UP;

        /** The word used in figures. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Whether all is here that these ask of those slots.
     *
     * @param from the first slot
     * @param before the slot after the last, which is sealed
     * @param statuses whether any of them wants the statuses of slots
     * @return why not; empty if all is here
     */
    Optional<Miss> miss(List<Subscription> asked, long from, long before, boolean statuses) {
        if (from < recording.contentFrom() || (statuses && from < recording.statusesFrom())) {
            return Optional.of(Miss.TOO_OLD);
        }
        LabelHistory.Coverage coverage = labels.coverage(asked);
        for (RecordedSlot slot : recording.slots(from, before)) {
            boolean here = !slot.isTorn() && coverage.hasContentOf(slot) && (!statuses || slot.hasAllStatuses());
            if (slot.isSealed() && !here) {
                return Optional.of(Miss.FILTER_NOT_ASKED);
            }
        }
        // What was given up meanwhile was not looked at.
        return from < recording.contentFrom() ? Optional.of(Miss.TOO_OLD) : Optional.empty();
    }

    /** The request that was in effect when the oldest slot began of which something is here; 0 if nothing is. */
    int oldestRequest() {
        return recording
                .first(0, Long.MAX_VALUE)
                .map(RecordedSlot::requestAtBeginning)
                .orElse(0);
    }

    /** Where it goes for those who ask for it once more. */
    RoutingTable table(List<CutOff> readers) {
        return labels.table(readers.stream()
                .map(each -> new LabelHistory.Reader(new Term(each.recipient(), 1), each.subscription()))
                .toList());
    }
}
