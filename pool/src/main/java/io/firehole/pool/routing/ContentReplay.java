package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;

/** A replay of what slots contain, up to the boundary, with the statuses that come along. */
public final class ContentReplay extends ReplayGate {

    private final Checkpoint checkpoint;
    private final CatchUp catchUp;
    private final long boundary;
    private final long frozen;

    /** The last status that a replay tells of a slot for certain. */
    private final SlotStatus last;

    /**
     * @param checkpoint what has been delivered; this writes to it from the first update on until it is complete, or its
     *     call is over
     * @param catchUp what it is for
     * @param to up to where
     * @param level the commitment of the call
     */
    public ContentReplay(Checkpoint checkpoint, CatchUp catchUp, CatchUp.Phase.Settled to, CommitmentLevel level) {
        this.catchUp = catchUp;
        this.checkpoint = checkpoint;
        this.boundary = to.boundary();
        this.frozen = to.frozen();
        this.last = switch (level) {
            case CONFIRMED -> SlotStatus.SLOT_CONFIRMED;
            case FINALIZED -> SlotStatus.SLOT_FINALIZED;
            default -> SlotStatus.SLOT_PROCESSED;
        };
    }

    @Override
    boolean isMissing(RawUpdate update) {
        long slot = update.slot();
        return switch (update.kind()) {
            case SLOT ->
                slot < boundary
                        && isReplayed(update.status())
                        && (!comesAfter(update.status()) || !catchUp.comesLive(slot, update.status()))
                        && checkpoint.tell(slot, update.status());
            case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, ENTRY ->
                slot < boundary && checkpoint.add(slot, update.identityHash());
            case BLOCK, BLOCK_META -> slot < boundary && !checkpoint.isDone(slot);
            case PING, PONG, UNKNOWN -> false;
        };
    }

    /** Whether it comes long after the content; the others have their place with it. */
    private boolean comesAfter(SlotStatus status) {
        return switch (last) {
            case SLOT_CONFIRMED -> status == SlotStatus.SLOT_FINALIZED;
            case SLOT_FINALIZED -> false;
            default -> status != SlotStatus.SLOT_PROCESSED;
        };
    }

    @Override
    boolean admitsBlock(RawUpdate block, long filter) {
        return checkpoint.addBlock(block, filter);
    }

    @Override
    boolean hasAllAfter(RawUpdate update) {
        long slot = update.slot();
        if (update.kind() == UpdateKind.BLOCK_META && slot < boundary) {
            checkpoint.sealed(slot);
        }
        if (update.kind() != UpdateKind.SLOT) {
            return Checkpoint.isContent(update.kind()) && slot >= boundary;
        }
        if (!isReplayed(update.status())) {
            return checkpoint.isDone(frozen);
        }
        return slot == frozen ? update.status() == last : slot > frozen && update.status() == SlotStatus.SLOT_PROCESSED;
    }

    /** All of that slot that can be had has been given, from elsewhere than the provider. The thread of the replay. */
    public void slotGiven(long slot) {
        checkpoint.sealed(slot);
    }

    @Override
    boolean isLive(RawUpdate update) {
        return update.kind() == UpdateKind.SLOT && !isReplayed(update.status());
    }
}
