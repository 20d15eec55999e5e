package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every text with which the reference server refuses a request, and which of several faults it reports. */
class InvalidFilterTest {

    private static final String KEY = "So11111111111111111111111111111111111111112";
    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final String ANY =
            "Subscribe on full stream with `any` is not allowed, at least one filter required";
    private static final String SIZE = "String is the wrong size";
    private static final String BASE58 = "Invalid Base58 string";
    private static final String SIGNATURE_SIZE = "string decoded to wrong size for signature";
    private static final String SIGNATURE_BASE58 = "failed to decode string to signature";
    private static final String CUCKOO_16 = "{\"data\": \"AAAAAAAAAAAAAAAAAAAAAA==\"}";
    private static final FilterLimits OPEN = FilterLimits.UNLIMITED;

    /** A request, what the server allows, the reason it gives and the place we add. */
    record Refusal(String json, FilterLimits limits, String reason, String where) {
        @Override
        public String toString() {
            return reason + " <- " + (json.length() < 160 ? json : json.substring(0, 160) + "...");
        }
    }

    private static Refusal open(String json, String reason, String where) {
        return new Refusal(json, OPEN, reason, where);
    }

    private static Refusal max(String json, FilterLimits limits, String where) {
        return new Refusal(json, limits, "Max amount of filters/data_slices reached, only 1 allowed", where);
    }

    private static Refusal keys(String json, FilterLimits limits, String where) {
        return new Refusal(json, limits, "Max amount of Pubkeys reached, only 1 allowed", where);
    }

    private static Refusal any(String json, FilterLimits limits, String where) {
        return new Refusal(json, limits, ANY, where);
    }

    private static Refusal rejected(String json, FilterLimits limits, String where) {
        return new Refusal(json, limits, "Pubkey " + TOKEN_PROGRAM + " in filters is not allowed", where);
    }

    private static Refusal accountState(String filters, String reason, String where) {
        return open("{\"accounts\": {\"a\": {\"filters\": [" + filters + "]}}}", reason, "accounts[\"a\"]." + where);
    }

    static List<Refusal> names() {
        String fits = "n".repeat(126) + "é";
        String tooLong = fits + "n";
        String json = "{\"KIND\": {\"" + fits + "\": {}, \"" + tooLong + "\": {}}}";
        List<Refusal> cases = new ArrayList<>();
        for (FilterKind kind : FilterKind.values()) {
            if (kind != FilterKind.DESHRED_TRANSACTIONS) {
                cases.add(open(
                        json.replace("KIND", kind.fieldName()),
                        "oversized filter name (max allowed size 128), found 129",
                        kind.fieldName() + "[\"" + "n".repeat(64) + "...\"]"));
            }
        }
        return cases;
    }

    static List<Refusal> counts() {
        FilterLimits.Accounts accounts = FilterLimits.Accounts.UNLIMITED;
        FilterLimits.Transactions transactions = FilterLimits.Transactions.UNLIMITED;
        FilterLimits.Blocks blocks = FilterLimits.Blocks.UNLIMITED;
        String two = "{\"KIND\": {\"a\": {}, \"b\": {}}}";
        String cuckoo = "{\"KIND\": {\"a\": {\"SET\": {\"data\": \"AAA=\"}}}}";
        return List.of(
                max(two.replace("KIND", "accounts"), OPEN.withAccounts(accounts.withMax(1)), "accounts"),
                max(two.replace("KIND", "slots"), OPEN.withSlotsMax(1), "slots"),
                max(
                        two.replace("KIND", "transactions"),
                        OPEN.withTransactions(transactions.withMax(1)),
                        "transactions"),
                max(
                        two.replace("KIND", "transactionsStatus"),
                        OPEN.withTransactionsStatus(transactions.withMax(1)),
                        "transactions_status"),
                max(two.replace("KIND", "entry"), OPEN.withEntriesMax(1), "entry"),
                max(two.replace("KIND", "blocks"), OPEN.withBlocks(blocks.withMax(1)), "blocks"),
                max(two.replace("KIND", "blocksMeta"), OPEN.withBlocksMetaMax(1), "blocks_meta"),
                max(
                        "{\"accountsDataSlice\": [{\"length\": 1}, {\"offset\": 1}]}",
                        OPEN.withAccounts(accounts.withDataSliceMax(1)),
                        "accounts_data_slice"),
                max(
                        cuckoo.replace("KIND", "accounts").replace("SET", "cuckooAccountsFilter"),
                        OPEN.withAccounts(accounts.withCuckooBytesMax(1)),
                        "accounts[\"a\"]"),
                max(
                        cuckoo.replace("KIND", "transactions").replace("SET", "cuckooAccountInclude"),
                        OPEN.withTransactions(transactions.withCuckooBytesMax(1)),
                        "transactions[\"a\"]"),
                max(
                        cuckoo.replace("KIND", "transactionsStatus").replace("SET", "cuckooAccountInclude"),
                        OPEN.withTransactionsStatus(transactions.withCuckooBytesMax(1)),
                        "transactions_status[\"a\"]"),
                max(
                        cuckoo.replace("KIND", "blocks").replace("SET", "cuckooAccountInclude"),
                        OPEN.withBlocks(blocks.withCuckooBytesMax(1)),
                        "blocks[\"a\"]"));
    }

