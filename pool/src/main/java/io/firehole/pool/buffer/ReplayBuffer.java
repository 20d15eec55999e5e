package io.firehole.pool.buffer;

import io.firehole.pool.memory.MemoryAccount;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.wire.proto.CommitmentLevel;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds what all {@link Recording}s of a pool hold together: when there is too much, or memory is scarce, the oldest slots are
 * given up first, whosever they are. Any thread; nothing here blocks.
 *
 * <p>What is counted are the lengths of updates and {@value RecordedSlot#ELEMENT_BYTES} bytes for each. Recordings report every
 * {@value Recording#REPORT_BYTES} bytes, so the limit may be exceeded by that much for each call.
 */
public final class ReplayBuffer {

    /** The buffer never has more than so much of the memory of all buffers, however large it may be. */
    static final int PART_OF_BUDGET = 2;

    private record Place(long slot, long recording, RecordedSlot recorded) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::slot).thenComparingLong(Place::recording);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    private final BufferLimits limits;
    private final long bytesMax;
    private final MemoryAccount account;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong highest = new AtomicLong(-1);
    private final AtomicLong recordings = new AtomicLong();
    private final ConcurrentSkipListMap<Place, RecordedSlot> oldestFirst = new ConcurrentSkipListMap<>();
    private final LongAdder evictedSlots = new LongAdder();
    private final LongAdder evictedForMemory = new LongAdder();

    /** @param memory the memory of all buffers, of which it gives its part back as soon as that becomes scarce */
    public ReplayBuffer(BufferLimits limits, MemoryBudget memory) {
        this.limits = limits;
        this.bytesMax = Math.min(limits.bytesMax(), memory.bytesMax() / PART_OF_BUDGET);
        this.account = memory.account();
        if (!limits.isOff()) {
            memory.whenScarce(this::release);
        }
    }

    /** Whether it keeps nothing. */
    public boolean isOff() {
        return limits.isOff();
    }

    /** A recording for one more call at that level. */
    public Recording record(CommitmentLevel level) {
        return new Recording(this, recordings.incrementAndGet(), level);
    }

    /** A slot is recorded from now on. */
    void begun(RecordedSlot slot) {
        oldestFirst.put(new Place(slot.slot(), slot.recording().number(), slot), slot);
        long newest = highest.accumulateAndGet(slot.slot(), Math::max);
        Map.Entry<Place, RecordedSlot> oldest = oldestFirst.firstEntry();
        while (oldest != null && oldest.getKey().slot() <= newest - limits.slotsMax()) {
            evict(oldest.getKey());
            oldest = oldestFirst.firstEntry();
        }
    }

    /** More is held. */
    void added(long more) {
        bytes.addAndGet(more);
        while (bytes.get() > bytesMax && evictOldest()) {
            // until it fits
        }
        account.report(bytes::get);
    }

    /** A slot begins anew, with another block. */
    void giveUp(RecordedSlot slot) {
        oldestFirst.remove(new Place(slot.slot(), slot.recording().number(), slot));
        slot.recording().forget(slot);
        bytes.addAndGet(-slot.giveUp());
    }

    /** A call is over, and nothing can be given from there any more. */
    void giveUpAll(Recording recording) {
        for (RecordedSlot slot : recording.slots(0, Long.MAX_VALUE)) {
            recording.forgetUpTo(slot);
            giveUp(slot);
        }
        account.report(bytes::get);
    }

    private boolean evictOldest() {
        Map.Entry<Place, RecordedSlot> oldest = oldestFirst.firstEntry();
        if (oldest == null) {
            return false;
        }
        evict(oldest.getKey());
        return true;
    }

    private void evict(Place place) {
        RecordedSlot removed = oldestFirst.remove(place);
        if (removed != null) {
            removed.recording().forgetUpTo(removed);
            bytes.addAndGet(-removed.giveUp());
            evictedSlots.increment();
        }
    }

    /** Memory is scarce: gives so many bytes back, if it has them. */
    private void release(long wanted) {
        long until = bytes.get() - wanted;
        boolean any = false;
        while (bytes.get() > Math.max(0, until) && evictOldest()) {
            evictedForMemory.increment();
            any = true;
        }
        if (any) {
            account.report(bytes::get);
        }
    }

    // ---- figures

    /** How many bytes it may hold. */
    public long bytesMax() {
        return bytesMax;
    }

    /** How many slots, counted back from the newest, it may hold. */
    public int slotsMax() {
        return limits.slotsMax();
    }

    /** How many bytes it holds, as far as that was reported. */
    public long bytes() {
        return Math.max(0, bytes.get());
    }

    /** How many slots it holds, those of several calls each by itself. */
    public int slots() {
        return oldestFirst.size();
    }

    /** How many updates it holds. Looks at all slots. */
    public long updates() {
        return oldestFirst.values().stream().mapToLong(RecordedSlot::count).sum();
    }

    /** How many slots were given up, those included that memory was too scarce for. */
    public long evictedSlots() {
        return evictedSlots.sum();
    }

    /** How many of them were given up since memory was scarce. */
    public long evictedForMemory() {
        return evictedForMemory.sum();
    }
}
