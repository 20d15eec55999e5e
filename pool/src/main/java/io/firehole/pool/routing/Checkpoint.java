package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a call has come: which slots it has delivered whole, and of the others what. From here a call after it goes on
 * without losing or repeating anything.
 *
 * <p>A slot whose block meta has been delivered is done. Of one that is still open each update's
 * {@linkplain RawUpdate#identityHash identity} is remembered, and forgotten when it is done: so there are as many as
 * updates come in a slot or two, 16 to 32 bytes each, at the most
 * {@value #IDENTITIES_MAX}.
 *
 * <p>Statuses are no part of a slot's content, since they come for a long time; of those a call keeps the latest in its
 * {@link SlotTrack}, and here are those of the calls before.
 *
 * <p>One thread at a time: the event loop of the call that delivers. Who takes over from it has seen its end.
 */
public final class Checkpoint {

    /**
     * A slot may be sealed after later ones, on a fork that wins; one that is further behind than that is taken for dead.
     */
    static final int OUT_OF_ORDER_SLOTS = 8;

    /** Slots in progress of which updates are remembered. */
    static final int OPEN_SLOTS_MAX = 64;

    /** Updates that are remembered, of all slots in progress together; beyond that the oldest slot cannot be gone on with. */
    static final int IDENTITIES_MAX = 1 << 21;

    /** Statuses of earlier calls that are remembered. */
    private static final int TOLD_MAX = 4_096;

    private static final long STATUS_MASK = (1 << SlotTrack.STATUS_BITS) - 1;
    private static final long NONE = -1;

    /** A slot of which something has come and whose seal has not. */
    private static final class OpenSlot {
        private final long slot;
        private final IdentitySet delivered;

        private OpenSlot(long slot, IdentitySet delivered) {
            this.slot = slot;
            this.delivered = delivered;
        }
    }

    private final List<OpenSlot> open = new ArrayList<>();

    /** That of a slot that is done, for the next, which will be about as large. */
    private @Nullable IdentitySet emptied;

    private final SealedSlots sealed = new SealedSlots();

    /** Every slot before that one is done, whatever came of it. */
    private long doneBefore;

    private long statusesGivenUpBefore;

    private int identities;

    /** The last slot of which more came than could be remembered. */
    private long tooLarge = NONE;

    private final Set<Long> told = new HashSet<>();

    /** By the number of a status the highest slot of which it has been told. */
    private final long[] newestTold = new long[1 << SlotTrack.STATUS_BITS];

    /** A call that has delivered nothing. */
    Checkpoint() {
        Arrays.fill(newestTold, NONE);
    }

    /** For who has delivered nothing and wants everything from that slot on. */
    public static Checkpoint startingAt(long slot) {
        Checkpoint start = new Checkpoint();
        start.doneBefore = slot;
        return start;
    }

    // ---- what is delivered

    /** Notes an update, which is no slot's status. Blocks come once for each name: see {@link #addBlock}. */
    void delivered(RawUpdate update) {
        switch (update.kind()) {
            case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, ENTRY -> add(update.slot(), update.identityHash());
            case SLOT, BLOCK, BLOCK_META, PING, PONG, UNKNOWN -> {}
        }
    }

    /** Notes an update of a slot; false if it was noted before, or the slot is done. */
    boolean add(long slot, long identity) {
        OpenSlot current = find(slot);
        if (current == null) {
            if (isDone(slot)) {
                return false;
            }
            current = begin(slot);
        }
        if (identity == 0) {
            return true;
        }
        if (!current.delivered.add(identity)) {
            return false;
        }
        if (++identities > IDENTITIES_MAX) {
            forget(open.getFirst());
        }
        return true;
    }

    /**
     * Notes a block.
     *
     * @param filter stands for the filter it came for, on all calls alike
     */
    boolean addBlock(RawUpdate block, long filter) {
        return add(block.slot(), block.identityHash() ^ filter);
    }

    /** All of that slot has been delivered. */
    void sealed(long slot) {
        sealed.add(slot);
        dead(slot);
        open.removeIf(each -> {
            boolean late = each.slot <= sealed.highest() - OUT_OF_ORDER_SLOTS;
            identities -= late ? each.delivered.size() : 0;
            return late;
        });
    }

    /** Nothing follows of that slot. */
    void dead(long slot) {
        OpenSlot over = find(slot);
        if (over != null) {
            identities -= over.delivered.size();
            open.remove(over);
            over.delivered.clear();
            emptied = over.delivered;
        }
    }

    /** That slot begins, perhaps anew with another block. */
    void begins(long slot) {
        sealed.remove(slot);
    }

    /** A status is delivered; false if it had been, or is not to come any more. */
    boolean tell(long slot, SlotStatus status) {
        long key = SlotTrack.key(slot, status);
        return !isOvertaken(key) && tell(key);
    }

    /** Whether that status was given up, and that of a later slot has been told since: it would come too late. */
    private boolean isOvertaken(long key) {
        return key >> SlotTrack.STATUS_BITS < Math.min(statusesGivenUpBefore, newestTold[(int) (key & STATUS_MASK)]);
    }

    private boolean tell(long key) {
        int status = (int) (key & STATUS_MASK);
        newestTold[status] = Math.max(newestTold[status], key >> SlotTrack.STATUS_BITS);
        if (told.size() >= TOLD_MAX) {
            long[] keys = told.stream().mapToLong(Long::longValue).sorted().toArray();
            long median = keys[keys.length / 2];
            told.removeIf(each -> each < median);
        }
        return told.add(key);
    }

    /** Whether a status has been delivered, or is not to come any more. */
    boolean isTold(long slot, SlotStatus status) {
        long key = SlotTrack.key(slot, status);
        return told.contains(key) || isOvertaken(key);
    }

    /** The first slot of which statuses are owed: none has been told to be finalized, or given up. Empty if none has. */
    public OptionalLong statusesFrom() {
        OptionalLong finalized = told.stream()
                .filter(key -> (key & STATUS_MASK) == SlotStatus.SLOT_FINALIZED.getNumber())
                .mapToLong(key -> (key >> SlotTrack.STATUS_BITS) + 1)
                .max();
        return statusesGivenUpBefore == 0
                ? finalized
                : OptionalLong.of(Math.max(statusesGivenUpBefore, finalized.orElse(0)));
    }

    /** Statuses of earlier slots than that which are missing stay so: it is recorded that they may. */
    public void giveUpStatuses(long before) {
        statusesGivenUpBefore = Math.max(statusesGivenUpBefore, before);
    }

    /** What a call has shown of statuses it has delivered. That call is over, or this thread is its event loop. */
    public void tellAll(SlotTrack shown) {
        shown.latestStatuses(this::tell);
    }

    /** What is missing before that slot is given up. Gives the first slot that was. */
    public long skipTo(long slot) {
        long first = firstMissing();
        doneBefore = Math.max(doneBefore, slot);
        open.removeIf(each -> {
            boolean skipped = each.slot < doneBefore;
            identities -= skipped ? each.delivered.size() : 0;
            return skipped;
        });
        return first;
    }

    /**
     * From that slot on nothing has been delivered: it was left to another call.
     *
     * @param delivered the statuses that were; whatever else was shown was left
     */
    void leaveFrom(long slot, Collection<Long> delivered) {
        open.removeIf(each -> {
            boolean left = each.slot >= slot;
            identities -= left ? each.delivered.size() : 0;
            return left;
        });
        sealed.removeFrom(slot);
        delivered.forEach(this::tell);
    }

    /**
     * All before that slot has been delivered, by another call, and those statuses.
     *
     * @param givenUpBefore before which slot statuses that are missing stay so
     */
    void follows(Collection<Long> toldBefore, long givenUpBefore, long slot) {
        doneBefore = Math.max(doneBefore, slot);
        toldBefore.forEach(this::tell);
        giveUpStatuses(givenUpBefore);
    }

    /** Everything before that slot has been delivered by others, as that one knows. */
    void follows(Checkpoint before, long slot) {
        follows(before.told, before.statusesGivenUpBefore, slot);
    }

    /** The statuses that calls before this one have delivered. */
    Collection<Long> toldBefore() {
        return told;
    }

    /** Before which slot statuses that are missing stay so. */
    long statusesGivenUpBefore() {
        return statusesGivenUpBefore;
    }

    private OpenSlot begin(long slot) {
        if (open.size() >= OPEN_SLOTS_MAX) {
            forget(open.getFirst());
        }
        IdentitySet spare = emptied;
        emptied = null;
        OpenSlot begun = new OpenSlot(slot, spare == null ? new IdentitySet() : spare);
        open.add(begun);
        return begun;
    }

    private void forget(OpenSlot oldest) {
        identities -= oldest.delivered.size();
        open.remove(oldest);
        if (oldest.slot > sealed.highest() - OUT_OF_ORDER_SLOTS) {
            tooLarge = Math.max(tooLarge, oldest.slot);
        }
    }

    private @Nullable OpenSlot find(long slot) {
        // The newest first: nearly always it is that.
        for (int i = open.size() - 1; i >= 0; i--) {
            OpenSlot each = open.get(i);
            if (each.slot == slot) {
                return each;
            }
        }
        return null;
    }

    // ---- how far that is

    /** Whether nothing of that slot is missing. */
    public boolean isDone(long slot) {
        return slot < doneBefore || sealed.contains(slot);
    }

    /** The first slot of which something is known to be missing if nothing more comes: one that is open, or the next. */
    public long firstMissing() {
        long first = Math.max(doneBefore, sealed.highest() + 1);
        for (OpenSlot each : open) {
            first = Math.min(first, each.slot);
        }
        return first;
    }

    /** A slot whose updates were too many to be remembered, so that it cannot be gone on with; empty if there is none. */
    public OptionalLong tooLarge() {
        return tooLarge == NONE || isDone(tooLarge) ? OptionalLong.empty() : OptionalLong.of(tooLarge);
    }

    /**
     * From where to go on: the first slot that is not done, of those that may still be sealed.
     *
     * @param owedFrom the first slot of which anybody is owed anything
     */
    public long resumeSlot(long owedFrom) {
        long from = Math.max(doneBefore, owedFrom);
        if (sealed.highest() != SealedSlots.NONE) {
            from = Math.max(from, sealed.highest() + 1 - OUT_OF_ORDER_SLOTS);
        }
        while (from <= sealed.highest() && isDone(from)) {
            from++;
        }
        return from;
    }

    /** Whether an update is content of a slot, and so part of what makes it whole. */
    static boolean isContent(UpdateKind kind) {
        return switch (kind) {
            case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, ENTRY, BLOCK, BLOCK_META -> true;
            case SLOT, PING, PONG, UNKNOWN -> false;
        };
    }
}
