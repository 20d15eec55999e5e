package io.firehole.filters;

import static io.firehole.filters.Requests.base58;
import static io.firehole.filters.Requests.bytes;
import static io.firehole.filters.Requests.compile;
import static io.firehole.filters.Requests.cuckoo;
import static io.firehole.filters.Requests.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.TokenBalance;
import io.firehole.wire.proto.storage.Transaction;
import io.firehole.wire.proto.storage.TransactionError;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import io.firehole.wire.proto.storage.UiTokenAmount;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionFilterTest {

    private final TransactionStatusMeta.Builder meta = TransactionStatusMeta.newBuilder();

    /** Of the keys 1 and 2, written out; 3 and 4 loaded from tables. */
    private SubscribeUpdateTransactionInfo.Builder transaction() {
        return SubscribeUpdateTransactionInfo.newBuilder()
                .setSignature(bytes(64, 9))
                .setTransaction(Transaction.newBuilder()
                        .addSignatures(bytes(64, 9))
                        .addSignatures(bytes(64, 8))
                        .setMessage(Message.newBuilder().addAccountKeys(key(1)).addAccountKeys(key(2))))
                .setMeta(meta.clone().addLoadedWritableAddresses(key(3)).addLoadedReadonlyAddresses(key(4)));
    }

    private static TokenBalance balance(int index, String owner, String amount) {
        return TokenBalance.newBuilder()
                .setAccountIndex(index)
                .setOwner(owner)
                .setUiTokenAmount(UiTokenAmount.newBuilder().setAmount(amount))
                .build();
    }

    private boolean matches(String filter) {
        return matches(filter, transaction());
    }

    /** Under both kinds, which are the same test. */
    private static boolean matches(String filter, SubscribeUpdateTransactionInfo.Builder transaction) {
        TransactionFacts facts = TransactionFacts.of(transaction.build());
        List<String> names =
                compile("{\"transactions\": {\"t\": " + filter + "}}").transactions(facts);
        assertThat(names).isSubsetOf("t");
        assertThat(compile("{\"transactionsStatus\": {\"t\": " + filter + "}}").transactionStatuses(facts))
                .isEqualTo(names);
        return !names.isEmpty();
    }

    private static String list(String field, int... keys) {
        List<String> texts = new ArrayList<>();
        for (int b : keys) {
            texts.add("\"" + base58(b) + "\"");
        }
        return "\"" + field + "\": [" + String.join(", ", texts) + "]";
    }

    private static String include(int... keys) {
        return list("accountInclude", keys);
    }

    private static String exclude(int... keys) {
        return list("accountExclude", keys);
    }

    private static String required(int... keys) {
        return list("accountRequired", keys);
    }

    @Test
    void anEmptyFilterMatchesVotesAndFailedOnesToo() {
        meta.setErr(TransactionError.getDefaultInstance());

        assertThat(matches("{}", transaction().setIsVote(true))).isTrue();
    }

    @Test
    void voteAndFailedMustBeAsAsked() {
        assertThat(matches("{\"vote\": false}")).isTrue();
        assertThat(matches("{\"vote\": true}")).isFalse();
        assertThat(matches("{\"vote\": true}", transaction().setIsVote(true))).isTrue();
        assertThat(matches("{\"vote\": false}", transaction().setIsVote(true))).isFalse();
        assertThat(matches("{\"failed\": false}")).isTrue();
        assertThat(matches("{\"failed\": true}")).isFalse();

        // An error without bytes is an error.
        meta.setErr(TransactionError.getDefaultInstance());

        assertThat(matches("{\"failed\": true}")).isTrue();
        assertThat(matches("{\"failed\": false}")).isFalse();
    }

    @Test
    void signatureIsTheFirstOne() {
        assertThat(matches("{\"signature\": \"" + Base58.encode(bytes(64, 9).toByteArray()) + "\"}"))
                .isTrue();
        assertThat(matches("{\"signature\": \"" + Base58.encode(bytes(64, 8).toByteArray()) + "\"}"))
                .isFalse();
    }

    @Test
    void anotherSignatureChangesNothingElse() {
        TransactionFacts facts = TransactionFacts.of(transaction().build());
        FilterSet filters = compile("{\"transactions\": {\"s\": {\"signature\": \""
                + Base58.encode(bytes(64, 8).toByteArray()) + "\"}, \"k\": {" + include(3) + "}}}");

        assertThat(filters.transactions(facts)).containsExactly("k");
        assertThat(filters.transactions(facts.withSignature(bytes(64, 8)))).containsExactly("s", "k");
    }

    @Test
    void includeNeedsOneOfTheKeysStaticOrLoaded() {
        assertThat(matches("{" + include(1) + "}")).isTrue();
        assertThat(matches("{" + include(7, 2) + "}")).isTrue();
        assertThat(matches("{" + include(3) + "}")).isTrue();
        assertThat(matches("{" + include(4) + "}")).isTrue();
        assertThat(matches("{" + include(7, 8) + "}")).isFalse();
    }

    @Test
    void excludeAllowsNoneOfTheKeys() {
        assertThat(matches("{" + exclude(7, 8) + "}")).isTrue();
        assertThat(matches("{" + exclude(7, 1) + "}")).isFalse();
        assertThat(matches("{" + exclude(3) + "}")).isFalse();
        assertThat(matches("{" + exclude(4) + "}")).isFalse();
    }

    @Test
    void requiredNeedsAllKeysEachOnce() {
        assertThat(matches("{" + required(1, 2, 3, 4) + "}")).isTrue();
        assertThat(matches("{" + required(4, 4, 4, 4, 4, 4) + "}")).isTrue();
        assertThat(matches("{" + required(1, 7) + "}")).isFalse();
    }

    @Test
    void allListsMustHoldTogether() {
        assertThat(matches("{" + include(1, 7) + ", " + required(3) + ", " + exclude(8) + "}"))
                .isTrue();
        assertThat(matches("{" + include(7) + ", " + required(3) + ", " + exclude(8) + "}"))
                .isFalse();
        assertThat(matches("{" + include(1) + ", " + required(3) + ", " + exclude(4) + "}"))
                .isFalse();
        assertThat(matches("{" + include(1) + ", " + exclude(1) + "}")).isFalse();
    }

    @Test
    void listOrCuckooSetSuffices() {
        String set = "\"cuckooAccountInclude\": ";

        assertThat(matches("{" + set + cuckoo(7, 3) + "}")).isTrue();
        assertThat(matches("{" + set + cuckoo(7, 8) + "}")).isFalse();
        assertThat(matches("{" + include(1) + ", " + set + cuckoo(8) + "}")).isTrue();
        assertThat(matches("{" + include(7) + ", " + set + cuckoo(2) + "}")).isTrue();
        assertThat(matches("{" + include(7) + ", " + set + cuckoo(8) + "}")).isFalse();
        assertThat(matches("{" + set + cuckoo(2) + ", " + required(7) + "}")).isFalse();
        assertThat(matches("{" + set + "{}}")).isFalse();
    }

    @Test
    void keysThatAreNoKeysAreInNoList() {
        SubscribeUpdateTransactionInfo.Builder odd = SubscribeUpdateTransactionInfo.newBuilder()
                .setTransaction(Transaction.newBuilder()
                        .setMessage(Message.newBuilder()
                                .addAccountKeys(bytes(31, 1))
                                .addAccountKeys(ByteString.EMPTY)));

        assertThat(matches("{" + include(1) + "}", odd)).isFalse();
        assertThat(matches("{}", odd)).isTrue();
        assertThat(matches("{" + include(1) + "}", SubscribeUpdateTransactionInfo.newBuilder()))
                .isFalse();
    }

    @Test
    void allExpandsToEveryOwnerBeforeOrAfter() {
        meta.addPreTokenBalances(balance(1, base58(5), "10")).addPostTokenBalances(balance(2, base58(6), "20"));
        String all = ", \"tokenAccounts\": \"ALL\"}";

        assertThat(matches("{" + include(5) + "}")).isFalse();
        assertThat(matches("{" + include(5) + all)).isTrue();
        assertThat(matches("{" + include(6) + all)).isTrue();
        assertThat(matches("{" + include(7) + all)).isFalse();
        assertThat(matches("{" + include(1) + all)).isTrue();
    }

    @Test
    void expansionAppliesToExcludeRequiredAndTheCuckooSetAlike() {
        meta.addPreTokenBalances(balance(1, base58(5), "10")).addPostTokenBalances(balance(1, base58(5), "11"));
        for (String mode : List.of("ALL", "BALANCE_CHANGED")) {
            String expand = ", \"tokenAccounts\": \"" + mode + "\"}";

            assertThat(matches("{" + exclude(5) + "}")).isTrue();
            assertThat(matches("{" + exclude(5) + expand)).isFalse();
            assertThat(matches("{" + required(5, 1) + "}")).isFalse();
            assertThat(matches("{" + required(5, 1) + expand)).isTrue();
            assertThat(matches("{\"cuckooAccountInclude\": " + cuckoo(5) + "}")).isFalse();
            assertThat(matches("{\"cuckooAccountInclude\": " + cuckoo(5) + expand))
                    .isTrue();
        }
    }

    private boolean changed(int owner) {
        return matches("{" + include(owner) + ", \"tokenAccounts\": \"BALANCE_CHANGED\"}");
    }

    @Test
    void balanceChangedComparesAmountsOfOneAccountIndex() {
        meta.addPreTokenBalances(balance(1, base58(5), "10"))
                .addPreTokenBalances(balance(2, base58(6), "10"))
                .addPostTokenBalances(balance(1, base58(5), "10"))
                .addPostTokenBalances(balance(2, base58(6), "11"));

        assertThat(changed(5)).isFalse();
        assertThat(changed(6)).isTrue();
        assertThat(changed(1)).isTrue();
    }

    @Test
    void balanceChangedComparesTheTextOfTheAmount() {
        meta.addPreTokenBalances(balance(1, base58(5), "10")).addPostTokenBalances(balance(1, base58(5), "010"));

        assertThat(changed(5)).isTrue();
    }

    @Test
    void aNewOrClosedBalanceIsAChangeEvenOfNothing() {
        meta.addPreTokenBalances(balance(1, base58(5), "0")).addPostTokenBalances(balance(2, base58(6), "0"));

        assertThat(changed(5)).isTrue();
        assertThat(changed(6)).isTrue();
    }

    @Test
    void ofABalanceThatChangesHandsTheNewOwnerCounts() {
        meta.addPreTokenBalances(balance(1, base58(5), "10"))
                .addPreTokenBalances(balance(2, base58(7), "10"))
                .addPostTokenBalances(balance(1, base58(6), "12"))
                .addPostTokenBalances(balance(2, base58(8), "10"));

        assertThat(changed(6)).isTrue();
        assertThat(changed(5)).isFalse();
        assertThat(changed(7)).isFalse();
        assertThat(changed(8)).isFalse();
    }

    @Test
    void aBalanceWithoutAmountHasAnEmptyOne() {
        TokenBalance bare =
                TokenBalance.newBuilder().setAccountIndex(1).setOwner(base58(5)).build();
        meta.addPreTokenBalances(bare).addPostTokenBalances(bare);
        assertThat(changed(5)).isFalse();

        meta.setPostTokenBalances(0, balance(1, base58(5), "0"));
        assertThat(changed(5)).isTrue();
    }

    @Test
    void ownersThatDoNotParseArePassedOver() {
        meta.addPreTokenBalances(balance(1, "", "1"))
                .addPreTokenBalances(balance(2, "not base58 0OIl", "1"))
                .addPreTokenBalances(balance(3, base58(5), "1"))
                .addPreTokenBalances(balance(4, "z".repeat(1_000_000), "1"))
                .addPostTokenBalances(balance(3, "", "1"));

        assertThat(matches("{" + include(5) + ", \"tokenAccounts\": \"ALL\"}")).isTrue();
        // What is there after cannot be read, so the balance before counts as closed.
        assertThat(changed(5)).isTrue();
        assertThat(changed(6)).isFalse();
    }

    @Test
    void expansionWithoutListsMatchesEverything() {
        assertThat(matches("{\"tokenAccounts\": \"ALL\"}")).isTrue();
        assertThat(matches("{\"tokenAccounts\": \"BALANCE_CHANGED\"}")).isTrue();
    }

    /** Below the limit filters are asked one by one, above it through an index; both must give the request's order. */
    @ParameterizedTest(name = "{0} filters")
    @ValueSource(ints = {3, KeyIndex.SCAN_MAX, KeyIndex.SCAN_MAX + 1, 40, 200})
    void namesComeInTheOrderOfTheRequest(int count) {
        meta.addPreTokenBalances(balance(1, base58(5), "10")).addPostTokenBalances(balance(1, base58(5), "11"));
        List<String> filters = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String filter = switch (i % 7) {
                case 0 -> include(1, 3);
                case 1 -> include(7);
                case 2 -> required(2, 4);
                case 3 -> exclude(1);
                case 4 -> include(5) + ", \"tokenAccounts\": \"BALANCE_CHANGED\"";
                case 5 -> include(7) + ", \"cuckooAccountInclude\": " + cuckoo(1);
                default -> include(5);
            };
            String name = Integer.toString(7919 * i % 1000);
            filters.add("\"" + name + "\": {" + filter + "}");
            if (List.of(0, 2, 4, 5).contains(i % 7)) {
                expected.add(name);
            }
        }
        FilterSet set = compile("{\"transactions\": {" + String.join(", ", filters) + "}}");

        assertThat(set.transactions(TransactionFacts.of(transaction().build()))).isEqualTo(expected);
        assertThat(set.transactionStatuses(TransactionFacts.of(transaction().build())))
                .isEmpty();
    }
}