    static List<Refusal> keyLists() {
        Set<PublicKey> none = Set.of();
        Set<PublicKey> reject = Set.of(key(TOKEN_PROGRAM));
        FilterLimits.Accounts accounts = FilterLimits.Accounts.UNLIMITED;
        FilterLimits.Transactions transactions = FilterLimits.Transactions.UNLIMITED;
        FilterLimits.Blocks blocks = FilterLimits.Blocks.UNLIMITED;
        // The same key twice: the list is counted as it was sent.
        String two = "{\"KIND\": {\"a\": {\"LIST\": [\"" + KEY + "\", \"" + KEY + "\"]}}}";
        String second = "{\"KIND\": {\"a\": {\"LIST\": [\"" + KEY + "\", \"" + TOKEN_PROGRAM + "\"]}}}";
        List<Refusal> cases = new ArrayList<>();
        cases.add(keys(
                of(two, "accounts", "account"),
                OPEN.withAccounts(accounts.withAccounts(1, none)),
                at("accounts", "account")));
        cases.add(keys(
                of(two, "accounts", "owner"),
                OPEN.withAccounts(accounts.withOwners(1, none)),
                at("accounts", "owner")));
        cases.add(rejected(
                of(second, "accounts", "account"),
                OPEN.withAccounts(accounts.withAccounts(9, reject)),
                at("accounts", "account[1]")));
        cases.add(rejected(
                of(second, "accounts", "owner"),
                OPEN.withAccounts(accounts.withOwners(9, reject)),
                at("accounts", "owner[1]")));
        for (String kind : List.of("transactions", "transactions_status")) {
            cases.add(keys(
                    of(two, kind, "account_include"),
                    both(transactions.withInclude(1, none)),
                    at(kind, "account_include")));
            cases.add(keys(
                    of(two, kind, "account_exclude"),
                    both(transactions.withExcludeMax(1)),
                    at(kind, "account_exclude")));
            cases.add(keys(
                    of(two, kind, "account_required"),
                    both(transactions.withRequiredMax(1)),
                    at(kind, "account_required")));
            cases.add(rejected(
                    of(second, kind, "account_include"),
                    both(transactions.withInclude(9, reject)),
                    at(kind, "account_include[1]")));
        }
        cases.add(keys(
                of(two, "blocks", "account_include"),
                OPEN.withBlocks(blocks.withInclude(1, true, none)),
                at("blocks", "account_include")));
        cases.add(rejected(
                of(second, "blocks", "account_include"),
                OPEN.withBlocks(blocks.withInclude(9, true, reject)),
                at("blocks", "account_include[1]")));
        return cases;
    }

