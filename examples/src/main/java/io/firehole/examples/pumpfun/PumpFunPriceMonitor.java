package io.firehole.examples.pumpfun;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.TransactionView;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.function.Consumer;

/** Tells the price of a token after each successful trade on its bonding curve. */
public final class PumpFunPriceMonitor implements ExampleMonitor {

    @Override
    public String id() {
        return "pumpfun-price-monitor";
    }

    @Override
    public String purpose() {
        return "the price of each token after each trade on pump.fun";
    }

    @Override
    public String frequency() {
        return "high";
    }

    @Override
    public SubscribeRequest request() {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putTransactions(
                        "pumpfun",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .setFailed(false)
                                .addAccountInclude(PumpFun.PROGRAM)
                                .build())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasTransaction()) {
            return;
        }
        for (PumpFun.Trade trade :
                PumpFun.trades(new TransactionView(update.getTransaction().getTransaction()))) {
            out.accept("%s %s at %s"
                    .formatted(
                            trade.buy() ? "▲" : "▼",
                            Amounts.shortened(trade.mint()),
                            Amounts.price(trade.reserveLamports(), trade.reserveTokens(), PumpFun.DECIMALS)));
        }
    }
}
