package io.firehole.pool;

import io.firehole.pool.routing.CatchUp;
import io.firehole.pool.routing.Checkpoint;
import io.firehole.pool.routing.ContentReplay;
import io.firehole.pool.routing.ReplayGate;
import io.firehole.pool.routing.StatusReplay;
import io.firehole.wire.proto.CommitmentLevel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far those on a stream have got what they missed, and what is to be replayed next. Control thread.
 *
 * <p>Content and statuses are replayed apart: first the statuses of slots whose content came before the break, then what is
 * missing of content, and last the statuses that come before the content of slots which come live. At processed there are none
 * of these.
 */
final class RecoveryProgress {

    private final CatchUp catchUp;
    private final RecoveryGaps gaps;
    private final boolean askedFor;
    private final CommitmentLevel level;
    private final Checkpoint delivered;
    private final long firstMissing;

    /** From where on something may be lost that no replay has, and is not recorded yet. */
    private final long lossFrom;

    private long statusesFrom;

    /** Up to where the content of slots has been replayed. */
    private CatchUp.Phase.@Nullable Settled replayedTo;

    /** Whether the statuses of slots whose content came before have been told. */
    private boolean earlierTold;

    /** Whether that was so before more of the content was given up. */
    private boolean earlierToldOnce;

    /**
     * A replay that is due.
     *
     * @param gate lets through of it what is missing
     * @param to up to where everybody will be after it
     * @param fromSlot from which slot on to ask for it
     * @param before the slot behind the last of which it has something
     */
    record Due(ReplayGate gate, CatchUp.Phase.Settled to, long fromSlot, long before) {

        boolean isOfStatuses() {
            return gate instanceof StatusReplay;
        }
    }

    /**
     * Where a first replay is about to begin.
     *
     * @param delivered how far everybody is
     * @param lossBefore from where on something may be lost by what broke off before; {@link Long#MAX_VALUE} for nowhere
     * @param askedFor whether somebody asks for a replay, and nobody has missed anything
     */
    RecoveryProgress(CatchUp catchUp, RecoveryGaps gaps, Checkpoint delivered, long lossBefore, boolean askedFor) {
        this.catchUp = catchUp;
        this.gaps = gaps;
        this.askedFor = askedFor;
        this.level = gaps.stream().level();
        this.delivered = delivered;
        // Nobody is owed anything earlier, and what is held back of it would come after what is replayed.
        delivered.skipTo(gaps.contentFrom());
        delivered.giveUpStatuses(gaps.owedFrom());
        this.firstMissing = Math.max(delivered.firstMissing(), gaps.contentFrom());
        this.lossFrom = Math.min(firstMissing, lossBefore);
        this.statusesFrom = delivered.statusesFrom().orElse(0);
    }

    /** How far everybody is. */
    Checkpoint delivered() {
        return delivered;
    }

    /** The first slot of which content was missing when it began. */
    long firstMissing() {
        return firstMissing;
    }

    /** From where on something may be lost that no replay has, and is not recorded yet. */
    long lossFrom() {
        return lossFrom;
    }

    /** The first slot of which a status is to be asked for. */
    long statusesFrom() {
        return statusesFrom;
    }

    /** What is to be replayed next on the way to there; empty if everybody is there. */
    Optional<Due> dueTo(CatchUp.Phase.Settled to) {
        boolean contentMissing = !to.equals(replayedTo) && delivered.firstMissing() < to.boundary();
        boolean statusesMissing =
                gaps.wantStatuses() && !(earlierTold && level == CommitmentLevel.PROCESSED && !contentMissing);
        if (!contentMissing && !statusesMissing) {
            return Optional.empty();
        }
        long resumeSlot = delivered.resumeSlot(gaps.contentFrom());
        boolean statusesNow = !contentMissing || (!earlierTold && gaps.wantStatuses());
        if (!statusesNow) {
            return Optional.of(contentTo(to, resumeSlot));
        }
        long before = contentMissing ? resumeSlot : Long.MAX_VALUE;
        return Optional.of(new Due(
                new StatusReplay(delivered, catchUp, to, level, before),
                to,
                Math.max(gaps.owedFrom(), statusesFrom),
                before));
    }

    /** All content up to there, asked for from that slot on. */
    Due contentTo(CatchUp.Phase.Settled to, long fromSlot) {
        return new Due(new ContentReplay(delivered, catchUp, to, level), to, fromSlot, to.boundary());
    }

    /** Content has been replayed up to there. */
    void hasContentTo(CatchUp.Phase.Settled to) {
        replayedTo = to;
    }

    /**
     * The statuses of slots whose content came before have been told.
     *
     * @return whether they had not been before, when less of the content had been given up
     */
    boolean hasEarlierStatuses() {
        boolean first = !earlierToldOnce;
        earlierTold = true;
        earlierToldOnce = true;
        return first;
    }

    /** The provider is not asked for what lies before that slot. */
    void beginsAt(long before) {
        delivered.giveUpStatuses(before);
        statusesFrom = Math.max(statusesFrom, before);
        if (!askedFor) {
            // Of those that are skipped together with what is missing nobody asks any more.
            gaps.noteSlotsWithoutSeal(lossFrom, delivered.firstMissing(), delivered);
        }
        // The first slot that is replayed moves on: those in between have statuses, too.
        earlierTold = false;
    }

    /** What lies before that slot cannot be had. */
    void misses(long before, Gap.Cause cause, String detail) {
        beginsAt(before);
        gaps.note(each -> true, delivered.skipTo(before), before, cause, detail);
    }

    /** The statuses of what lies before that slot cannot be had. */
    void missesStatuses(long before, Gap.Cause cause, String detail) {
        gaps.noteStatuses(RecoveryGaps::wantsStatuses, statusesFrom, before, cause, detail);
        statusesFrom = before;
        delivered.giveUpStatuses(before);
    }
}
