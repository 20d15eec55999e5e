package io.firehole.simulator.chain;

import io.firehole.filters.DeshredFilterSet;
import io.firehole.filters.FilterSet;
import io.firehole.simulator.chain.ReplayAnswer.NothingToReplay;
import io.firehole.simulator.chain.ReplayAnswer.Off;
import io.firehole.simulator.chain.ReplayAnswer.OutOfRange;
import io.firehole.simulator.chain.ReplayAnswer.Replayed;
import io.firehole.wire.proto.CommitmentLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The chain and its clockwork.
 *
 * <p>{@link #advanceTo} and {@link #nextEventNanos} belong to one thread, the driver. Everything else may be called from
 * any thread, and answers as of the last {@code advanceTo}.
 */
public final class Chain {
    private final ChainConfig config;
    private final Clockwork clockwork;
    private final SlotEvents events;
    private final Slots slots;

    /** The first slot of the past. */
    private final long pastFrom;

    private Chain(ChainConfig config, ChainTemplates templates, long nowNanos, Instant now) {
        this.config = config;
        ChainCalendar calendar = new ChainCalendar(config, now);
        SlotDerivation derivation = new SlotDerivation(config.seed(), templates);
        clockwork = new Clockwork(config, calendar, derivation, nowNanos);
        events = new SlotEvents(derivation, calendar);
        slots = new Slots(
                templates, calendar, derivation, new SlotContents(templates, derivation), () -> head().lineage());
        pastFrom = head().lineage().ancestor(head().processed(), config.pastBlocks() - 1);
    }

    /**
     * A chain whose first slot begins now and whose past lies behind it.
     *
     * @param nowNanos of the monotonic clock that {@link #advanceTo} will be told
     * @param now the same moment on the wall clock
     */
    public static Chain start(ChainConfig config, ChainTemplates templates, long nowNanos, Instant now) {
        return new Chain(config, templates, nowNanos, now);
    }

    /**
     * Appends to the rings what became due. Driver only.
     *
     * @param now {@code created_at} of what is appended
     * @return how many events were appended to all rings together
     */
    public int advanceTo(long nowNanos, Instant now) {
        return clockwork.advanceTo(nowNanos, now);
    }

    /** When the next event is due, on the clock given to {@link #start}. Driver only. */
    public long nextEventNanos() {
        return clockwork.nextDueNanos();
    }

    /** What streams of this commitment follow. */
    public Ring ring(CommitmentLevel commitment) {
        return clockwork.rings().of(commitment);
    }

    /** What deshred streams follow: data and all slot statuses. */
    public Ring deshredRing() {
        return clockwork.rings().deshred();
    }

    /** What these filters match in this chain. Takes a few milliseconds: once per filter change. */
    public Matches match(FilterSet filters) {
        return new Matches(slots, filters);
    }

    /** What these filters match in this chain; see {@link #match(FilterSet)}. */
    public DeshredMatches match(DeshredFilterSet filters) {
        return new DeshredMatches(slots, filters);
    }

    /**
     * What {@code from_slot} replays on a stream of this commitment. Take the live cursor before: what freezes in
     * between then comes twice, and nothing is missed but the start of the slot in progress.
     *
     * <p>A slot that is frozen but has not reached the level is not replayed, and no error either: it comes live.
     *
     * @param fromSlot unsigned
     * @param now {@code created_at} of the replayed statuses
     */
    public ReplayAnswer replay(long fromSlot, CommitmentLevel commitment, Instant now) {
        ChainHead head = head();
        OptionalLong oldest = firstAvailable(head);
        if (oldest.isEmpty()) {
            return new Off();
        }
        if (Long.compareUnsigned(fromSlot, oldest.getAsLong()) < 0) {
            return new OutOfRange(fromSlot, oldest.getAsLong());
        }
        if (Long.compareUnsigned(fromSlot, head.processed()) > 0) {
            return new NothingToReplay();
        }
        List<RingEvent> replayed = new ArrayList<>();
        for (long slot = fromSlot; slot <= head.newest(commitment); slot++) {
            if (head.lineage().hasBlock(slot)) {
                replayed.addAll(events.replayed(slot, head, now));
            }
        }
        return new Replayed(List.copyOf(replayed));
    }

    /** SubscribeReplayInfo: the oldest slot that can be replayed; empty if replay is off. */
    public OptionalLong firstAvailable() {
        return firstAvailable(head());
    }

    private OptionalLong firstAvailable(ChainHead head) {
        return config.replaySlots() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(head.lineage().ancestor(head.processed(), config.replaySlots() - 1));
    }

    /** GetLatestBlockhash, GetBlockHeight and GetSlot. */
    public LatestBlock latest(CommitmentLevel commitment) {
        ChainHead head = head();
        long slot = head.newest(commitment);
        return new LatestBlock(
                slot, slots.derivation().blockhashText(slot), head.lineage().height(slot));
    }

    /**
     * IsBlockhashValid: whether one of the last {@link LatestBlock#VALID_BLOCKS} blocks at this level has this hash.
     *
     * @param blockhash in base58; anything else is not valid
     */
    public BlockhashValidity isBlockhashValid(String blockhash, CommitmentLevel commitment) {
        ChainHead head = head();
        long newest = head.newest(commitment);
        long slot = newest;
        for (int i = 0; i < LatestBlock.VALID_BLOCKS; i++) {
            if (slots.derivation().blockhashText(slot).equals(blockhash)) {
                return new BlockhashValidity(newest, true);
            }
            slot = head.lineage().parent(slot);
        }
        return new BlockhashValidity(newest, false);
    }

    /**
     * Lets the next slot that has not begun die: it sends CREATED_BANK and a part of its data, then DEAD, and is never
     * sealed. The chain goes on from its parent.
     *
     * @return that slot
     * @throws IllegalStateException if too many slots died already
     */
    public long killNextSlot() {
        return clockwork.killNext();
    }

    /** The oldest slot this chain has. */
    public long pastFrom() {
        return pastFrom;
    }

    /**
     * The newest slot of which it is known what becomes of it up to this level, and of all slots below: sealed and
     * confirmed or finalized, dead, or skipped.
     */
    public long knownTo(CommitmentLevel level) {
        return head().known(level);
    }

    /**
     * All that the ring of this commitment carries of a slot, in order, from its beginning to its being finalized or
     * dead, as planned: data in one piece. Nothing for a skipped slot.
     */
    public List<RingEvent> played(long slot, CommitmentLevel commitment) {
        return events.played(slot, commitment, head().lineage());
    }

    /** What replay gives of a slot once it is finalized; nothing for slots without a block. */
    public List<RingEvent> replayable(long slot) {
        ChainHead head = head();
        return head.lineage().hasBlock(slot)
                ? events.replayed(
                        slot,
                        head.withConfirmed(slot).withFinalized(slot),
                        slots.calendar().at(slot, 0))
                : List.of();
    }

    private ChainHead head() {
        return clockwork.head();
    }
}
