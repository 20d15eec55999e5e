package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How the monitors of a call that has begun after a break get what they missed before anything of the new call.
 *
 * <ol>
 *   <li>The new call is live and holds back what comes. It <em>seeks</em> the first slot that it has whole.
 *   <li>When everything before that slot is frozen, the boundary is <em>settled</em>: another call asks for a replay of what
 *       lies before it, and what was delivered before the break is left out of that, see {@link ReplayGate}.
 *   <li>When the replay has come to the boundary, it is <em>released</em>: the new call delivers what it held from the
 *       boundary on, and goes on.
 * </ol>
 *
 * <p>So there is no hole between replay and live: a server replays frozen slots only, and at processed what a slot in
 * progress sent before a request is in neither part, but every slot before the boundary is frozen when the replay is asked
 * for.
 *
 * <p>If more would have to be held back than may be, what is held is thrown away and another boundary sought, later: the
 * provider has it all, and the replay goes on to there. So memory is bounded and nothing lost, as long as the provider
 * keeps what is behind.
 *
 * <p>Statuses do not keep to the boundary. Each pair of slot and status passes once.
 */
public final class CatchUp implements Arrival {

    /** Slots behind the boundary after which no status is expected twice any more. */
    private static final int STATUSES_KEPT_SLOTS = 512;

    /** How far it is. */
    public sealed interface Phase {

        /**
         * The boundary is not known.
         *
         * @param newcomers how many must be served by the live call before one is sought
         */
        record Seeking(int newcomers) implements Phase {}

        /**
         * The boundary is known, and everything before it frozen.
         *
         * @param boundary the first slot that the live call has whole
         * @param frozen a slot that has been sealed, so that a replay comes to its seal: the one before the boundary, or a
         *     later one
         * @param processed a slot that is processed, be it not sealed at this commitment: what came of statuses before the
         *     live call began is of slots up to there
         * @param begunBefore all slots that had begun before the live call come before that one
         */
        record Settled(long boundary, long frozen, long processed, long begunBefore) implements Phase {}

        /**
         * All that lies before the boundary has been delivered, or is given up.
         *
         * @param from what has
         * @param begunBefore as above; the boundary if that is not known
         */
        record Released(long boundary, Checkpoint from, long begunBefore) implements Phase {}
    }

    private final CommitmentLevel level;
    private final AtomicReference<Phase> phase = new AtomicReference<>(new Phase.Seeking(0));
    private final LiveStatuses live = new LiveStatuses();
    private final AtomicInteger overflows = new AtomicInteger();

    // The live call's event loop only.
    private final WholeSlots whole = new WholeSlots();
    private final Set<Recipient> begun = new HashSet<>();
    private final HeldUpdates held = new HeldUpdates();
    private OptionalLong processed = OptionalLong.empty();
    private boolean statusSeen;

    /** The last slot sealed since everybody was served. */
    private OptionalLong sealedInSight = OptionalLong.empty();

    /** Whether all who were awaited are served by the live call. Written by its event loop. */
    private volatile boolean allServed;

    private volatile boolean complete;
    private volatile boolean longOver;

    /** @param level the commitment of the call */
    public CatchUp(CommitmentLevel level) {
        this.level = level;
    }

    // ---- any thread ----

    /** How far it is. */
    public Phase phase() {
        return phase.get();
    }

    @Override
    public OptionalLong boundary() {
        return phase.get() instanceof Phase.Released released
                ? OptionalLong.of(released.boundary())
                : OptionalLong.empty();
    }

