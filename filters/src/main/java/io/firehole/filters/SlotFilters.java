package io.firehole.filters;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The slots filters by name, in the order of the request. Immutable. */
final class SlotFilters {

    private final List<Named> filters;

    /** The stream's; null on a deshred stream, which has none. */
    private final @Nullable CommitmentLevel commitment;

    private record Named(String name, boolean byCommitment, boolean interslot) {}

    private SlotFilters(List<Named> filters, @Nullable CommitmentLevel commitment) {
        this.filters = List.copyOf(filters);
        this.commitment = commitment;
    }

    static SlotFilters compile(Map<String, SubscribeRequestFilterSlots> requested, FilterLimits limits)
            throws InvalidFilterException {
        Names.checkCount(FilterKind.SLOTS, requested.size(), limits.slotsMax());
        List<Named> filters = new ArrayList<>(requested.size());
        for (Map.Entry<String, SubscribeRequestFilterSlots> entry : requested.entrySet()) {
            Names.check(FilterKind.SLOTS, entry.getKey(), limits.nameBytes());
            filters.add(new Named(
                    entry.getKey(),
                    entry.getValue().getFilterByCommitment(),
                    entry.getValue().getInterslotUpdates()));
        }
        return new SlotFilters(filters, null);
    }

    /** The same filters on a stream of that commitment, which is checked long after them. */
    SlotFilters on(CommitmentLevel streamCommitment) {
        return new SlotFilters(filters, streamCommitment);
    }

    boolean isEmpty() {
        return filters.isEmpty();
    }

    List<String> matching(SlotStatus status) {
        boolean ofCommitment = commitment != null && status == ofLevel(commitment);
        boolean interslot = switch (status) {
            case SLOT_PROCESSED, SLOT_CONFIRMED, SLOT_FINALIZED -> false;
            case SLOT_FIRST_SHRED_RECEIVED, SLOT_COMPLETED, SLOT_CREATED_BANK, SLOT_DEAD, UNRECOGNIZED -> true;
        };
        List<String> matching = new ArrayList<>(4);
        for (Named filter : filters) {
            if ((!filter.byCommitment || ofCommitment) && (!interslot || filter.interslot)) {
                matching.add(filter.name);
            }
        }
        return matching;
    }

    private static SlotStatus ofLevel(CommitmentLevel level) {
        return switch (level) {
            case PROCESSED -> SlotStatus.SLOT_PROCESSED;
            case CONFIRMED -> SlotStatus.SLOT_CONFIRMED;
            case FINALIZED -> SlotStatus.SLOT_FINALIZED;
            case UNRECOGNIZED -> SlotStatus.UNRECOGNIZED;
        };
    }
}