    static List<Refusal> badKeys() {
        String json = "{\"KIND\": {\"a\": {\"LIST\": [\"" + KEY + "\", \"TEXT\"]}}}";
        List<String> lists = List.of(
                "accounts.account",
                "accounts.owner",
                "transactions.account_include",
                "transactions.account_exclude",
                "transactions.account_required",
                "transactions_status.account_include",
                "blocks.account_include");
        List<Refusal> cases = new ArrayList<>();
        for (String list : lists) {
            String kind = list.substring(0, list.indexOf('.'));
            String field = list.substring(list.indexOf('.') + 1);
            String where = at(kind, field + "[1]");
            cases.add(open(of(json, kind, field).replace("TEXT", ""), SIZE, where));
            cases.add(open(of(json, kind, field).replace("TEXT", "1".repeat(31)), SIZE, where));
            cases.add(open(of(json, kind, field).replace("TEXT", "1".repeat(33)), SIZE, where));
            cases.add(open(of(json, kind, field).replace("TEXT", "z".repeat(44)), SIZE, where));
            // Longer than any key: refused for its length, unread.
            cases.add(open(of(json, kind, field).replace("TEXT", "0".repeat(45)), SIZE, where));
            cases.add(open(of(json, kind, field).replace("TEXT", "é".repeat(23)), SIZE, where));
            cases.add(open(of(json, kind, field).replace("TEXT", "0".repeat(44)), BASE58, where));
            cases.add(open(of(json, kind, field).replace("TEXT", "é".repeat(22)), BASE58, where));
            cases.add(open(of(json, kind, field).replace("TEXT", KEY.replace('S', 'l')), BASE58, where));
            cases.add(open(of(json, kind, field).replace("TEXT", " " + KEY), BASE58, where));
        }
        return cases;
    }

    static List<Refusal> signatures() {
        String json = "{\"KIND\": {\"a\": {\"signature\": \"TEXT\"}}}";
        List<Refusal> cases = new ArrayList<>();
        for (String kind : List.of("transactions", "transactions_status")) {
            String here = json.replace("KIND", kind);
            String where = at(kind, "signature");
            cases.add(open(here.replace("TEXT", ""), SIGNATURE_SIZE, where));
            cases.add(open(here.replace("TEXT", "1".repeat(63)), SIGNATURE_SIZE, where));
            cases.add(open(here.replace("TEXT", "1".repeat(65)), SIGNATURE_SIZE, where));
            cases.add(open(here.replace("TEXT", KEY), SIGNATURE_SIZE, where));
            cases.add(open(here.replace("TEXT", "0".repeat(89)), SIGNATURE_SIZE, where));
            cases.add(open(here.replace("TEXT", "0".repeat(88)), SIGNATURE_BASE58, where));
            cases.add(open(
                    "{\"" + kind + "\": {\"a\": {\"tokenAccounts\": 2}}}",
                    "invalid token_accounts mode value 2; expected ALL (0) or BALANCE_CHANGED (1)",
                    at(kind, "token_accounts")));
            cases.add(open(
                    "{\"" + kind + "\": {\"a\": {\"tokenAccounts\": -7}}}",
                    "invalid token_accounts mode value -7; expected ALL (0) or BALANCE_CHANGED (1)",
                    at(kind, "token_accounts")));
        }
        return cases;
    }

    static List<Refusal> emptyFilters() {
        FilterLimits accounts = OPEN.withAccounts(FilterLimits.Accounts.UNLIMITED.withAny(false));
        FilterLimits transactions = both(FilterLimits.Transactions.UNLIMITED.withAny(false));
        FilterLimits blocks =
                OPEN.withBlocks(FilterLimits.Blocks.UNLIMITED.withInclude(FilterLimits.NO_LIMIT, false, Set.of()));
        String signature = "1".repeat(64);
        return List.of(
                any("{\"accounts\": {\"a\": {}}}", accounts, "accounts[\"a\"]"),
                any(
                        "{\"accounts\": {\"a\": {\"filters\": [{\"datasize\": 1}], \"nonemptyTxnSignature\": true}}}",
                        accounts,
                        "accounts[\"a\"]"),
                any("{\"transactions\": {\"a\": {}}}", transactions, "transactions[\"a\"]"),
                any(
                        "{\"transactions\": {\"a\": {\"signature\": \"" + signature + "\"}}}",
                        transactions,
                        "transactions[\"a\"]"),
                any("{\"transactionsStatus\": {\"a\": {}}}", transactions, "transactions_status[\"a\"]"),
                any("{\"blocks\": {\"a\": {}}}", blocks, "blocks[\"a\"]"),
                any(
                        "{\"blocks\": {\"a\": {\"includeTransactions\": false, \"cuckooAccountInclude\": " + CUCKOO_16
                                + "}}}",
                        blocks,
                        "blocks[\"a\"]"));
    }

