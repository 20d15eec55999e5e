package io.firehole.simulator.truth;

import io.firehole.simulator.chain.Chain;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;

/** The truth of one chain. Any thread. */
public final class Truth {
    /** Of this chain; several may be made. */
    public Truth(Chain chain) {}

    /**
     * What an uninterrupted direct subscriber gets for the slots {@code from} to {@code to}, both inclusive.
     *
     * @param commitment overrules the request's own
     * @param replayable false: as sent live. True: what replay can give back, that is of each account the last write of a
     *     slot, no lifecycle statuses, nothing of dead slots
     */
    public TruthAnswer expected(
            SubscribeRequest request, CommitmentLevel commitment, long from, long to, boolean replayable) {
        return new TruthAnswer.Refused("not built yet");
    }
}
