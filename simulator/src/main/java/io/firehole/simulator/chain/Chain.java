package io.firehole.simulator.chain;

import io.firehole.wire.proto.CommitmentLevel;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * The chain and its clockwork.
 *
 * <p>{@link #advanceTo} and {@link #nextEventNanos} belong to one thread, the driver. Everything else may be called from
 * any thread, and answers as of the last {@code advanceTo}.
 */
public final class Chain {
    private final Ring ring = new Ring();

    private Chain() {}

    /**
     * A chain whose first slot begins now and whose past lies behind it.
     *
     * @param nowNanos of the monotonic clock that {@link #advanceTo} will be told
     * @param now the same moment on the wall clock
     */
    public static Chain start(ChainConfig config, ChainTemplates templates, long nowNanos, Instant now) {
        return new Chain();
    }

    /**
     * Appends to the rings what became due. Driver only.
     *
     * @param now {@code created_at} of what is appended
     * @return how many events were appended to all rings together
     */
    public int advanceTo(long nowNanos, Instant now) {
        return 0;
    }

    /** When the next event is due, on the clock given to {@link #start}. Driver only. */
    public long nextEventNanos() {
        return Long.MAX_VALUE;
    }

    /** What streams of this commitment follow. */
    public Ring ring(CommitmentLevel commitment) {
        return ring;
    }

    /** What deshred streams follow: data and all slot statuses. */
    public Ring deshredRing() {
        return ring;
    }

    // Comes as soon as the filters are there: Matches match(FilterSet), DeshredMatches match(DeshredFilterSet); costs a
    // few milliseconds, so once per filter change.

    /**
     * What {@code from_slot} replays on a stream of this commitment. Take the live cursor before: what freezes in
     * between then comes twice, and nothing is missed but the start of the slot in progress.
     *
     * @param now {@code created_at} of the replayed statuses
     */
    public ReplayAnswer replay(long fromSlot, CommitmentLevel commitment, Instant now) {
        return new ReplayAnswer.Off();
    }

    /** SubscribeReplayInfo: the oldest slot that can be replayed; empty if replay is off. */
    public OptionalLong firstAvailable() {
        return OptionalLong.empty();
    }

    /** GetLatestBlockhash, GetBlockHeight and GetSlot. */
    public LatestBlock latest(CommitmentLevel commitment) {
        return new LatestBlock(0, "", 0);
    }

    /**
     * IsBlockhashValid: whether one of the last {@link LatestBlock#VALID_BLOCKS} blocks at this level has this hash.
     *
     * @param blockhash in base58; anything else is not valid
     */
    public BlockhashValidity isBlockhashValid(String blockhash, CommitmentLevel commitment) {
        return new BlockhashValidity(0, false);
    }

    /**
     * Lets the next slot that has not begun die: it sends CREATED_BANK and a part of its data, then DEAD, and is never
     * sealed. The chain goes on from its parent.
     *
     * @return that slot
     */
    public long killNextSlot() {
        return 0;
    }
}
