package io.firehole.pool.mailbox;

import java.util.OptionalLong;

/**
 * What a mailbox has dropped since somebody asked last.
 *
 * @param first the lowest slot of which something was dropped; {@link #NONE} if nothing that was dropped belongs to a slot
 * @param last the highest
 * @param updates how many elements
 */
public record Loss(long first, long last, long updates) {

    /** Instead of a slot. */
    static final long NONE = -1;

    /** Nothing yet. */
    static final Loss NOTHING = new Loss(NONE, NONE, 0);

    /** One element more; slot 0 is none. */
    Loss and(long slot) {
        return slot == 0 ? new Loss(first, last, updates + 1) : and(new Loss(slot, slot, 1));
    }

    /** The two as one. */
    public Loss and(Loss other) {
        long lowest =
                first == NONE || other.first == NONE ? Math.max(first, other.first) : Math.min(first, other.first);
        return new Loss(lowest, Math.max(last, other.last), updates + other.updates);
    }

    /** The lowest slot of which something was dropped. */
    public OptionalLong firstSlot() {
        return first == NONE ? OptionalLong.empty() : OptionalLong.of(first);
    }

    /** The highest one. */
    public OptionalLong lastSlot() {
        return last == NONE ? OptionalLong.empty() : OptionalLong.of(last);
    }
}
