package io.firehole.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterSet;
import io.firehole.pool.time.VirtualTime;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.ChainConfig;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.ReplayAnswer;
import io.firehole.simulator.chain.Ring;
import io.firehole.simulator.chain.RingCursor;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The simulator's chain in virtual time, with a memory of all that happened on it. */
final class VirtualChain {

    private static final List<CommitmentLevel> LEVELS =
            List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED);

    private static final Instant START = Instant.parse("2026-08-22T00:00:00Z");

    /**
     * Something that happened on one ring.
     *
     * @param atNanos when
     * @param level whose ring
     */
    record Moment(long atNanos, CommitmentLevel level, RingEvent event) {}

    private final VirtualTime time;
    private final Chain chain;
    private final Runnable onAdvance;
    private final List<RingCursor> cursors;
    private final List<Moment> moments = new ArrayList<>();
    private int forgotten;
    private boolean stopped;

    /** @param onAdvance told whenever something has happened */
    VirtualChain(VirtualTime time, ChainConfig config, Runnable onAdvance) {
        this(time, config, SmallBlock.recorded(), onAdvance);
    }

    /** @param block what each slot is made of */
    VirtualChain(VirtualTime time, ChainConfig config, SmallBlock block, Runnable onAdvance) {
        this.time = time;
        this.onAdvance = onAdvance;
        this.chain = Chain.start(config, block.templates, time.nanos(), wall());
        this.cursors = LEVELS.stream().map(level -> chain.ring(level).cursor()).toList();
    }

    void start() {
        time.after(chain.nextEventNanos() - time.nanos(), this::advance);
    }

    /** Nothing happens any more. */
    void stop() {
        stopped = true;
    }

    private void advance() {
        if (stopped) {
            return;
        }
        chain.advanceTo(time.nanos(), wall());
        for (int i = 0; i < LEVELS.size(); i++) {
            for (RingEvent event = cursors.get(i).poll();
                    event != null;
                    event = cursors.get(i).poll()) {
                moments.add(new Moment(time.nanos(), LEVELS.get(i), event));
            }
        }
        onAdvance.run();
        start();
    }

    /** The time of day. */
    Instant wall() {
        return START.plusNanos(time.nanos());
    }

    /** All that happened, in order, but for what is forgotten. */
    List<Moment> moments() {
        return moments;
    }

    /** How many of them there were before {@link #moments}. */
    int forgotten() {
        return forgotten;
    }

    /** Forgets all that has happened so far; whoever compares has taken note of it. */
    void forget() {
        forgotten += moments.size();
        moments.clear();
    }

    Ring ring(CommitmentLevel level) {
        return chain.ring(level);
    }

    Matches match(FilterSet filters) {
        return chain.match(filters);
    }

    ReplayAnswer replay(long fromSlot, CommitmentLevel level) {
        return chain.replay(fromSlot, level, wall());
    }

    /** The oldest slot that can be replayed; empty if none can ever be. */
    OptionalLong firstAvailable() {
        return chain.firstAvailable();
    }

    /** The newest block. */
    long newestBlock() {
        return chain.latest(CommitmentLevel.PROCESSED).slot();
    }

    /** What replay gives of a slot once it is finalized. */
    List<RingEvent> replayable(long slot) {
        return chain.replayable(slot);
    }

    /** Lets the next slot die that has not begun. */
    void killNextSlot() {
        chain.killNextSlot();
    }

    /** The signatures that transactions will have in a slot, which is known before it happens. */
    List<String> signatures(long slot, Matches allTransactions) {
        List<String> found = new ArrayList<>();
        for (RingEvent event : chain.played(slot, CommitmentLevel.PROCESSED)) {
            allTransactions.write(event, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
                found.add(signature(ByteString.copyFrom(payload, offset, length)));
                return true;
            });
        }
        return found;
    }

    private static String signature(ByteString payload) {
        try {
            return Base58.encode(SubscribeUpdate.parseFrom(payload)
                    .getTransaction()
                    .getTransaction()
                    .getSignature()
                    .toByteArray());
        } catch (InvalidProtocolBufferException unreadable) {
            throw new IllegalArgumentException(unreadable);
        }
    }
}
