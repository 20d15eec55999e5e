package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilterMemcmp;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.TokenAccountExpansionControlFlag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubscribeRequestsTest {

    private static final SubscribeRequest EVERYTHING = SubscribeRequest.newBuilder()
            .putAccounts(
                    "a",
                    SubscribeRequestFilterAccounts.newBuilder()
                            .addAccount("A")
                            .setNonemptyTxnSignature(false)
                            .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                    .setMemcmp(SubscribeRequestFilterAccountsFilterMemcmp.newBuilder()
                                            .setOffset(-1)
                                            .setBytes(ByteString.copyFrom(new byte[] {1, 2, (byte) 255}))))
                            .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                    .setDatasize(165))
                            .build())
            .putSlots(
                    "s",
                    SubscribeRequestFilterSlots.newBuilder()
                            .setFilterByCommitment(true)
                            .build())
            .putTransactions(
                    "",
                    SubscribeRequestFilterTransactions.newBuilder()
                            .setVote(false)
                            .addAccountInclude("B")
                            .setTokenAccounts(TokenAccountExpansionControlFlag.BALANCE_CHANGED)
                            .build())
            .putTransactionsStatus("t", SubscribeRequestFilterTransactions.getDefaultInstance())
            .putBlocks(
                    "b",
                    SubscribeRequestFilterBlocks.newBuilder()
                            .setIncludeEntries(true)
                            .build())
            .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
            .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
            .setCommitment(CommitmentLevel.CONFIRMED)
            .addAccountsDataSlice(
                    SubscribeRequestAccountsDataSlice.newBuilder().setOffset(32).setLength(8))
            .setPing(SubscribeRequestPing.newBuilder().setId(-3))
            .setFromSlot(361774429)
            .build();

    @Test
    void readsCamelCaseWithNumbersAsStrings() throws Exception {
        assertThat(SubscribeRequests.fromJson("""
                {"accounts": {"a": {"account": ["A"], "nonemptyTxnSignature": false, "filters": [
                    {"memcmp": {"offset": "18446744073709551615", "bytes": "AQL/"}}, {"datasize": "165"}]}},
                 "slots": {"s": {"filterByCommitment": true}},
                 "transactions": {"": {"vote": false, "accountInclude": ["B"], "tokenAccounts": "BALANCE_CHANGED"}},
                 "transactionsStatus": {"t": {}}, "blocks": {"b": {"includeEntries": true}}, "blocksMeta": {"m": {}},
                 "entry": {"e": {}}, "commitment": "CONFIRMED",
                 "accountsDataSlice": [{"offset": "32", "length": "8"}], "ping": {"id": -3},
                 "fromSlot": "361774429"}""")).isEqualTo(EVERYTHING);
    }

    @Test
    void readsTheSchemasNamesWithPlainNumbers() throws Exception {
        assertThat(SubscribeRequests.fromJson("""
                {"accounts": {"a": {"account": ["A"], "nonempty_txn_signature": false, "filters": [
                    {"memcmp": {"offset": 18446744073709551615, "bytes": "AQL_"}}, {"datasize": 165}]}},
                 "slots": {"s": {"filter_by_commitment": true}},
                 "transactions": {"": {"vote": false, "account_include": ["B"], "token_accounts": 1}},
                 "transactions_status": {"t": {}}, "blocks": {"b": {"include_entries": true}}, "blocks_meta": {"m": {}},
                 "entry": {"e": {}}, "commitment": 1, "accounts_data_slice": [{"offset": 32, "length": 8}],
                 "ping": {"id": -3}, "from_slot": 361774429}""")).isEqualTo(EVERYTHING);
    }

    @Test
    void readsWhatItWroteItself() throws Exception {
        assertThat(SubscribeRequests.fromJson(JsonFormat.printer().print(EVERYTHING)))
                .isEqualTo(EVERYTHING);
        assertThat(SubscribeRequests.toJson(EVERYTHING)).doesNotContain("\n");
        assertThat(SubscribeRequests.fromJson(SubscribeRequests.toJson(EVERYTHING)))
                .isEqualTo(EVERYTHING);
    }

    @Test
    void keepsTheOrderOfNames() throws Exception {
        assertThat(SubscribeRequests.fromJson("{\"slots\": {\"z\": {}, \"a\": {}, \"m\": {}}}")
                        .getSlotsMap()
                        .keySet())
                .containsExactly("z", "a", "m");
    }

    @Test
    void keepsAnUnknownCommitmentForTheValidatorToRefuse() throws Exception {
        assertThat(SubscribeRequests.fromJson("{\"commitment\": 7}").getCommitmentValue())
                .isEqualTo(7);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"entries": {"e": {}}}                                  | unknown key "entries", did you mean "entry"?
            {"blockMeta": {}}                                       | unknown key "blockMeta", did you mean "blocksMeta"?
            {"transactions": {"p": {"acount_include": ["x"]}}}      | transactions["p"]: unknown key "acount_include", did you mean "accountInclude"?
            {"transactions": {"p": {"x": 1}}}                       | transactions["p"]: unknown key "x"; known are vote, failed, signature, accountInclude, accountExclude, accountRequired, cuckooAccountInclude, tokenAccounts
            {"entry": {"e": {"all": true}}}                         | entry["e"]: unknown key "all"; there are no keys here
            {"slots": {"ok": {}, "bad": {"filter": true}}}          | slots["bad"]: unknown key "filter"; known are filterByCommitment, interslotUpdates
            {"accounts": {"a": {"filters": [{"datasize": 1}, {"lamports": {"eqq": 1}}]}}} | accounts["a"].filters[1].lamports: unknown key "eqq", did you mean "eq"?
            """)
    void namesAnUnknownKeyItsPlaceAndTheNearest(String json, String message) {
        assertThatThrownBy(() -> SubscribeRequests.fromJson(json))
                .isInstanceOf(RequestJsonException.class)
                .hasMessage(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"transactions": {"p": {"vote": "maybe"}}}              | transactions["p"].vote
            {"transactions": {"p": {"accountInclude": "x"}}}        | transactions["p"].accountInclude
            {"transactions": {"p": {"accountInclude": ["x", {}]}}}  | transactions["p"].accountInclude[1]
            {"transactions": {"p": {"tokenAccounts": "SOME"}}}      | transactions["p"].tokenAccounts
            {"transactions": {"p": 1}}                              | transactions["p"]
            {"transactions": {"p": null}}                           | transactions["p"]
            {"transactions": {"p": {}, "q": []}}                    | transactions["q"]
            {"transactions": []}                                    | transactions
            {"slots": {"a.b\\"c": {"interslotUpdates": 1}}}         | slots["a.b"c"].interslotUpdates
            {"commitment": "RECENT"}                                | commitment
            {"fromSlot": -1}                                        | fromSlot
            {"fromSlot": "18446744073709551616"}                    | fromSlot
            {"fromSlot": 1.5}                                       | fromSlot
            {"ping": {"id": 2147483648}}                            | ping.id
            {"accountsDataSlice": [{"offset": 1}, {"offset": "x"}]} | accountsDataSlice[1].offset
            {"accounts": {"a": {"filters": [{"memcmp": {"bytes": "*"}}]}}} | accounts["a"].filters[0].memcmp.bytes
            {"accounts": {"a": {"filters": [{"datasize": 1, "tokenAccountState": true}]}}} | accounts["a"].filters[0]
            """)
    void namesThePlaceOfABadValue(String json, String place) {
        assertThatThrownBy(() -> SubscribeRequests.fromJson(json))
                .isInstanceOf(RequestJsonException.class)
                .message()
                .startsWith(place + ": ")
                .hasSizeGreaterThan(place.length() + 2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                  | a request is a JSON object such as {"slots": {"mine": {}}}, found []
            `"slots"`                           | a request is a JSON object such as {"slots": {"mine": {}}}, found "slots"
            ``                                  | no JSON: the text is empty
            {"slots": {                         | the JSON ends too early
            {} {}                               | not JSON: unexpected character at line 1 column 5 path $
            {"slots": {"a": {}, "a": {}}}       | the key "a" comes twice in one object, at $.slots.a
            {"fromSlot": 1e999999999}           | the number 1e999999999 fits no field, at $.fromSlot
            """)
    void saysWhatIsWrongWithTheTextItself(String json, String message) {
        assertThatThrownBy(() -> SubscribeRequests.fromJson(json))
                .isInstanceOf(RequestJsonException.class)
                .hasMessage(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'slots': {}}
            {slots: {}}
            {"slots": {}, }
            {"slots": {}} // mine
            {"commitment": CONFIRMED}
            {"fromSlot": NaN}
            """)
    void takesNoLooseJson(String json) {
        assertThatThrownBy(() -> SubscribeRequests.fromJson(json))
                .isInstanceOf(RequestJsonException.class)
                .message()
                .matches("not JSON: (unexpected character|Expected name) at line 1 column \\d+ path .*");
    }

    @Test
    void refusesDeepNestingWithoutOverflow() {
        assertThatThrownBy(() -> SubscribeRequests.fromJson("{\"slots\":" + "[".repeat(1_000_000)))
                .isInstanceOf(RequestJsonException.class)
                .message()
                .contains("nested deeper than 32");
    }
}
