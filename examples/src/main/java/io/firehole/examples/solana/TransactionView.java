package io.firehole.examples.solana;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.InnerInstructions;
import io.firehole.wire.proto.storage.TokenBalance;
import java.util.ArrayList;
import java.util.List;

/** A transaction with its keys in the order in which instructions count them: static, then loaded. Immutable. */
public final class TransactionView {

    private final SubscribeUpdateTransactionInfo info;
    private final List<ByteString> keys;

    /** Looks at a transaction update's info. */
    public TransactionView(SubscribeUpdateTransactionInfo info) {
        this.info = info;
        var all = new ArrayList<ByteString>();
        all.addAll(info.getTransaction().getMessage().getAccountKeysList());
        all.addAll(info.getMeta().getLoadedWritableAddressesList());
        all.addAll(info.getMeta().getLoadedReadonlyAddressesList());
        keys = List.copyOf(all);
    }

    /** The first signature, which is the transaction's name, in base58. */
    public String signature() {
        return Base58.encode(info.getSignature().toByteArray());
    }

    /** Whether the transaction was executed but failed. */
    public boolean failed() {
        return info.getMeta().hasErr();
    }

    /** The fee in lamports. */
    public long feeLamports() {
        return info.getMeta().getFee();
    }

    /** Compute units consumed; 0 where the node did not say. */
    public long computeUnits() {
        return info.getMeta().getComputeUnitsConsumed();
    }

    /** The token balances after it. */
    public List<TokenBalance> tokenBalances() {
        return info.getMeta().getPostTokenBalancesList();
    }

    /** The log lines. */
    public List<String> logs() {
        return info.getMeta().getLogMessagesList();
    }

    /** The data of every instruction of that program, top-level and inner. */
    public List<ByteString> instructionsOf(ByteString program) {
        var found = new ArrayList<ByteString>();
        for (var instruction : info.getTransaction().getMessage().getInstructionsList()) {
            if (runs(program, instruction.getProgramIdIndex())) {
                found.add(instruction.getData());
            }
        }
        for (InnerInstructions inner : info.getMeta().getInnerInstructionsList()) {
            for (var instruction : inner.getInstructionsList()) {
                if (runs(program, instruction.getProgramIdIndex())) {
                    found.add(instruction.getData());
                }
            }
        }
        return found;
    }

    /** The Anchor events of that program and kind, in order: what follows the two discriminators. */
    public List<LittleEndian> events(ByteString program, AnchorEvent kind) {
        return instructionsOf(program).stream()
                .filter(kind::matches)
                .map(data -> new LittleEndian(data, AnchorEvent.HEADER_BYTES))
                .toList();
    }

    private boolean runs(ByteString program, int index) {
        return Integer.compareUnsigned(index, keys.size()) < 0
                && keys.get(index).equals(program);
    }
}
