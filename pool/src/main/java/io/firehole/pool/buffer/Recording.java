package io.firehole.pool.buffer;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one call received lately, slot by slot. Its event loop adds, any thread reads.
 *
 * <p><b>From where on it is whole.</b> A slot has begun in sight if its first shred or its bank is told of before anything else of
 * it. Where the provider tells of neither, the slots after the second one that is processed in sight count as such. At processed
 * a slot is here from there on; at the other levels the content of a slot comes at one go, so only the one in which the call
 * began may be in part.
 */
public final class Recording {

    /** Bytes after which the buffer is told. */
    static final int REPORT_BYTES = 64 << 10;

    /** Slots processed in sight after which we believe that this provider does not tell how slots begin. */
    private static final int SILENT_SLOTS = 2;

    private static final long NONE = Long.MAX_VALUE;

    private final ReplayBuffer buffer;
    private final long number;
    private final boolean processed;
    private final ConcurrentSkipListMap<Long, RecordedSlot> slots = new ConcurrentSkipListMap<>();

    /** The first slot that has not been given up. */
    private final AtomicLong keptFrom = new AtomicLong();

    // The event loop's.

    private @Nullable RecordedSlot current;
    private long unreported;
    private boolean tellsBeginnings;
    private int silent;
    private int requestAtLastSeal;

    /** The first slot that began in sight; written by the event loop. */
    private volatile long firstBegun = NONE;

    /** The first slot whose content is whole; written by the event loop. */
    private volatile long firstContent = NONE;

    private volatile boolean ended;

    Recording(ReplayBuffer buffer, long number, CommitmentLevel level) {
        this.buffer = buffer;
        this.number = number;
        this.processed = level == CommitmentLevel.PROCESSED;
    }

    // ---- the event loop

    /**
     * Adds an update.
     *
     * @param message its bytes; kept, not copied
     * @param requestBefore the merged request known to be in effect before it came
     * @param requestNow the one that is known to be now
     * @param seals whether it is the block meta of its slot
     */
    public void received(byte[] message, RawUpdate update, int requestBefore, int requestNow, boolean seals) {
        switch (update.kind()) {
            case SLOT -> status(message, update, requestBefore, requestNow);
            case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, ENTRY, BLOCK, BLOCK_META -> {
                RecordedSlot of = find(update.slot());
                if (of == null) {
                    of = beginWithContent(update.slot(), requestBefore);
                }
                if (of != null) {
                    add(of, message, update, requestBefore);
                    if (seals) {
                        seal(of, requestNow);
                    }
                }
            }
            case PING, PONG, UNKNOWN -> {}
        }
    }

    private void status(byte[] message, RawUpdate update, int requestBefore, int requestNow) {
        long slot = update.slot();
        SlotStatus status = update.status();
        RecordedSlot of = find(slot);
        switch (status) {
            case SLOT_FIRST_SHRED_RECEIVED, SLOT_CREATED_BANK -> {
                tellsBeginnings = true;
                if (of != null && status == SlotStatus.SLOT_CREATED_BANK && of.hasContent()) {
                    // Another block of the same slot: it is here again when that is sealed.
                    buffer.giveUp(of);
                    of = null;
                }
                if (of == null) {
                    if (firstBegun == NONE) {
                        firstBegun = slot;
                    }
                    of = begin(slot, true, requestNow);
                }
            }
            case SLOT_PROCESSED -> {
                if (!tellsBeginnings && ++silent == SILENT_SLOTS) {
                    firstBegun = slot + 1;
                }
            }
            case SLOT_DEAD -> {
                if (of != null) {
                    of.die();
                }
            }
            // Told of slots that have begun, or long after that.
            case SLOT_COMPLETED, SLOT_CONFIRMED, SLOT_FINALIZED, UNRECOGNIZED -> {}
        }
        if (of == null && status == SlotStatus.SLOT_PROCESSED && isSilent() && slot >= firstBegun) {
            of = begin(slot, true, requestAtLastSeal);
        }
        if (of != null) {
            add(of, message, update, requestBefore);
        }
    }

    private boolean isSilent() {
        return !tellsBeginnings && firstBegun != NONE;
    }

    private @Nullable RecordedSlot beginWithContent(long slot, int requestBefore) {
        if (isSilent() && slot >= firstBegun) {
            return begin(slot, true, Math.min(requestBefore, requestAtLastSeal));
        }
        // What came of it before the call began, or the request was in effect, is not here.
        return begin(slot, false, processed ? 0 : requestBefore);
    }

    private @Nullable RecordedSlot begin(long slot, boolean inSight, int request) {
        if (ended || slot < keptFrom.get()) {
            return null;
        }
        flush();
        RecordedSlot begun = new RecordedSlot(this, slot, inSight, request);
        slots.put(slot, begun);
        buffer.begun(begun);
        current = begun;
        return begun;
    }

    private void add(RecordedSlot of, byte[] message, RawUpdate update, int requestBefore) {
        if (of != current) {
            flush();
            current = of;
        }
        of.add(message, update, processed && !of.hasAllStatuses() ? 0 : requestBefore);
        unreported += message.length + RecordedSlot.ELEMENT_BYTES;
        if (unreported >= REPORT_BYTES) {
            flush();
        }
    }

    private void seal(RecordedSlot of, int request) {
        if (!of.isSealed() && firstContent == NONE && of.requestBeforeContent() > 0) {
            firstContent = of.slot();
        }
        of.seal(request);
        requestAtLastSeal = request;
        flush();
    }

    /** Tells the buffer what has been added. */
    private void flush() {
        RecordedSlot of = current;
        long bytes = unreported;
        unreported = 0;
        if (of != null && bytes > 0 && of.report(bytes)) {
            buffer.added(bytes);
        }
    }

    private @Nullable RecordedSlot find(long slot) {
        RecordedSlot latest = current;
        if (latest != null && latest.slot() == slot && !latest.isGivenUp()) {
            return latest;
        }
        return slots.get(slot);
    }

    // ---- any thread

    /** A slot is not here any more. */
    void forget(RecordedSlot of) {
        slots.remove(of.slot(), of);
    }

    /** A slot is not here any more, and nothing before it counts as being here. */
    void forgetUpTo(RecordedSlot of) {
        keptFrom.accumulateAndGet(of.slot() + 1, Math::max);
        forget(of);
    }

    /** The call is over: what is here is given up. */
    public void end() {
        ended = true;
        buffer.giveUpAll(this);
    }

    /** The slot, if something of it is here. */
    public Optional<RecordedSlot> slot(long slot) {
        return Optional.ofNullable(slots.get(slot));
    }

    /** The first slot of which something is here, of those from one on and before another. */
    public Optional<RecordedSlot> first(long from, long before) {
        Map.Entry<Long, RecordedSlot> entry = slots.ceilingEntry(from);
        return entry == null || entry.getKey() >= before ? Optional.empty() : Optional.of(entry.getValue());
    }

    /** Those slots of which something is here, in order. */
    public Collection<RecordedSlot> slots(long from, long before) {
        return slots.subMap(from, Math.max(from, before)).values();
    }

    /** From which slot on all content is here that came under labels in effect; more than any slot if from none. */
    public long contentFrom() {
        return Math.max(keptFrom.get(), processed ? firstBegun : firstContent);
    }

    /** From which slot on all statuses are here; more than any slot if from none. */
    public long statusesFrom() {
        return Math.max(keptFrom.get(), firstBegun);
    }

    long number() {
        return number;
    }
}
