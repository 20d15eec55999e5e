package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call holds back until it may deliver it, in order. One event loop. */
final class HeldUpdates {

    /** Updates that may be held back, of all monitors together. */
    static final int UPDATES_MAX = 262_144;

    /** Bytes that may be held back; payloads that several monitors share are counted for each. */
    static final long BYTES_MAX = 128L << 20;

    private List<Held> held = new ArrayList<>();
    private long bytes;

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

    boolean isFull() {
        return held.size() >= UPDATES_MAX || bytes >= BYTES_MAX;
    }

    /** All of them; they are held no longer. */
    List<Held> release() {
        List<Held> released = held;
        held = new ArrayList<>();
        bytes = 0;
        return released;
    }

    /** That of a slot update; for other kinds one that nobody looks at. */
    static SlotStatus statusOf(RawUpdate update) {
        return update.kind() == UpdateKind.SLOT ? update.status() : SlotStatus.SLOT_PROCESSED;
    }
}
