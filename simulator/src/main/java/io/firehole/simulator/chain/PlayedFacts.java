package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.TransactionFacts;
import io.firehole.wire.proto.storage.Rewards;
import java.util.BitSet;
import java.util.List;

/**
 * What filters, blocks and the truth ask of the played block; the same for every slot, but for the transactions'
 * signatures.
 *
 * @param pubkeys of the account updates
 * @param lastWrites the account updates that are the slot's last for their pubkey; never changed
 */
record PlayedFacts(
        List<TransactionFacts> transactions,
        List<AccountFacts> accounts,
        List<ByteString> pubkeys,
        BitSet lastWrites,
        int distinctAccounts,
        Rewards rewards) {
    static PlayedFacts of(PlayedBlock block) {
        return new PlayedFacts(
                block.transactions().stream().map(TransactionFacts::of).toList(),
                block.accounts().stream().map(AccountFacts::of).toList(),
                block.accounts().stream().map(account -> account.getPubkey()).toList(),
                block.lastWrites(),
                block.distinctAccounts(),
                block.rewards());
    }
}
