package io.firehole.examples.pumpfun;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.FirstSeen;
import io.firehole.examples.solana.TransactionView;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.function.Consumer;

/** Tells of tokens created on pump.fun, and of those whose first trade it sees. */
public final class PumpFunMintMonitor implements ExampleMonitor {

    private final FirstSeen mints = new FirstSeen();

    @Override
    public String id() {
        return "pumpfun-mint-monitor";
    }

    @Override
    public String purpose() {
        return "new mints on pump.fun, and tokens that begin to trade";
    }

    @Override
    public String frequency() {
        return "medium";
    }

    @Override
    public SubscribeRequest request() {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putTransactions(
                        "pumpfun",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setFailed(false)
                                .addAccountRequired(PumpFun.PROGRAM)
                                .build())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasTransaction()) {
            return;
        }
        var transaction = new TransactionView(update.getTransaction().getTransaction());
        for (PumpFun.Creation creation : PumpFun.creations(transaction)) {
            if (mints.isNew(creation.mint())) {
                out.accept("new mint %s: %s (%s)".formatted(creation.mint(), creation.symbol(), creation.name()));
            }
        }
        for (PumpFun.Trade trade : PumpFun.trades(transaction)) {
            if (mints.isNew(trade.mint())) {
                out.accept("first trade seen of %s, by %s".formatted(trade.mint(), Amounts.shortened(trade.user())));
            }
        }
    }
}
