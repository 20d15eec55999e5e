package io.firehole.pool.routing;

import io.firehole.pool.memory.MemoryBudget;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a call holds back until it may deliver it, in order. One event loop. */
final class HeldUpdates {

    /** Updates that may be held back, of all monitors together. */
    static final int UPDATES_MAX = 262_144;

    /** Bytes that may be held back; payloads that several monitors share are counted for each. */
    static final long BYTES_MAX = 128L << 20;

    private List<Held> held = new ArrayList<>();
    private long bytes;

    /** What is held, with the objects around it, for the memory of all buffers. Written by the event loop. */
    private final AtomicLong counted = new AtomicLong();

    /**
     * One of them, or the mark of a seal.
     *
     * @param recipient null for the mark
     */
    @SuppressWarnings("ArrayRecordComponent") // shared with the deliveries, and never compared
    record Held(
            @Nullable Recipient recipient,
            UpdateKind kind,
            long slot,
            SlotStatus status,
            byte[] head,
            byte[] tail,
            int tailOffset,
            int tailLength,
            long receivedNanos) {}

    void add(Recipient recipient, RawUpdate update, byte[] head, byte[] tail, int tailOffset, int tailLength) {
        held.add(new Held(
                recipient,
                update.kind(),
                update.slot(),
                statusOf(update),
                head,
                tail,
                tailOffset,
                tailLength,
                update.receivedNanos()));
        bytes += tailLength;
        counted.setRelease(counted.getPlain() + head.length + tailLength + MemoryBudget.ELEMENT_BYTES);
    }

    /** Marks that a slot was sealed. */
    void addSeal(long slot) {
        held.add(new Held(
                null,
                UpdateKind.BLOCK_META,
                slot,
                SlotStatus.SLOT_PROCESSED,
                Recipient.NO_NAMES,
                Recipient.NO_NAMES,
                0,
                0,
                0));
    }

    /** What that counts for in the memory of all buffers. Any thread. */
    long countedBytes() {
        return counted.getAcquire();
    }

    boolean isFull() {
        return held.size() >= UPDATES_MAX || bytes >= BYTES_MAX;
    }

    /** All of them; they are held no longer. */
    List<Held> release() {
        List<Held> released = held;
        held = new ArrayList<>();
        bytes = 0;
        counted.setRelease(0);
        return released;
    }

    /** That of a slot update; for other kinds one that nobody looks at. */
    static SlotStatus statusOf(RawUpdate update) {
        return update.kind() == UpdateKind.SLOT ? update.status() : SlotStatus.SLOT_PROCESSED;
    }
}
