package io.firehole.pool.routing;

import io.firehole.wire.proto.SlotStatus;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request of one monitor on one call: from which merged request on it is served.
 *
 * <p>Made on the control thread; then the event loop's, but for what says otherwise.
 */
public final class Term {

    private static final long UNKNOWN = -1;

    /**
     * How many slots must be processed without having shown their first shred before we believe that this provider does
     * not tell of first shreds. Slots that are confirmed or finalized say nothing of it: they began long before.
     */
    private static final int SLOTS_WITHOUT_FIRST_SHRED = 2;

    private final Recipient recipient;
    private final int from;

    private long slotsBegun;

    /** What its call has shown, and the last slot sealed when it began; null before it did. Written once, before {@link #begun}. */
    private @Nullable SlotTrack slots;

    private long sealedBefore = UNKNOWN;
    private int slotsWithoutFirstShred;
    private volatile boolean begun;
    private volatile long firstWholeSlot = UNKNOWN;

    /**
     * @param recipient whom it serves
     * @param from the number of the first merged request that has all its labels
     */
    public Term(Recipient recipient, int from) {
        this.recipient = recipient;
        this.from = from;
    }

    /** Whom it serves. */
    public Recipient recipient() {
        return recipient;
    }

    /** The number of the first merged request that has all its labels. */
    public int from() {
        return from;
    }

    /** Whether the provider has been seen to serve it. Any thread. */
    public boolean isBegun() {
        return begun;
    }

    /** The first slot that began after it did; empty before that slot. Any thread. */
    public OptionalLong firstWholeSlot() {
        long slot = firstWholeSlot;
        return slot == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(slot);
    }

    /**
     * The first slot of which all content is still to come, at a commitment at which that comes at one go: the one after the last
     * that was sealed. Any thread; exact when nothing comes any more.
     *
     * @return empty if no slot was sealed since it began
     */
    public OptionalLong contentToCome() {
        if (!begun || slots == null) {
            return OptionalLong.empty();
        }
        OptionalLong sealed = slots.lastSealed();
        return sealed.isPresent() && sealed.getAsLong() > sealedBefore
                ? OptionalLong.of(sealed.getAsLong() + 1)
                : OptionalLong.empty();
    }

    /** Adds the id of its monitor, if that is to get everything of that slot, or of an earlier one, by this call. */
    void addMonitor(long slot, Set<String> ids) {
        String monitor = recipient.monitor();
        if (isSettled() && firstWholeSlot <= slot && !recipient.isOver() && !monitor.isEmpty()) {
            ids.add(monitor);
        }
    }

    /** Whether there is nothing more to find out. */
    boolean isSettled() {
        return firstWholeSlot != UNKNOWN;
    }

    /** Begins, if it has not; false if it had. */
    boolean begin(SlotTrack shown) {
        if (begun) {
            return false;
        }
        slotsBegun = shown.highestOrZero();
        slots = shown;
        sealedBefore = shown.lastSealed().orElse(UNKNOWN);
        recipient.start();
        begun = true;
        return true;
    }

    /**
     * Looks for the first slot of which nothing was missed. Its first shred is the first that is told of a slot. Whatever
     * else is seen first of a slot, the slot had begun before.
     */
    void onSlot(long slot, SlotStatus status) {
        if (!begun || isSettled() || Long.compareUnsigned(slot, slotsBegun) <= 0) {
            return;
        }
        if (status == SlotStatus.SLOT_FIRST_SHRED_RECEIVED) {
            firstWholeSlot = slot;
            return;
        }
        slotsBegun = slot;
        if (status == SlotStatus.SLOT_PROCESSED && ++slotsWithoutFirstShred == SLOTS_WITHOUT_FIRST_SHRED) {
            firstWholeSlot = slot + 1;
        }
    }
}
