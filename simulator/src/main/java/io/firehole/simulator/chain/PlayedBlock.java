package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Rewards;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The recorded block in the order in which every slot plays it: each transaction's account updates, then the
 * transaction; what no transaction wrote (the leader's reward) comes last.
 *
 * @param accounts in the order of their writes
 * @param writer of each account update the index of its transaction; the number of transactions for those without
 * @param lastWrites the account updates that are the slot's last for their pubkey
 */
record PlayedBlock(
        List<SubscribeUpdateTransactionInfo> transactions,
        List<SubscribeUpdateAccountInfo> accounts,
        List<Integer> writer,
        BitSet lastWrites,
        int distinctAccounts,
        Rewards rewards) {

    /** Keeps a write_version, slot times accounts, within the bytes it is given. */
    static final int ACCOUNTS_MAX = 16_000;

    static PlayedBlock of(Recorded recorded) {
        int count = recorded.accounts().size();
        if (count > ACCOUNTS_MAX) {
            throw new IllegalArgumentException(
                    "a recorded slot has " + count + " account updates, at most " + ACCOUNTS_MAX + " can be played");
        }
        List<SubscribeUpdateAccountInfo> accounts = new ArrayList<>();
        List<Integer> writer = new ArrayList<>();
        List<List<SubscribeUpdateAccountInfo>> byWriter = byWriter(recorded);
        for (int transaction = 0; transaction < byWriter.size(); transaction++) {
            for (SubscribeUpdateAccountInfo account : byWriter.get(transaction)) {
                writer.add(transaction);
                boolean written = transaction < recorded.transactions().size();
                accounts.add(
                        written
                                ? account
                                : account.toBuilder().clearTxnSignature().build());
            }
        }
        Map<ByteString, Integer> last = new HashMap<>();
        for (int i = 0; i < count; i++) {
            last.put(accounts.get(i).getPubkey(), i);
        }
        BitSet lastWrites = new BitSet(count);
        last.values().forEach(lastWrites::set);
        return new PlayedBlock(recorded.transactions(), accounts, writer, lastWrites, last.size(), recorded.rewards());
    }

    private static List<List<SubscribeUpdateAccountInfo>> byWriter(Recorded recorded) {
        List<List<SubscribeUpdateAccountInfo>> byWriter = new ArrayList<>();
        Map<ByteString, Integer> transactionOf = new HashMap<>();
        for (SubscribeUpdateTransactionInfo transaction : recorded.transactions()) {
            transactionOf.put(transaction.getSignature(), byWriter.size());
            byWriter.add(new ArrayList<>());
        }
        byWriter.add(new ArrayList<>());
        int none = recorded.transactions().size();
        for (SubscribeUpdateAccountInfo account : recorded.accounts()) {
            byWriter.get(transactionOf.getOrDefault(account.getTxnSignature(), none))
                    .add(account);
        }
        return byWriter;
    }
}