    static List<Refusal> accountStates() {
        String tooLong = "1".repeat(129);
        return List.of(
                accountState("{\"datasize\": 1},".repeat(4) + "{}", "Too many filters provided; max 4", "filters"),
                accountState("{\"memcmp\": {\"base58\": \"" + "1".repeat(176) + "\"}}", "data too large", "filters[0]"),
                // The text is short enough, what it stands for is not.
                accountState("{\"memcmp\": {\"base58\": \"" + tooLong + "\"}}", "data too large", "filters[0]"),
                accountState("{\"memcmp\": {\"base58\": \"0\"}}", "invalid base58", "filters[0]"),
                accountState("{\"memcmp\": {\"base58\": \"" + "0".repeat(175) + "\"}}", "invalid base58", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \"" + "A".repeat(173) + "\"}}", "data too large", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \"" + "A".repeat(172) + "\"}}", "data too large", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \"*\"}}", "invalid base64", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \"AQ\"}}", "invalid base64", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \"AR==\"}}", "invalid base64", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \"_w==\"}}", "invalid base64", "filters[0]"),
                accountState("{\"memcmp\": {\"base64\": \" AQ==\"}}", "invalid base64", "filters[0]"),
                accountState(
                        "{\"memcmp\": {\"bytes\": \"" + "AAAA".repeat(43) + "\"}}", "data too large", "filters[0]"),
                accountState("{\"memcmp\": {\"offset\": 1}}", "data for memcmp should be defined", "filters[0]"),
                accountState(
                        "{\"datasize\": 1}, {\"lamports\": {\"eq\": 1}}, {\"datasize\": 1}",
                        "datasize used more than once",
                        "filters[2]"),
                accountState(
                        "{\"tokenAccountState\": false}", "token_account_state only allowed to be true", "filters[0]"),
                accountState("{\"lamports\": {}}", "cmp for lamports should be defined", "filters[0]"),
                accountState("{\"datasize\": 1}, {}", "filter should be defined", "filters[1]"));
    }

    static List<Refusal> blockContents() {
        FilterLimits.Blocks blocks = FilterLimits.Blocks.UNLIMITED;
        FilterLimits noTransactions = OPEN.withBlocks(blocks.withContents(false, true));
        FilterLimits noAccounts = OPEN.withBlocks(blocks.withContents(true, false));
        String json = "{\"blocks\": {\"a\": {INCLUDE}}}";
        return List.of(
                new Refusal(
                        json.replace("INCLUDE", ""),
                        noTransactions,
                        "`include_transactions` is not allowed",
                        "blocks[\"a\"]"),
                new Refusal(
                        json.replace("INCLUDE", "\"includeTransactions\": true"),
                        noTransactions,
                        "`include_transactions` is not allowed",
                        "blocks[\"a\"]"),
                new Refusal(
                        json.replace("INCLUDE", "\"includeAccounts\": true"),
                        noAccounts,
                        "`include_accounts` is not allowed",
                        "blocks[\"a\"]"),
                // The reference's slip: entries are tested against the permission for accounts.
                new Refusal(
                        json.replace("INCLUDE", "\"includeEntries\": true"),
                        noAccounts,
                        "`include_entries` is not allowed",
                        "blocks[\"a\"]"));
    }

