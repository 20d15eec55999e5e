package io.firehole.pool.routing;

import io.firehole.wire.proto.SlotStatus;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which statuses a call has seen as they happened. Those that follow them happen in its sight, too, so that no replay need
 * bring them, nor should: they come in their order.
 *
 * <p>Written by the call's event loop, read by any.
 */
final class LiveStatuses {

    /** Slots of which it is known what came first; far more than are on their way at once. */
    private static final int SLOTS_MAX = 4_096;

    private static final long NONE = Long.MAX_VALUE;

    /** The lowest slot that was seen to reach it. */
    private final Map<SlotStatus, AtomicLong> lowest = new EnumMap<>(SlotStatus.class);

    /** The first that was seen of a slot, by its rank. */
    private final Map<Long, Integer> first = new ConcurrentHashMap<>();

    LiveStatuses() {
        for (SlotStatus status : SlotStatus.values()) {
            lowest.put(status, new AtomicLong(NONE));
        }
    }

    void sees(long slot, SlotStatus status) {
        AtomicLong known = lowestOf(status);
        if (slot < known.getPlain()) {
            known.setRelease(slot);
        }
        if (first.size() < SLOTS_MAX) {
            first.putIfAbsent(slot, rank(status));
        }
    }

    /** Forgets all: what was seen was not delivered to everybody. */
    void restart() {
        lowest.values().forEach(known -> known.setRelease(NONE));
        first.clear();
    }

    /** Whether a slot's reaching that status has come, or will come. */
    boolean has(long slot, SlotStatus status) {
        return slot >= lowestOf(status).getAcquire() || first.getOrDefault(slot, Integer.MAX_VALUE) < rank(status);
    }

    private AtomicLong lowestOf(SlotStatus status) {
        return lowest.getOrDefault(status, UNKNOWN);
    }

    private static final AtomicLong UNKNOWN = new AtomicLong(NONE);

    private static int rank(SlotStatus status) {
        return switch (status) {
            case SLOT_FIRST_SHRED_RECEIVED -> 0;
            case SLOT_CREATED_BANK -> 1;
            case SLOT_COMPLETED, SLOT_DEAD -> 2;
            case SLOT_PROCESSED -> 3;
            case SLOT_CONFIRMED -> 4;
            case SLOT_FINALIZED, UNRECOGNIZED -> 5;
        };
    }
}
