package io.firehole.examples.pumpfun;

import com.google.protobuf.ByteString;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.AnchorEvent;
import io.firehole.examples.solana.TransactionView;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Follows every transaction that names pump.fun, failed ones too: who traded, how much, at what cost. */
public final class PumpFunTransactionMonitor implements ExampleMonitor {

    private static final Map<ByteString, String> INSTRUCTIONS = instructions();

    @Override
    public String id() {
        return "pumpfun-transaction-monitor";
    }

    @Override
    public String purpose() {
        return "every transaction on pump.fun, failed ones too, with its cost";
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
                                .addAccountInclude(PumpFun.PROGRAM)
                                .build())
                .putTransactionsStatus(
                        "failures",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .setFailed(true)
                                .addAccountInclude(PumpFun.PROGRAM)
                                .build())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasTransaction()) {
            return;
        }
        var transaction = new TransactionView(update.getTransaction().getTransaction());
        String signature = Amounts.shortened(transaction.signature());
        if (transaction.failed()) {
            out.accept("%s failed: %s, fee %s"
                    .formatted(signature, names(transaction), Amounts.sol(transaction.feeLamports())));
            return;
        }
        for (PumpFun.Trade trade : PumpFun.trades(transaction)) {
            out.accept("%s %s %s %s tokens of %s for %s, %,d compute units"
                    .formatted(
                            signature,
                            Amounts.shortened(trade.user()),
                            trade.buy() ? "buys" : "sells",
                            Amounts.tokens(trade.tokens(), PumpFun.DECIMALS),
                            Amounts.shortened(trade.mint()),
                            Amounts.sol(trade.lamports()),
                            transaction.computeUnits()));
        }
    }

    private static String names(TransactionView transaction) {
        List<String> names = transaction.instructionsOf(PumpFun.PROGRAM_KEY).stream()
                .filter(data -> data.size() >= 8)
                .map(data -> INSTRUCTIONS.get(data.substring(0, 8)))
                .filter(name -> name != null)
                .toList();
        return names.isEmpty() ? "another program's call" : String.join(", ", names);
    }

    private static Map<ByteString, String> instructions() {
        var names = new LinkedHashMap<ByteString, String>();
        for (String name : List.of("buy", "sell", "create", "create_v2", "migrate", "extend_account")) {
            names.put(AnchorEvent.instruction(name), name);
        }
        return Map.copyOf(names);
    }
}
