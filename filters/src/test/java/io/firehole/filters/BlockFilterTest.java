package io.firehole.filters;

import static io.firehole.filters.Requests.base58;
import static io.firehole.filters.Requests.bytes;
import static io.firehole.filters.Requests.compile;
import static io.firehole.filters.Requests.cuckoo;
import static io.firehole.filters.Requests.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.TokenBalance;
import io.firehole.wire.proto.storage.Transaction;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockFilterTest {

    /** Of key 1, with 3 loaded and 5 the owner of a token balance. */
    private static final TransactionFacts TRANSACTION = TransactionFacts.of(SubscribeUpdateTransactionInfo.newBuilder()
            .setTransaction(
                    Transaction.newBuilder().setMessage(Message.newBuilder().addAccountKeys(key(1))))
            .setMeta(TransactionStatusMeta.newBuilder()
                    .addLoadedReadonlyAddresses(key(3))
                    .addPostTokenBalances(TokenBalance.newBuilder().setOwner(base58(5))))
            .build());

    private static BlockFilter filter(String json) {
        Map<String, BlockFilter> blocks =
                compile("{\"blocks\": {\"b\": " + json + "}}").blocks();
        assertThat(blocks).containsOnlyKeys("b");
        return blocks.values().iterator().next();
    }

    private static AccountFacts account(int pubkey, int owner) {
        return AccountFacts.of(SubscribeUpdateAccountInfo.newBuilder()
                .setPubkey(key(pubkey))
                .setOwner(key(owner))
                .build());
    }

    @Test
    void transactionsComeUnlessRefusedAccountsAndEntriesOnlyIfAsked() {
        BlockFilter empty = filter("{}");
        assertThat(empty.includesTransactions()).isTrue();
        assertThat(empty.includesAccounts()).isFalse();
        assertThat(empty.includesEntries()).isFalse();
        BlockFilter all =
                filter("{\"includeTransactions\": true, \"includeAccounts\": true, \"includeEntries\": true}");
        assertThat(all.includesTransactions()).isTrue();
        assertThat(all.includesAccounts()).isTrue();
        assertThat(all.includesEntries()).isTrue();
        BlockFilter none =
                filter("{\"includeTransactions\": false, \"includeAccounts\": false, \"includeEntries\": false}");
        assertThat(none.includesTransactions()).isFalse();
        assertThat(none.includesAccounts()).isFalse();
        assertThat(none.includesEntries()).isFalse();
    }

    @Test
    void anEmptyListKeepsAll() {
        BlockFilter filter = filter("{\"includeAccounts\": true}");

        assertThat(filter.keeps(TRANSACTION)).isTrue();
        assertThat(filter.keeps(account(9, 9))).isTrue();
        assertThat(filter.keeps(TransactionFacts.of(SubscribeUpdateTransactionInfo.getDefaultInstance())))
                .isTrue();
    }

    @Test
    void aListTrimsTransactionsByAnyKeyStaticOrLoaded() {
        assertThat(filter("{\"accountInclude\": [\"" + base58(1) + "\"]}").keeps(TRANSACTION))
                .isTrue();
        assertThat(filter("{\"accountInclude\": [\"" + base58(8) + "\", \"" + base58(3) + "\"]}")
                        .keeps(TRANSACTION))
                .isTrue();
        assertThat(filter("{\"accountInclude\": [\"" + base58(8) + "\"]}").keeps(TRANSACTION))
                .isFalse();
        // There is no expansion to token owners in blocks.
        assertThat(filter("{\"accountInclude\": [\"" + base58(5) + "\"]}").keeps(TRANSACTION))
                .isFalse();
    }

    @Test
    void aListTrimsAccountsByTheirKeyNotTheirOwner() {
        BlockFilter filter = filter("{\"includeAccounts\": true, \"accountInclude\": [\"" + base58(1) + "\"]}");

        assertThat(filter.keeps(account(1, 2))).isTrue();
        assertThat(filter.keeps(account(2, 1))).isFalse();
        assertThat(filter.keeps(AccountFacts.of(SubscribeUpdateAccountInfo.newBuilder()
                        .setPubkey(bytes(31, 1))
                        .build())))
                .isFalse();
    }

    @Test
    void listOrCuckooSetSuffices() {
        BlockFilter filter = filter("{\"includeAccounts\": true, \"accountInclude\": [\"" + base58(1)
                + "\"], \"cuckooAccountInclude\": " + cuckoo(2) + "}");
        assertThat(filter.keeps(account(1, 9))).isTrue();
        assertThat(filter.keeps(account(2, 9))).isTrue();
        assertThat(filter.keeps(account(3, 9))).isFalse();
        assertThat(filter("{\"cuckooAccountInclude\": " + cuckoo(3) + "}").keeps(TRANSACTION))
                .isTrue();
        assertThat(filter("{\"cuckooAccountInclude\": " + cuckoo(4) + "}").keeps(TRANSACTION))
                .isFalse();
        assertThat(filter("{\"cuckooAccountInclude\": {}}").keeps(TRANSACTION)).isFalse();
    }

    @Test
    void whatIsNotIncludedIsNotKept() {
        assertThat(filter("{\"includeTransactions\": false}").keeps(TRANSACTION))
                .isFalse();
        assertThat(filter("{\"includeTransactions\": false, \"accountInclude\": [\"" + base58(1) + "\"]}")
                        .keeps(TRANSACTION))
                .isFalse();
        assertThat(filter("{\"accountInclude\": [\"" + base58(1) + "\"]}").keeps(account(1, 1)))
                .isFalse();
    }

    @Test
    void eachNameHasItsOwnFilterInTheOrderOfTheRequest() {
        Map<String, BlockFilter> blocks = compile(
                        "{\"blocks\": {\"z\": {}, \"\": {\"includeEntries\": true}, \"a\": {}}}")
                .blocks();

        assertThat(blocks.keySet()).containsExactly("z", "", "a");
        assertThatThrownBy(blocks::clear).isInstanceOf(UnsupportedOperationException.class);
    }
}
