package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;

/**
 * A replay, at processed, of the statuses of slots alone: at a higher commitment a replay has only slots that have reached
 * it, and so not the lower statuses that later ones have reached meanwhile.
 */
public final class StatusReplay extends ReplayGate {

    private final Checkpoint checkpoint;
    private final CatchUp catchUp;
    private final long processed;
    private final long before;
    private final long boundary;
    private final CommitmentLevel level;

    /**
     * @param checkpoint which statuses have been delivered; this writes to it from the first update on until it is
     *     complete, or its call is over
     * @param catchUp what it is for
     * @param to up to where
     * @param level the commitment of those who missed them
     * @param before those of earlier slots than that only; {@link Long#MAX_VALUE} for all
     */
    public StatusReplay(
            Checkpoint checkpoint, CatchUp catchUp, CatchUp.Phase.Settled to, CommitmentLevel level, long before) {
        this.before = before;
        this.catchUp = catchUp;
        this.checkpoint = checkpoint;
        this.boundary = to.boundary();
        this.level = level;
        this.processed = to.processed();
    }

    /** Whether it is of slots only whose content has been delivered. */
    public boolean isOfEarlierSlots() {
        return before != Long.MAX_VALUE;
    }

    @Override
    boolean isMissing(RawUpdate update) {
        return update.kind() == UpdateKind.SLOT
                && update.slot() < before
                && isReplayed(update.status())
                && (update.slot() < boundary || precedesContent(update.status()))
                && !catchUp.comesLive(update.slot(), update.status())
                && checkpoint.tell(update.slot(), update.status());
    }

    /** Whether it comes before what the slot contains: of slots from the boundary on the rest comes live, after that. */
    private boolean precedesContent(SlotStatus status) {
        return switch (level) {
            case CONFIRMED -> status == SlotStatus.SLOT_PROCESSED;
            case FINALIZED -> status != SlotStatus.SLOT_FINALIZED;
            default -> false;
        };
    }

    @Override
    boolean admitsBlock(RawUpdate block, long filter) {
        return false;
    }

    /** The statuses of a slot come in their order. */
    @Override
    boolean hasAllAfter(RawUpdate update) {
        return update.kind() == UpdateKind.SLOT
                && update.slot() >= Math.min(processed, before)
                && update.status() == SlotStatus.SLOT_PROCESSED;
    }

    @Override
    boolean isLive(RawUpdate update) {
        return update.kind() == UpdateKind.SLOT && !isReplayed(update.status());
    }
}
