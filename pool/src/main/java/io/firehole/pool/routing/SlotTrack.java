package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * What a call has shown of the chain: its heartbeat, and where a resumption would have to begin. Written on the event
 * loop, read by any thread.
 */
public final class SlotTrack {

    /** Statuses remembered, as pairs of slot and status: those of some 70 slots. */
    private static final int LATEST = 512;

    static final int STATUS_BITS = 4;

    private static final long NONE = -1;

    private final AtomicLong lastSeenNanos;
    private final AtomicLong first = new AtomicLong(NONE);
    private final AtomicLong highest = new AtomicLong(NONE);
    private final AtomicLong lastSealed = new AtomicLong(NONE);
    private final AtomicLong highestContent = new AtomicLong(NONE);

    /** Written before {@link #lastSeenNanos}. */
    private final long[] latest = new long[LATEST];

    private int statuses;

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
        latest[statuses++ & (LATEST - 1)] = key(slot, status);
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

    /** A slot and a status as one number, in the order of slots; all statuses newer than our schema are one. */
    static long key(long slot, SlotStatus status) {
        int number = status == SlotStatus.UNRECOGNIZED ? (1 << STATUS_BITS) - 1 : status.getNumber();
        return slot << STATUS_BITS | number;
    }

    /** Notes of which slot content came. */
    void contentSeen(RawUpdate update) {
        if (update.kind() != UpdateKind.SLOT
                && update.kind() != UpdateKind.UNKNOWN
                && update.slot() > highestContent.getPlain()) {
            highestContent.setRelease(update.slot());
        }
    }

    /** The highest slot of which content has come, for whomever; less than any slot if none has. */
    long highestContent() {
        return highestContent.getAcquire();
    }

    /**
     * The {@link #key}s of the statuses seen last. Event loop, or any thread while nothing comes: then it sees what came
     * before.
     */
    void latestStatuses(LongConsumer each) {
        lastSeenNanos.getAcquire();
        int known = Math.min(statuses, LATEST);
        for (int i = 0; i < known; i++) {
            each.accept(latest[i]);
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
