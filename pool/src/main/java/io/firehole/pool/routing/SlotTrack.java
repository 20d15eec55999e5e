package io.firehole.pool.routing;

import io.firehole.wire.proto.SlotStatus;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a call has shown of the chain: its heartbeat, and where a resumption would have to begin. Written on the event
 * loop, read by any thread.
 */
public final class SlotTrack {

    private static final long NONE = -1;

    private final AtomicLong lastSeenNanos;
    private final AtomicLong first = new AtomicLong(NONE);
    private final AtomicLong highest = new AtomicLong(NONE);
    private final AtomicLong lastSealed = new AtomicLong(NONE);

    SlotTrack(long nowNanos) {
        lastSeenNanos = new AtomicLong(nowNanos);
    }

    /** When a slot's status or seal last came; before the first, when the call was made. */
    public long lastSeenNanos() {
        return lastSeenNanos.getAcquire();
    }

    /** The first slot seen in progress: statuses of slots long past, which come as well, do not count. */
    public OptionalLong first() {
        return known(first);
    }

    /** The highest slot seen. */
    public OptionalLong highest() {
        return known(highest);
    }

    /** The highest slot whose block meta has come: nothing of it, or of those before it, is still to come. */
    public OptionalLong lastSealed() {
        return known(lastSealed);
    }

    void seen(long slot, SlotStatus status, long nowNanos) {
        lastSeenNanos.setRelease(nowNanos);
        boolean past = status == SlotStatus.SLOT_CONFIRMED || status == SlotStatus.SLOT_FINALIZED;
        if (!past && first.getPlain() == NONE) {
            first.setRelease(slot);
        }
        if (slot > highest.getPlain()) {
            highest.setRelease(slot);
        }
    }

    void sealed(long slot, long nowNanos) {
        lastSeenNanos.setRelease(nowNanos);
        if (slot > lastSealed.getPlain()) {
            lastSealed.setRelease(slot);
        }
    }

    long highestOrZero() {
        return Math.max(0, highest.getPlain());
    }

    private static OptionalLong known(AtomicLong value) {
        long slot = value.getAcquire();
        return slot == NONE ? OptionalLong.empty() : OptionalLong.of(slot);
    }
}
