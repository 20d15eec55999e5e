package io.firehole.examples.raydium;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.FirstSeen;
import io.firehole.examples.solana.TransactionView;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.storage.TokenBalance;
import java.util.function.Consumer;

/** Tells of pools that open on Raydium, and of tokens whose first swap it sees. */
public final class RaydiumMintMonitor implements ExampleMonitor {

    /** The first byte of the instruction that opens a pool. */
    private static final byte INITIALIZE = 1;

    private final FirstSeen mints = new FirstSeen();

    @Override
    public String id() {
        return "raydium-mint-monitor";
    }

    @Override
    public String purpose() {
        return "pools that open on Raydium, and tokens that begin to trade there";
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
                        "raydium",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .setFailed(false)
                                .addAccountInclude(Raydium.PROGRAM)
                                .build())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasTransaction()) {
            return;
        }
        var transaction = new TransactionView(update.getTransaction().getTransaction());
        boolean opens = transaction.instructionsOf(Raydium.PROGRAM_KEY).stream()
                .anyMatch(data -> !data.isEmpty() && data.byteAt(0) == INITIALIZE);
        for (TokenBalance balance : transaction.tokenBalances()) {
            boolean inPool = balance.getOwner().equals(Raydium.AUTHORITY)
                    && !balance.getMint().equals(Raydium.WRAPPED_SOL);
            if (inPool && mints.isNew(balance.getMint())) {
                out.accept("%s %s, %s in its pool"
                        .formatted(
                                opens ? "pool opened for" : "first swap seen of",
                                balance.getMint(),
                                balance.getUiTokenAmount().getUiAmountString()));
            }
        }
        if (opens) {
            out.accept("opened by " + Amounts.shortened(transaction.signature()));
        }
    }
}
