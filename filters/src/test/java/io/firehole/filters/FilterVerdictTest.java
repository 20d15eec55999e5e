package io.firehole.filters;

import static io.firehole.filters.Requests.base58;
import static io.firehole.filters.Requests.bytes;
import static io.firehole.filters.Requests.compile;
import static io.firehole.filters.Requests.cuckoo;
import static io.firehole.filters.Requests.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people are told of a transaction that a filter did not let pass. */
class FilterVerdictTest {

    /** No vote, not failed, of the keys 1 and 2. */
    private static final TransactionFacts TRANSACTION = TransactionFacts.of(SubscribeUpdateTransactionInfo.newBuilder()
            .setSignature(bytes(64, 9))
            .setTransaction(Transaction.newBuilder()
                    .setMessage(Message.newBuilder().addAccountKeys(key(1)).addAccountKeys(key(2))))
            .build());

    private static FilterVerdict verdict(String filter) {
        return compile("{\"transactions\": {\"t\": " + filter + "}}")
                .verdicts(TRANSACTION)
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"vote": true}                          | vote must be true, is false
            {"failed": true, "vote": true}          | vote must be true, is false
            {"failed": true}                        | failed must be true, is false
            {"accountInclude": ["3", "4"]}          | account_include: none of its 2 keys is among the transaction's 2 keys
            {"accountRequired": ["1", "3"]}         | account_required: not among the transaction's 2 keys: 3
            {"accountRequired": ["3", "4", "5", "6", "1"]} | account_required: not among the transaction's 2 keys: 3, 4, 5 and 1 more
            {"accountExclude": ["2", "3"]}          | account_exclude: among the transaction's 2 keys: 2
            {"accountRequired": ["3"], "tokenAccounts": "ALL"} | account_required: not among the transaction's 2 keys (owners of token accounts included): 3
            """)
    void namesTheFirstConditionThatDoesNotHold(String filter, String objection) {
        assertThat(verdict(withKeys(filter, "\"")).objection()).contains(withKeys(objection, ""));
    }

    /** Writes out keys that stand as one digit, between quotes or as a word. */
    private static String withKeys(String text, String quote) {
        String written = text;
        for (int digit = 1; digit <= 6; digit++) {
            written = quote.isEmpty()
                    ? written.replaceAll("(?<=: |, )" + digit + "(?=,|$| and)", base58(digit))
                    : written.replace("\"" + digit + "\"", "\"" + base58(digit) + "\"");
        }
        return written;
    }

    @Test
    void namesTheSignatureThatWasAskedFor() {
        String other = Base58.encode(bytes(64, 7).toByteArray());
        assertThat(verdict("{\"signature\": \"" + other + "\"}").objection()).contains("signature must be " + other);
        String same = Base58.encode(bytes(64, 9).toByteArray());
        assertThat(verdict("{\"signature\": \"" + same + "\"}").passes()).isTrue();
    }

    @Test
    void countsTheCuckooFilterIn() {
        assertThat(verdict("{\"cuckooAccountInclude\": " + cuckoo(3) + "}").objection())
                .contains("account_include: none of its 0 keys is among the transaction's 2 keys, nor is one in its"
                        + " cuckoo filter");
        assertThat(verdict("{\"cuckooAccountInclude\": " + cuckoo(2) + "}").objection())
                .isEmpty();
    }

    @Test
    void tellsOfEveryTransactionsFilterInTheOrderOfTheRequest() {
        FilterSet filters = compile("""
                {"transactions": {"b": {"vote": true}, "a": {}}, "transactionsStatus": {"a": {"failed": true}},
                 "slots": {"a": {}}}""");
        assertThat(filters.verdicts(TRANSACTION))
                .extracting(verdict -> verdict.kind().fieldName() + " " + verdict.name() + " " + verdict.passes())
                .containsExactly("transactions b false", "transactions a true", "transactions_status a false");
    }
}
