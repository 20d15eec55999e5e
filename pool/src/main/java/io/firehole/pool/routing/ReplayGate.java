package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.SlotStatus;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets through of a replay what is missing. The event loop of the replay's call, but for what says otherwise.
 *
 * <p>A replay gives frozen slots in ascending order and has no statuses of slots that begin, so the first of those shows
 * that the call has come to what is live. If that is before it has come to what it was to replay, another node has
 * answered, which is behind: it {@linkplain #isAstray has gone astray}.
 */
public abstract sealed class ReplayGate permits ContentReplay, StatusReplay {

    private final AtomicLong admitted = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private volatile boolean complete;
    private volatile boolean astray;

    /** Why nothing more is let through: a message cannot be read, and it is not known which; null while that is not so. */
    private volatile @Nullable String broken;

    /** Whether an update is to be delivered; it is taken for delivered then, but for a block. */
    final boolean admits(RawUpdate update) {
        boolean admits = !isOver() && isMissing(update);
        AtomicLong count = admits ? admitted : leftOut;
        count.setRelease(count.getPlain() + 1);
        return admits;
    }

    /** An update has been dealt with. Gives whether the control thread should look. */
    final boolean advanced(RawUpdate update) {
        if (isOver()) {
            return false;
        }
        complete = hasAllAfter(update);
        astray = !complete && isLive(update);
        return complete || astray;
    }

    private boolean isOver() {
        return complete || astray || broken != null;
    }

    /** A message cannot be read: what follows is not taken for all that there is. */
    final void breakOff(String why) {
        if (!isOver()) {
            broken = why;
        }
    }

    /** Whether it has not been delivered yet; it is then. */
    abstract boolean isMissing(RawUpdate update);

    /** Whether a block is to be delivered for that filter. */
    abstract boolean admitsBlock(RawUpdate block, long filter);

    /** Takes note of an update that has been dealt with, and tells whether nothing that is missing follows it. */
    abstract boolean hasAllAfter(RawUpdate update);

    /** Whether no replay has such an update. */
    abstract boolean isLive(RawUpdate update);

    /** Whether a replay has that status of a slot. */
    public static boolean isReplayed(SlotStatus status) {
        return switch (status) {
            case SLOT_PROCESSED, SLOT_CONFIRMED, SLOT_FINALIZED -> true;
            case SLOT_FIRST_SHRED_RECEIVED, SLOT_COMPLETED, SLOT_CREATED_BANK, SLOT_DEAD, UNRECOGNIZED -> false;
        };
    }

    /** Nothing follows: whoever replays has given all that was asked for. The thread of the replay. */
    public final void hasGivenAll() {
        complete = !astray;
    }

    // ---- any thread ----

    /** Whether everything that was missing has been delivered. */
    public final boolean isComplete() {
        return complete;
    }

    /** Whether what is live has come before that: the replay has ended too early. */
    public final boolean isAstray() {
        return astray;
    }

    /** Why a message cannot be read after which nothing was let through; null if there is none. */
    public final @Nullable String broken() {
        return broken;
    }

    /** How many updates were missing. */
    public final long admitted() {
        return admitted.getAcquire();
    }

    /** How many were not. */
    public final long leftOut() {
        return leftOut.getAcquire();
    }
}
