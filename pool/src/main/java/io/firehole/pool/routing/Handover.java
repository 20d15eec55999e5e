package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How monitors pass from one call to another at the boundary of a slot, so that nothing is lost, doubled or out of order:
 * all of a call, or some of them, or one. Either call may serve others, before, meanwhile and afterwards.
 *
 * <p>Both calls ask the same for these monitors and run side by side, each on its own event loop:
 *
 * <ol>
 *   <li>The new call holds back what comes. When it knows a slot that it has whole, it <em>offers</em> that slot.
 *   <li>When the old call has come that far, too, it <em>settles</em> the boundary: that slot, or the first one of which it
 *       has not delivered anything yet, if that is later. From then on it leaves the boundary's slot and those after it to
 *       the new call.
 *   <li>When it has seen the seal of the slot before the boundary, or of a later one, it <em>releases</em>: it delivers
 *       nothing any more.
 *   <li>The new call then delivers what it held, without what was the old call's, and goes on: the handover is complete.
 * </ol>
 *
 * <p>Statuses do not keep to the boundary, since those of earlier slots come for a long time. Each pair of slot and status
 * passes once: the old call notes which ones it has delivered, and the new one leaves them out. When the old call has come to
 * the boundary it leaves those of slots that it has sealed to the new one; so where the monitor asks for something else on the
 * new call, what it gets by that comes after what it got by what it asked before.
 *
 * <p><b>Which slots a call has whole.</b> At processed, those from {@value #OUT_OF_ORDER_SLOTS} after the first that shows its
 * first shred after the request was in effect (see {@link Term}). At confirmed and finalized, where a slot's content comes at one go, those after the first seal.
 *
 * <p>What a monitor asks for meanwhile, on the new call, takes effect at the boundary.
 *
 * <p><b>What it cannot do.</b> At processed, content that comes for a slot after the seal of a later one, as it may on a
 * fork that dies, is passed as long as both calls get it in the same order; a provider whose nodes differ in that may show
 * such an update twice or not at all. If the old call ends, or shows no seal in time, it is {@linkplain #force cut off}, and
 * {@link #wasForced} says so.
 */
public final class Handover implements Arrival {

    /** Updates that may be held back, of all monitors together; beyond that the old call is cut off. */
    public static final int HELD_UPDATES_MAX = HeldUpdates.UPDATES_MAX;

    /** Bytes that may be held back; payloads that several monitors share are counted for each. */
    public static final long HELD_BYTES_MAX = HeldUpdates.BYTES_MAX;

    /**
     * At processed, by how many numbers a slot may have begun before an earlier one: shreds of two leaders may come in any
     * order, so the first slot that began in sight may have followers which did not.
     */
    private static final int OUT_OF_ORDER_SLOTS = 4;

    /** Slots behind the boundary after which no status is expected twice any more. */
    private static final int STATUSES_KEPT_SLOTS = 512;

    private static final int STATUSES_MAX = 16_384;

    private static final long UNKNOWN = -1;
    private static final long CANCELLED = Long.MAX_VALUE;

    private final CommitmentLevel level;

    /** Whether all who are on the new call when it begins come by it. */
    private final boolean ofAll;

    /** The first slot the new call has whole. Written by the new call's event loop. */
    private final AtomicLong offered = new AtomicLong(UNKNOWN);

    /** The first slot that is the new call's to deliver. Written once: by the old call's event loop, or by force. */
    private final AtomicLong boundary = new AtomicLong(UNKNOWN);

    /** The highest slot of which the old call has delivered content. Written by its event loop. */
    private final AtomicLong highestDelivered = new AtomicLong(UNKNOWN);

    /** Which statuses the old call has delivered, or seen shortly before. Written by its event loop. */
    private final Set<Long> told = ConcurrentHashMap.newKeySet();

    /** Before which slot statuses that are missing stay so. Written by the old call's event loop before it releases. */
    private volatile long givenUpBefore;

    /** The highest slot of which the old call has delivered, or seen, a status. Written by its event loop, or by force. */
    private final AtomicLong highestTold = new AtomicLong(UNKNOWN);

    /** What the old call has shown of the chain. Written by the control thread before anybody departs. */
    private volatile @Nullable SlotTrack oldSlots;

    /** Whether the old call's event loop knows of it. */
    private final AtomicBoolean noted = new AtomicBoolean();

    /** Whether the update at hand is still the old call's to deliver. The old call's event loop only. */
    private boolean olds = true;

    /** Whether the old call has come to the boundary: what else it shows comes after that. Its event loop only. */
    private boolean atBoundary;

    /** From which seal on content of slots before the boundary is the new call's. Written before it is released. */
    private volatile long lateFromSeal = UNKNOWN;

    private volatile boolean released;
    private volatile boolean forced;
    private volatile boolean complete;

    // The new call's event loop only.
    private final Set<Recipient> begun = new HashSet<>();
    private final HeldUpdates held = new HeldUpdates();
    private boolean beyond;
    private OptionalLong firstWholeSlot = OptionalLong.empty();

    private final Newcomers newcomers = new Newcomers(this);

    /** Nothing that comes can have been the old call's. Written by the new call's event loop. */
    private volatile boolean longOver;

    /** @param level the commitment of both calls */
    public Handover(CommitmentLevel level) {
        this(level, false);
    }

    private Handover(CommitmentLevel level, boolean ofAll) {
        this.level = level;
        this.ofAll = ofAll;
    }

    /** One by which all come who are on the new call. */
    public static Handover ofAll(CommitmentLevel level) {
        return new Handover(level, true);
    }

    /** Which call is the old one. Control thread, before its event loop hears of it. */
    void leaves(SlotTrack seen) {
        oldSlots = seen;
    }

    // ---- the old call's event loop ----

    /** Takes note of what was delivered before the handover began, by the calls before the old one, too. Idempotent. */
    void departs(Checkpoint before) {
        if (departs()) {
            told.addAll(before.toldBefore());
            givenUpBefore = before.statusesGivenUpBefore();
        }
    }

    private boolean departs() {
        SlotTrack seen = oldSlots;
        if (seen == null || !noted.compareAndSet(false, true)) {
            return false;
        }
        seen.latestStatuses(told::add);
        seen.highest().ifPresent(this::noteTold);
        highestDelivered.accumulateAndGet(seen.highestContent(), Math::max);
        return true;
    }

    /** The old call is about to deal with an update. */
    void oldSees(RawUpdate update) {
        olds = isOld(update);
    }

    /** Whether the update at hand is still the old call's to deliver. */
    boolean isOlds() {
        return olds;
    }

    /** Whether an update is still the old call's to deliver; it is taken for delivered then. */
    private boolean isOld(RawUpdate update) {
        if (released) {
            return false;
        }
        long first = boundary.get();
        if (update.kind() == UpdateKind.SLOT) {
            boolean passes = first != UNKNOWN && update.slot() >= first && followsContent(update.status());
            atBoundary |= passes;
            if (passes || (atBoundary && isSealed(update.slot()))) {
                return false;
            }
            if (told.size() >= STATUSES_MAX) {
                long obsolete = SlotTrack.key(update.slot() - STATUSES_KEPT_SLOTS, SlotStatus.SLOT_PROCESSED);
                told.removeIf(status -> status < obsolete);
            }
            told.add(SlotTrack.key(update.slot(), update.status()));
            noteTold(update.slot());
            return true;
        }
        if (update.kind() == UpdateKind.UNKNOWN) {
            return true;
        }
        if (first != UNKNOWN && update.slot() >= first) {
            atBoundary = true;
            return false;
        }
        if (update.slot() > highestDelivered.getPlain()) {
            highestDelivered.setRelease(update.slot());
        }
        return true;
    }

    private void noteTold(long slot) {
        if (slot > highestTold.getPlain()) {
            highestTold.setRelease(slot);
        }
    }

    /** Whether the old call has shown all of that slot, so that what it tells of it may follow by the new call. */
    private boolean isSealed(long slot) {
        SlotTrack seen = oldSlots;
        return seen != null && seen.lastSealed().orElse(UNKNOWN) >= slot;
    }

    /** The old call has dealt with an update: settles and releases when it can. */
    void oldAdvanced(SlotTrack seen) {
        if (released) {
            return;
        }
        long sealed = seen.lastSealed().orElse(UNKNOWN);
        boolean settledBefore = boundary.get() != UNKNOWN;
        if (!settledBefore) {
            long first = offered.get();
            if (first == UNKNOWN || !hasPassed(first, sealed, seen)) {
                return;
            }
            boundary.compareAndSet(UNKNOWN, Math.max(first, highestDelivered.getPlain() + 1));
        }
        if (sealed >= boundary.get() - 1) {
            // Content of earlier slots that comes later still is the new call's from the same seal on, or, if that seal
            // was
            // before the old call settled, from the next one.
            lateFromSeal = settledBefore ? sealed : sealed + 1;
            released = true;
        }
    }

    /**
     * Whether the old call has come to where the new one was when it offered: what it has not seen by now the new call
     * sees for certain.
     */
    private boolean hasPassed(long first, long sealed, SlotTrack seen) {
        return level == CommitmentLevel.PROCESSED ? seen.highestOrZero() >= first : sealed >= first - 1;
    }

    /** Whether that status comes after the content of its slot, on a call of this commitment. */
    private boolean followsContent(SlotStatus status) {
        return switch (level) {
            case CONFIRMED -> status == SlotStatus.SLOT_CONFIRMED || status == SlotStatus.SLOT_FINALIZED;
            case FINALIZED -> status == SlotStatus.SLOT_FINALIZED;
            default -> true;
        };
    }

    // ---- the new call's event loop ----

    @Override
    public boolean arrives(Recipient recipient) {
        if (complete || released) {
            return true;
        }
        begun.add(recipient);
        return false;
    }

    @Override
    public void newSees(RawUpdate update) {}

    /** What the new call is about to deal with comes after what the old one has delivered, if that has released. */
    @Override
    public boolean completeIfReleased(Checkpoint checkpoint) {
        if (complete || !released) {
            return false;
        }
        begun.forEach(Recipient::begin);
        for (HeldUpdates.Held update : held.release()) {
            Recipient recipient = update.recipient();
            if (recipient == null) {
                passed(update.slot());
            } else if (isNew(update.kind(), update.slot(), update.status()) && !recipient.isOver()) {
                recipient.deliver(
                        update.head(), update.tail(), update.tailOffset(), update.tailLength(), update.receivedNanos());
            }
        }
        begun.clear();
        if (ofAll) {
            checkpoint.follows(told, givenUpBefore, boundary.get());
        }
        complete = true;
        return true;
    }

    @Override
    public boolean admits(Recipient recipient, RawUpdate update, byte[] head, byte[] tail, int offset, int length) {
        if (complete) {
            return longOver || isNew(update.kind(), update.slot(), HeldUpdates.statusOf(update));
        }
        if (!begun.contains(recipient)) {
            // It began when the old call was over already.
            return true;
        }
        held.add(recipient, update, head, tail, offset, length);
        if (held.isFull()) {
            force();
        }
        return false;
    }

    @Override
    public void newHasWholeFrom(OptionalLong slot) {
        if (firstWholeSlot.isEmpty()) {
            firstWholeSlot = slot;
        }
    }

    /** The new call has dealt with an update: offers a slot when it can. Gives whether the control thread should look. */
    @Override
    public boolean newAdvanced(SlotTrack seen, boolean sealed) {
        if (longOver) {
            return false;
        }
        if (sealed) {
            long slot = seen.lastSealed().orElse(UNKNOWN);
            if (complete) {
                passed(slot);
                return longOver;
            }
            held.addSeal(slot);
        }
        if (offered.getPlain() != UNKNOWN || begun.isEmpty()) {
            return false;
        }
        OptionalLong first = level == CommitmentLevel.PROCESSED
                ? later(firstWholeSlot)
                : sealed ? OptionalLong.of(seen.lastSealed().orElse(UNKNOWN) + 1) : OptionalLong.empty();
        first.ifPresent(offered::setRelease);
        return first.isPresent();
    }

    private static OptionalLong later(OptionalLong slot) {
        return slot.isPresent() ? OptionalLong.of(slot.getAsLong() + OUT_OF_ORDER_SLOTS) : slot;
    }

    private void passed(long sealed) {
        long first = boundary.get();
        beyond |= sealed >= Math.max(first - 1, lateFromSeal);
        if (complete && beyond && sealed > first + STATUSES_KEPT_SLOTS) {
            told.clear();
            longOver = true;
        }
    }

    private boolean isNew(UpdateKind kind, long slot, SlotStatus status) {
        return switch (kind) {
            case SLOT -> !told.contains(SlotTrack.key(slot, status));
            case UNKNOWN -> complete;
            default -> beyond || slot >= boundary.get();
        };
    }

    // ---- any thread ----

    /**
     * The old call is over, and what the new one held of its own is lost: notes what the old one has delivered. Any thread
     * that has seen the end of the old call.
     *
     * @param old how far the old call had come; what it had left to the new call has not been delivered
     * @param seen what it had shown of the chain
     */
    public void leave(Checkpoint old, SlotTrack seen) {
        long first = boundary.get();
        if (first == UNKNOWN || first == CANCELLED) {
            old.tellAll(seen);
        } else {
            old.leaveFrom(first, told);
        }
    }

    /** The first slot that the new call was known to have whole; empty while it has found none. */
    public OptionalLong offered() {
        long slot = offered.get();
        return slot == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(slot);
    }

    /** Whether the new call has found a slot that it has whole. */
    public boolean isOffered() {
        return offered.get() != UNKNOWN;
    }

    /** All who were to come by it are gone. Control thread. */
    public void hasNobody() {
        newcomers.release();
    }

    /** How those come to the new call meanwhile who were not on the old one. */
    public Arrival newcomers() {
        return newcomers;
    }

    /** Whether the new call has come to what is its own: nothing that was the old one's is still to come. Its event loop. */
    boolean isBeyond() {
        return complete && beyond;
    }

    @Override
    public long heldBytes() {
        return held.countedBytes();
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public boolean isLongOver() {
        return longOver;
    }

    /** Whether the old call has delivered all that was its own, or has been cut off. */
    public boolean isReleased() {
        return released;
    }

    /** Whether the old call was cut off before it had delivered all that was its own. */
    public boolean wasForced() {
        return forced;
    }

    @Override
    public OptionalLong boundary() {
        long first = boundary.get();
        return first == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(first);
    }

    /**
     * From which slot on the new call has delivered everything, the first status included; empty while it is not known.
     * Where the new call asks for something else, this is from when on that comes.
     */
    @Override
    public OptionalLong wholeFrom() {
        return complete
                ? OptionalLong.of(Math.max(boundary.get(), highestTold.getAcquire() + 1))
                : OptionalLong.empty();
    }

    /**
     * The old call has ended, or has had time enough: the new one delivers what it has. Nothing of which the old one has
     * delivered a part comes again.
     */
    public void force() {
        if (released) {
            return;
        }
        // Its event loop may not have heard of the handover: an old call that has ended or is silent never will.
        departs();
        forced = true;
        boundary.compareAndSet(UNKNOWN, Math.max(offered.get(), highestDelivered.getAcquire() + 1));
        released = true;
    }

    /**
     * The new call has ended; the old one is to go on as if nothing had been.
     *
     * @return false if it is too late for that, since the old one has left slots to the new one
     */
    public boolean cancel() {
        return boundary.compareAndSet(UNKNOWN, CANCELLED) && !released;
    }
}
