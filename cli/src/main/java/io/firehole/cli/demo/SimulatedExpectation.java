package io.firehole.cli.demo;

import io.firehole.simulator.Simulator;
import io.firehole.simulator.truth.TruthAnswer;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;

/** What a simulated provider sends to an uninterrupted direct subscriber with this request. */
record SimulatedExpectation(Simulator provider, SubscribeRequest request) implements Expectation {

    @Override
    public long finalTo() {
        // No chain gets that far, so the answer says how far it got.
        return switch (provider.truth()
                .expected(request, commitment(), provider.chain().pastFrom(), Long.MAX_VALUE, false)) {
            case TruthAnswer.NotFinal notFinal -> notFinal.finalTo();
            case TruthAnswer.Refused refused -> throw new IllegalStateException(refused.reason());
            case TruthAnswer.Known known -> throw new IllegalStateException("the chain has ended: " + known);
        };
    }

    @Override
    public long begunTo() {
        return provider.chain().knownTo(commitment()) + 1;
    }

    @Override
    public List<Receipt> of(long from, long to) {
        return receipts(from, to, false);
    }

    @Override
    public List<Receipt> replayable(long from, long to) {
        return receipts(from, to, true);
    }

    private List<Receipt> receipts(long from, long to, boolean replayable) {
        return switch (provider.truth().expected(request, commitment(), from, to, replayable)) {
            case TruthAnswer.Known known -> {
                List<Receipt> receipts = new ArrayList<>();
                known.tallies()
                        .forEach((kind, byName) -> byName.forEach(
                                (name, tally) -> tally.ids().forEach(id -> receipts.add(new Receipt(kind, name, id)))));
                yield receipts;
            }
            case TruthAnswer.NotFinal notFinal ->
                throw new IllegalStateException(to + " is asked for, only " + notFinal.finalTo() + " is final");
            case TruthAnswer.Refused refused -> throw new IllegalStateException(refused.reason());
        };
    }

    private CommitmentLevel commitment() {
        return request.getCommitment();
    }
}