    /** Of earlier slots than that statuses may have been given up, and are not asked for again. */
    @Override
    public OptionalLong wholeFrom() {
        return phase.get() instanceof Phase.Released released
                ? OptionalLong.of(Math.max(released.boundary(), released.from().statusesGivenUpBefore()))
                : OptionalLong.empty();
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

    /** Whether the live call has seen a slot reach that status, or will. */
    boolean comesLive(long slot, SlotStatus status) {
        return live.has(slot, status);
    }

    /** Whether all who were awaited are served by the live call, so that nothing it has seen is missed by one of them. */
    public boolean servesAll() {
        return allServed;
    }

    /** How often more came than could be held back. */
    public int overflows() {
        return overflows.get();
    }

    /** One more is to come, whom the live call does not yet serve. False if it is too late for that. */
    public boolean awaits() {
        return phase.get() instanceof Phase.Seeking seeking
                && phase.compareAndSet(seeking, new Phase.Seeking(seeking.newcomers() + 1));
    }

    /** One who was awaited does not come, or has left again. */
    public void awaitsNoMore() {
        if (phase.get() instanceof Phase.Seeking seeking && seeking.newcomers() > 0) {
            // If the boundary is settled at this moment nobody is waited for any more.
            phase.compareAndSet(seeking, new Phase.Seeking(seeking.newcomers() - 1));
        }
    }

    /**
     * Everything before the boundary has been delivered, by whoever writes to that checkpoint; he writes no more.
     *
     * @param settled as it was when that was asked for
     * @return false if the boundary has been moved since, so that there is more to deliver before
     */
    public boolean release(Phase.Settled settled, Checkpoint from) {
        return phase.compareAndSet(settled, new Phase.Released(settled.boundary(), from, settled.begunBefore()));
    }

    /**
     * What lies before the boundary is given up: the live call delivers what it has. Gives the boundary.
     *
     * @param begunBefore before which slot statuses may be missing, if it is later
     */
    public long giveUp(Checkpoint from, long begunBefore) {
        while (true) {
            Phase before = phase.get();
            long boundary = switch (before) {
                case Phase.Seeking seeking -> from.firstMissing();
                case Phase.Settled settled -> settled.boundary();
                case Phase.Released released -> released.boundary();
            };
            if (!(before instanceof Phase.Released)) {
                from.giveUpStatuses(Math.max(boundary, begunBefore));
            }
            if (before instanceof Phase.Released
                    || phase.compareAndSet(before, new Phase.Released(boundary, from, boundary))) {
                return boundary;
            }
        }
    }

    // ---- the live call's event loop ----

    @Override
    public boolean arrives(Recipient recipient) {
        if (complete) {
            return true;
        }
        begun.add(recipient);
        allServed = false;
        if (phase.get() instanceof Phase.Seeking seeking && seeking.newcomers() > 0) {
            // What came before it was served does not count.
            whole.restart();
            live.restart();
            sealedInSight = OptionalLong.empty();
        }
        return false;
    }

    @Override
    public void newHasWholeFrom(OptionalLong slot) {}

    @Override
    public void newSees(RawUpdate update) {
        statusSeen = update.kind() == UpdateKind.SLOT;
        if (complete) {
            return;
        }
        if (statusSeen) {
            live.sees(update.slot(), update.status());
        }
        if (!(phase.get() instanceof Phase.Seeking)) {
            return;
        }
        whole.sees(update);
        if (update.kind() == UpdateKind.SLOT && update.status() == SlotStatus.SLOT_PROCESSED) {
            processed = OptionalLong.of(Math.max(update.slot(), processed.orElse(0)));
        }
    }

    @Override
    public boolean newAdvanced(SlotTrack seen, boolean sealed) {
        if (complete) {
            return false;
        }
        if (sealed) {
            sealedInSight = seen.lastSealed();
        }
        if (!(phase.get() instanceof Phase.Seeking seeking) || !servesAll(seeking.newcomers())) {
            return false;
        }
        boolean tell = !allServed;
        allServed = true;
        boolean settled = (sealed || statusSeen)
                && settle(seeking, level == CommitmentLevel.PROCESSED ? seen.lastSealed() : sealedInSight);
        return tell || settled;
    }

    private boolean servesAll(int awaited) {
        return awaited == 0
                || begun.stream().filter(each -> !each.isAbandoned()).count() >= awaited;
    }

    private boolean settle(Phase.Seeking seeking, OptionalLong lastSealed) {
        if (lastSealed.isEmpty()) {
            return false;
        }
        long frozen = lastSealed.getAsLong();
        long boundary;
        OptionalLong first = whole.first();
        if (first.isEmpty() || (level != CommitmentLevel.PROCESSED && processed.isEmpty())) {
            return false;
        }
        if (level == CommitmentLevel.PROCESSED) {
            if (frozen < first.getAsLong() - 1) {
                return false;
            }
            boundary = first.getAsLong();
        } else {
            // A slot's content comes at one go, so only the one in which the call began may be in part.
            boundary = frozen + 1;
        }
        return phase.compareAndSet(
                seeking,
                new Phase.Settled(
                        boundary,
                        frozen,
                        Math.max(frozen, processed.orElse(0)),
                        Math.max(boundary, whole.firstWithItsBeginning().orElse(first.getAsLong() + 1))));
    }

    @Override
    public boolean completeIfReleased(Checkpoint checkpoint) {
        if (complete || !(phase.get() instanceof Phase.Released released)) {
            return false;
        }
        long boundary = released.boundary();
        Checkpoint from = released.from();
        begun.forEach(Recipient::begin);
        for (HeldUpdates.Held update : held.release()) {
            Recipient recipient = update.recipient();
            if (recipient != null
                    && !recipient.isOver()
                    && isNew(boundary, from, update.kind(), update.slot(), update.status())) {
                recipient.deliver(
                        update.head(), update.tail(), update.tailOffset(), update.tailLength(), update.receivedNanos());
            }
        }
        begun.clear();
        checkpoint.follows(from, boundary);
        complete = true;
        return true;
    }

    @Override
    public boolean admits(Recipient recipient, RawUpdate update, byte[] head, byte[] tail, int offset, int length) {
        if (complete) {
            return longOver || (phase.get() instanceof Phase.Released released && isNew(released, update));
        }
        if (!begun.contains(recipient)) {
            return true;
        }
        held.add(recipient, update, head, tail, offset, length);
        if (held.isFull()) {
            startOver();
        }
        return false;
    }

    /** Too much is held back: forgets it, and looks for another boundary. */
    private void startOver() {
        Phase before = phase.get();
        if (!(before instanceof Phase.Released) && phase.compareAndSet(before, new Phase.Seeking(0))) {
            held.release();
            whole.restart();
            overflows.incrementAndGet();
        }
    }

    private boolean isNew(Phase.Released released, RawUpdate update) {
        if (update.slot() > released.boundary() + STATUSES_KEPT_SLOTS) {
            longOver = true;
        }
        return isNew(released.boundary(), released.from(), update.kind(), update.slot(), HeldUpdates.statusOf(update));
    }

    private static boolean isNew(long boundary, Checkpoint from, UpdateKind kind, long slot, SlotStatus status) {
        return switch (kind) {
            // A replay may have overtaken what is told of a slot's beginning; then that is late.
            case SLOT ->
                !from.isTold(slot, status)
                        && (ReplayGate.isReplayed(status) || !from.isTold(slot, SlotStatus.SLOT_PROCESSED));
            case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, ENTRY, BLOCK, BLOCK_META ->
                slot >= boundary || !from.isDone(slot);
            case PING, PONG, UNKNOWN -> true;
        };
    }
}
