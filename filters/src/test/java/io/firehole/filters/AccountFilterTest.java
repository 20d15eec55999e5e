package io.firehole.filters;

import static io.firehole.filters.Requests.base58;
import static io.firehole.filters.Requests.bytes;
import static io.firehole.filters.Requests.compile;
import static io.firehole.filters.Requests.cuckoo;
import static io.firehole.filters.Requests.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountFilterTest {

    private static SubscribeUpdateAccountInfo.Builder account(int pubkey, int owner) {
        return SubscribeUpdateAccountInfo.newBuilder().setPubkey(key(pubkey)).setOwner(key(owner));
    }

    private static boolean matches(String filter, SubscribeUpdateAccountInfo.Builder account) {
        List<String> names =
                compile("{\"accounts\": {\"a\": " + filter + "}}").accounts(AccountFacts.of(account.build()));
        assertThat(names).isSubsetOf("a");
        return !names.isEmpty();
    }

    private static boolean stateMatches(String condition, SubscribeUpdateAccountInfo.Builder account) {
        return matches("{\"filters\": [" + condition + "]}", account);
    }

    @Test
    void anEmptyFilterMatchesEveryAccount() {
        assertThat(matches("{}", account(1, 2))).isTrue();
        assertThat(matches("{}", SubscribeUpdateAccountInfo.newBuilder())).isTrue();
    }

    @Test
    void accountAndOwnerMustBothHold() {
        String filter =
                "{\"account\": [\"" + base58(1) + "\", \"" + base58(3) + "\"], \"owner\": [\"" + base58(2) + "\"]}";

        assertThat(matches(filter, account(1, 2))).isTrue();
        assertThat(matches(filter, account(3, 2))).isTrue();
        assertThat(matches(filter, account(1, 3))).isFalse();
        assertThat(matches(filter, account(2, 2))).isFalse();
    }

    @Test
    void listOrCuckooSetSufficesButNotForTheOwner() {
        String filter = "{\"account\": [\"" + base58(1) + "\"], \"cuckooAccountsFilter\": " + cuckoo(2, 3)
                + ", \"owner\": [\"" + base58(9) + "\"]}";

        assertThat(matches(filter, account(1, 9))).isTrue();
        assertThat(matches(filter, account(3, 9))).isTrue();
        assertThat(matches(filter, account(4, 9))).isFalse();
        assertThat(matches(filter, account(3, 8))).isFalse();
    }

    @Test
    void aCuckooSetWithoutDataIsAConstraintThatNothingMeets() {
        assertThat(matches("{\"cuckooAccountsFilter\": {}}", account(1, 1))).isFalse();
        assertThat(matches("{\"account\": [\"" + base58(1) + "\"], \"cuckooAccountsFilter\": {}}", account(1, 1)))
                .isTrue();
    }

    @Test
    void anUpdateWithoutProperKeysIsInNoList() {
        SubscribeUpdateAccountInfo.Builder odd =
                SubscribeUpdateAccountInfo.newBuilder().setPubkey(bytes(31, 1)).setOwner(bytes(33, 1));

        assertThat(matches("{\"account\": [\"" + base58(1) + "\"]}", odd)).isFalse();
        assertThat(matches("{\"owner\": [\"" + base58(1) + "\"]}", odd)).isFalse();
        assertThat(matches("{\"cuckooAccountsFilter\": " + cuckoo(1) + "}", odd))
                .isFalse();
    }

    @Test
    void nonemptyTxnSignatureAsksWhetherThereIsOne() {
        SubscribeUpdateAccountInfo.Builder without = account(1, 1);
        SubscribeUpdateAccountInfo.Builder with = account(1, 1).setTxnSignature(bytes(64, 5));
        SubscribeUpdateAccountInfo.Builder empty = account(1, 1).setTxnSignature(ByteString.EMPTY);

        assertThat(matches("{\"nonemptyTxnSignature\": true}", with)).isTrue();
        assertThat(matches("{\"nonemptyTxnSignature\": true}", without)).isFalse();
        assertThat(matches("{\"nonemptyTxnSignature\": false}", with)).isFalse();
        assertThat(matches("{\"nonemptyTxnSignature\": false}", without)).isTrue();
        assertThat(matches("{\"nonemptyTxnSignature\": true}", empty)).isTrue();
    }

    @ParameterizedTest(name = "offset {0}, data of {1} bytes: {2}")
    @CsvSource({
        "0, 4, true",
        "0, 3, false",
        "0, 0, false",
        "6, 10, true",
        "6, 9, false",
        "7, 10, false",
        "10, 10, false",
        "11, 10, false",
        "2147483647, 10, false",
        "4294967296, 10, false",
        "9223372036854775807, 10, false",
        "9223372036854775808, 10, false",
        "18446744073709551612, 10, false",
        "18446744073709551615, 10, false"
    })
    void memcmpNeedsAnAccountLongEnough(String offset, int size, boolean expected) {
        String condition = "{\"memcmp\": {\"offset\": \"" + offset + "\", \"bytes\": \"BwcHBw==\"}}";

        assertThat(stateMatches(condition, account(1, 1).setData(bytes(size, 7))))
                .isEqualTo(expected);
    }

    @Test
    void memcmpComparesEveryByte() {
        SubscribeUpdateAccountInfo.Builder account =
                account(1, 1).setData(ByteString.copyFrom(new byte[] {9, 1, 2, 3, 9}));

        assertThat(stateMatches("{\"memcmp\": {\"offset\": 1, \"bytes\": \"AQID\"}}", account))
                .isTrue();
        assertThat(stateMatches("{\"memcmp\": {\"offset\": 1, \"base64\": \"AQID\"}}", account))
                .isTrue();
        assertThat(stateMatches("{\"memcmp\": {\"offset\": 1, \"base58\": \"Ldp\"}}", account))
                .isTrue();
        assertThat(stateMatches("{\"memcmp\": {\"bytes\": \"AQID\"}}", account)).isFalse();
        assertThat(stateMatches("{\"memcmp\": {\"offset\": 1, \"bytes\": \"AQIE\"}}", account))
                .isFalse();
        assertThat(stateMatches("{\"memcmp\": {\"offset\": 1, \"bytes\": \"AgID\"}}", account))
                .isFalse();
    }

    @Test
    void memcmpOfNothingAsksOnlyForTheOffset() {
        SubscribeUpdateAccountInfo.Builder account = account(1, 1).setData(bytes(5, 0));

        assertThat(stateMatches("{\"memcmp\": {\"offset\": 5, \"bytes\": \"\"}}", account))
                .isTrue();
        assertThat(stateMatches("{\"memcmp\": {\"offset\": 6, \"bytes\": \"\"}}", account))
                .isFalse();
    }

    @Test
    void memcmpTakesUpTo128Bytes() {
        String data = "AAAA".repeat(42) + "AAA=";

        assertThat(stateMatches(
                        "{\"memcmp\": {\"base64\": \"" + data + "\"}}",
                        account(1, 1).setData(bytes(128, 0))))
                .isTrue();
        assertThat(stateMatches(
                        "{\"memcmp\": {\"base64\": \"" + data + "\"}}",
                        account(1, 1).setData(bytes(127, 0))))
                .isFalse();
        assertThat(stateMatches(
                        "{\"memcmp\": {\"base58\": \"" + "1".repeat(128) + "\"}}",
                        account(1, 1).setData(bytes(128, 0))))
                .isTrue();
    }

    @Test
    void severalConditionsMustAllHold() {
        String both = "{\"memcmp\": {\"bytes\": \"AQ==\"}}, {\"memcmp\": {\"offset\": 1, \"bytes\": \"Ag==\"}}";

        assertThat(stateMatches(both, account(1, 1).setData(ByteString.copyFrom(new byte[] {1, 2}))))
                .isTrue();
        assertThat(stateMatches(both, account(1, 1).setData(ByteString.copyFrom(new byte[] {1, 3}))))
                .isFalse();
        assertThat(stateMatches(both, account(1, 1).setData(ByteString.copyFrom(new byte[] {2, 2}))))
                .isFalse();
        String range = "{\"lamports\": {\"gt\": 5}}, {\"lamports\": {\"lt\": 8}}, {\"lamports\": {\"ne\": 7}}";
        List<Long> found = new ArrayList<>();
        for (long lamports = 0; lamports < 12; lamports++) {
            if (stateMatches(range, account(1, 1).setLamports(lamports))) {
                found.add(lamports);
            }
        }
        assertThat(found).containsExactly(6L);
    }

    @ParameterizedTest(name = "datasize {0}, data of {1} bytes: {2}")
    @CsvSource({
        "5, 5, true",
        "5, 4, false",
        "5, 6, false",
        "0, 0, true",
        "0, 1, false",
        "4294967301, 5, false",
        "18446744073709551615, 5, false"
    })
    void datasizeIsExact(String datasize, int size, boolean expected) {
        assertThat(stateMatches(
                        "{\"datasize\": \"" + datasize + "\"}", account(1, 1).setData(bytes(size, 0))))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} bytes, state {1}, byte 165 {2}: {3}")
    @CsvSource({
        "165, 1, 0, true",
        "165, 2, 0, true",
        "165, 255, 0, true",
        "165, 0, 0, false",
        "164, 1, 0, false",
        "109, 1, 0, false",
        "0, 0, 0, false",
        "166, 1, 2, true",
        "166, 1, 1, false",
        "166, 1, 0, false",
        "166, 0, 2, false",
        "182, 1, 2, true",
        "354, 1, 2, true",
        "355, 1, 2, false",
        "356, 1, 2, true"
    })
    void tokenAccountStateLooksAtLengthStateAndType(int size, int state, int type, boolean expected) {
        byte[] data = new byte[size];
        if (size > 108) {
            data[108] = (byte) state;
        }
        if (size > 165) {
            data[165] = (byte) type;
        }

        assertThat(stateMatches("{\"tokenAccountState\": true}", account(1, 1).setData(ByteString.copyFrom(data))))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{1} {0} {2}: {3}")
    @CsvSource({
        "eq, 5, 5, true",
        "eq, 6, 5, false",
        "ne, 5, 5, false",
        "ne, 6, 5, true",
        "lt, 4, 5, true",
        "lt, 5, 5, false",
        "gt, 6, 5, true",
        "gt, 5, 5, false",
        "eq, 18446744073709551615, 18446744073709551615, true",
        "gt, 9223372036854775808, 9223372036854775807, true",
        "lt, 9223372036854775808, 9223372036854775807, false",
        "lt, 1, 9223372036854775808, true",
        "gt, 1, 18446744073709551615, false",
        "lt, 18446744073709551614, 18446744073709551615, true",
        "gt, 0, 0, false",
        "lt, 0, 0, false"
    })
    void lamportsAreUnsigned(String comparison, String lamports, String value, boolean expected) {
        assertThat(stateMatches(
                        "{\"lamports\": {\"" + comparison + "\": \"" + value + "\"}}",
                        account(1, 1).setLamports(Long.parseUnsignedLong(lamports))))
                .isEqualTo(expected);
    }

    @Test
    void aConditionSetToZeroIsStillACondition() {
        assertThat(stateMatches("{\"lamports\": {\"gt\": 0}}", account(1, 1))).isFalse();
        assertThat(stateMatches("{\"datasize\": 0}", account(1, 1).setData(bytes(1, 0))))
                .isFalse();
    }

    /** Below the limit filters are asked one by one, above it through an index; both must give the request's order. */
    @ParameterizedTest(name = "{0} filters")
    @ValueSource(ints = {3, KeyIndex.SCAN_MAX, KeyIndex.SCAN_MAX + 1, 40, 200})
    void namesComeInTheOrderOfTheRequest(int count) {
        StringBuilder filters = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String filter = switch (i % 6) {
                case 0 -> "{\"account\": [\"" + base58(1) + "\"]}";
                case 1 -> "{\"owner\": [\"" + base58(2) + "\"], \"account\": [\"" + base58(1) + "\"]}";
                case 2 -> "{\"account\": [\"" + base58(2) + "\"]}";
                case 3 -> "{\"account\": [\"" + base58(3) + "\"], \"cuckooAccountsFilter\": " + cuckoo(1) + "}";
                case 4 -> "{\"owner\": [\"" + base58(1) + "\"]}";
                default -> "{\"nonemptyTxnSignature\": false}";
            };
            String name = Integer.toString(7919 * i % 1000);
            filters.append(i == 0 ? "" : ", ")
                    .append("\"")
                    .append(name)
                    .append("\": ")
                    .append(filter);
            if (i % 6 != 2 && i % 6 != 4) {
                expected.add(name);
            }
        }
        FilterSet set = compile("{\"accounts\": {" + filters + "}}");

        assertThat(set.accounts(AccountFacts.of(account(1, 2).build()))).isEqualTo(expected);
        assertThat(set.accounts(AccountFacts.of(account(1, 2).build()))).isEqualTo(expected);
    }
}
