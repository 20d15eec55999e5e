package io.firehole.examples.pumpfun;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.FirstSeen;
import io.firehole.examples.solana.TransactionView;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.storage.TokenBalance;
import java.util.function.Consumer;

/** Tells of tokens that leave their bonding curve for PumpSwap, once the cluster has confirmed it. */
public final class GraduationMonitor implements ExampleMonitor {

    /** The addresses of pump.fun's own tokens end so, since their creators search for such a key. */
    private static final String MINT_SUFFIX = "pump";

    private final FirstSeen graduates = new FirstSeen();

    @Override
    public String id() {
        return "graduation-monitor";
    }

    @Override
    public String purpose() {
        return "tokens that graduate from pump.fun to PumpSwap, confirmed";
    }

    @Override
    public String frequency() {
        return "medium";
    }

    @Override
    public SubscribeRequest request() {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.CONFIRMED)
                .putTransactions(
                        "migrations",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .setFailed(false)
                                .addAccountInclude(PumpFun.MIGRATION_AUTHORITY)
                                .build())
                .putTransactions(
                        "pumpswap",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .setFailed(false)
                                .addAccountInclude(PumpFun.SWAP_PROGRAM)
                                .build())
                // Shows that the stream lives while nothing graduates.
                .putBlocksMeta("blocks", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasTransaction()) {
            return;
        }
        long slot = update.getTransaction().getSlot();
        var transaction = new TransactionView(update.getTransaction().getTransaction());
        for (PumpFun.Graduation graduation : PumpFun.graduations(transaction)) {
            graduates.isNew(graduation.mint());
            out.accept("graduated: %s with %s in its pool"
                    .formatted(graduation.mint(), Amounts.sol(graduation.lamports())));
        }
        if (transaction.instructionsOf(PumpFun.SWAP_PROGRAM_KEY).isEmpty()) {
            return;
        }
        for (TokenBalance balance : transaction.tokenBalances()) {
            if (balance.getMint().endsWith(MINT_SUFFIX) && graduates.isNew(balance.getMint())) {
                out.accept("graduate trades on PumpSwap: %s (confirmed in slot %s)"
                        .formatted(balance.getMint(), Long.toUnsignedString(slot)));
            }
        }
    }
}