    static List<Refusal> streamWide() {
        String slices = "{\"accountsDataSlice\": [SLICES]}";
        String outOfOrder = "failed to create filter: data slices out of order";
        String overlapped = "failed to create filter: data slices overlapped";
        return List.of(
                open("{\"commitment\": 3}", "failed to create CommitmentLevel from 3", "commitment"),
                open("{\"commitment\": -1}", "failed to create CommitmentLevel from -1", "commitment"),
                open(
                        slices.replace("SLICES", "{\"offset\": 8, \"length\": 1}, {\"offset\": 7}"),
                        outOfOrder,
                        "accounts_data_slice[0]"),
                open(
                        slices.replace("SLICES", "{\"offset\": 8, \"length\": 2}, {\"offset\": 9, \"length\": 1}"),
                        overlapped,
                        "accounts_data_slice[1]"),
                open(
                        slices.replace("SLICES", "{\"length\": 9}, {\"offset\": 8}"),
                        overlapped,
                        "accounts_data_slice[1]"),
                // The first slice with a fault counts, and of its two faults the order.
                open(
                        slices.replace("SLICES", "{\"length\": 9}, {\"offset\": 8}, {\"offset\": 7}"),
                        outOfOrder,
                        "accounts_data_slice[1]"),
                open(
                        slices.replace("SLICES", "{\"length\": 9}, {\"offset\": 8}, {\"offset\": 10}, {\"offset\": 9}"),
                        overlapped,
                        "accounts_data_slice[1]"),
                // Unsigned, and an end beyond 2^64 is no end before the start.
                open(
                        slices.replace(
                                "SLICES",
                                "{\"offset\": \"18446744073709551615\", \"length\": 1}, {\"offset\": \"9223372036854775808\"}"),
                        outOfOrder,
                        "accounts_data_slice[0]"),
                open(
                        slices.replace(
                                "SLICES", "{\"offset\": 10, \"length\": \"18446744073709551615\"}, {\"offset\": 11}"),
                        overlapped,
                        "accounts_data_slice[1]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({
        "names",
        "counts",
        "keyLists",
        "badKeys",
        "signatures",
        "emptyFilters",
        "accountStates",
        "blockContents",
        "streamWide"
    })
    void refusesWithTheReferencesText(Refusal refusal) throws Exception {
        InvalidFilterException refused = refused(SubscribeRequests.fromJson(refusal.json), refusal.limits);

        assertThat(refused).hasMessage(refusal.reason);
        assertThat(refused.statusMessage()).isEqualTo("failed to create filter: " + refusal.reason);
        assertThat(refused.where()).isEqualTo(refusal.where);
    }

    @Test
    void theTextOfSlicesHasThePrefixTwice() throws Exception {
        SubscribeRequest request =
                SubscribeRequests.fromJson("{\"accountsDataSlice\": [{\"length\": 9}, {\"offset\": 8}]}");

        assertThat(refused(request, OPEN).statusMessage())
                .isEqualTo("failed to create filter: failed to create filter: data slices overlapped");
    }

    @Test
    void aPingsFiltersAreCheckedToo() throws Exception {
        SubscribeRequest request =
                SubscribeRequests.fromJson("{\"ping\": {\"id\": 1}, \"accounts\": {\"a\": {\"account\": [\"x\"]}}}");

        assertThat(refused(request, OPEN)).hasMessage(SIZE);
    }

    private static InvalidFilterException refused(SubscribeRequest request, FilterLimits limits) {
        InvalidFilterException refused =
                catchThrowableOfType(InvalidFilterException.class, () -> FilterSet.compile(request, limits));
        assertThat(refused).as("not refused").isNotNull();
        return refused;
    }

    private static String of(String json, String kind, String list) {
        return json.replace("KIND", kind).replace("LIST", list);
    }

    private static String at(String kind, String field) {
        return kind + "[\"a\"]." + field;
    }

    private static FilterLimits both(FilterLimits.Transactions limits) {
        return OPEN.withTransactions(limits).withTransactionsStatus(limits);
    }

    private static PublicKey key(String base58) {
        try {
            return PublicKey.parse(base58);
        } catch (InvalidFilterException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
