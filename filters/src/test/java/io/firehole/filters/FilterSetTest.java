package io.firehole.filters;

import static io.firehole.filters.Requests.base58;
import static io.firehole.filters.Requests.compile;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterSetTest {

    private static final TransactionFacts ANY_TRANSACTION =
            TransactionFacts.of(SubscribeUpdateTransactionInfo.getDefaultInstance());
    private static final AccountFacts ANY_ACCOUNT = AccountFacts.of(SubscribeUpdateAccountInfo.getDefaultInstance());

    @Test
    void anAbsentKindIsNothingOfThatKind() {
        FilterSet empty = compile("{}");

        assertThat(empty.isEmpty()).isTrue();
        assertThat(empty.transactions(ANY_TRANSACTION)).isEmpty();
        assertThat(empty.transactionStatuses(ANY_TRANSACTION)).isEmpty();
        assertThat(empty.accounts(ANY_ACCOUNT)).isEmpty();
        assertThat(empty.slots(SlotStatus.SLOT_PROCESSED)).isEmpty();
        assertThat(empty.entries()).isEmpty();
        assertThat(empty.blocksMeta()).isEmpty();
        assertThat(empty.blocks()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"accounts", "slots", "transactions", "transactionsStatus", "entry", "blocks", "blocksMeta"})
    void oneFilterOfAnyKindIsNotEmpty(String kind) {
        assertThat(compile("{\"" + kind + "\": {\"\": {}}}").isEmpty()).isFalse();
    }

    @Test
    void aRequestWithOnlyCommitmentSlicesAndPingIsEmpty() {
        assertThat(compile("{\"commitment\": 2, \"accountsDataSlice\": [{}], \"ping\": {}, \"fromSlot\": 1}")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void eachKindHasNamesOfItsOwn() {
        FilterSet filters = compile("""
                {"accounts": {"x": {}, "": {}}, "slots": {"x": {}}, "transactions": {"": {}},
                 "transactionsStatus": {"x": {}, "y": {}}, "entry": {"x": {}, "": {}}, "blocks": {"x": {}},
                 "blocksMeta": {"y": {}, "x": {}}}""");

        assertThat(filters.accounts(ANY_ACCOUNT)).containsExactly("x", "");
        assertThat(filters.slots(SlotStatus.SLOT_CONFIRMED)).containsExactly("x");
        assertThat(filters.transactions(ANY_TRANSACTION)).containsExactly("");
        assertThat(filters.transactionStatuses(ANY_TRANSACTION)).containsExactly("x", "y");
        assertThat(filters.entries()).containsExactly("x", "");
        assertThat(filters.blocks()).containsOnlyKeys("x");
        assertThat(filters.blocksMeta()).containsExactly("y", "x");
    }

    @Test
    void aNameMayHave128BytesOfAnything() {
        String name = "\u0000é€😀".repeat(12) + "12345678"; // 12 times 1 + 2 + 3 + 4, and 8
        FilterSet filters = limitsKept(SubscribeRequest.newBuilder()
                .putSlots(name, SubscribeRequestFilterSlots.getDefaultInstance())
                .build());

        assertThat(filters.slots(SlotStatus.SLOT_PROCESSED)).containsExactly(name);
        assertThat(LimitCheck.utf8Bytes(name)).isEqualTo(128);
    }

    private static FilterSet limitsKept(SubscribeRequest request) {
        try {
            return FilterSet.compile(request, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void commitmentIsProcessedUnlessSaid() {
        assertThat(compile("{}").commitment()).isEqualTo(CommitmentLevel.PROCESSED);
        assertThat(compile("{\"commitment\": \"PROCESSED\"}").commitment()).isEqualTo(CommitmentLevel.PROCESSED);
        assertThat(compile("{\"commitment\": \"FINALIZED\"}").commitment()).isEqualTo(CommitmentLevel.FINALIZED);
    }

    @Test
    void atTheLimitEverythingIsAllowed() throws Exception {
        FilterLimits limits = FilterLimits.UNLIMITED
                .withNameBytes(0)
                .withSlotsMax(1)
                .withAccounts(FilterLimits.Accounts.UNLIMITED
                        .withMax(1)
                        .withAny(false)
                        .withAccounts(1, Set.of())
                        .withDataSliceMax(1)
                        .withCuckooBytesMax(8));

        FilterSet filters = FilterSet.compile(
                SubscribeRequests.fromJson("{\"accounts\": {\"\": {\"account\": [\"" + base58(1)
                        + "\"], \"cuckooAccountsFilter\": {\"data\": \"AAAAAAAAAAA=\"}}}, \"slots\": {\"\": {}},"
                        + " \"accountsDataSlice\": [{}]}"),
                limits);

        assertThat(filters.isEmpty()).isFalse();
    }

    @Test
    void aCuckooSetOrAnOwnerIsEnoughWhereAnyIsForbidden() throws Exception {
        FilterLimits.Transactions transactions = FilterLimits.Transactions.UNLIMITED.withAny(false);
        FilterLimits limits = FilterLimits.UNLIMITED
                .withAccounts(FilterLimits.Accounts.UNLIMITED.withAny(false))
                .withTransactions(transactions);

        for (String filter : List.of(
                "\"accounts\": {\"a\": {\"cuckooAccountsFilter\": {}}}",
                "\"accounts\": {\"a\": {\"owner\": [\"" + base58(1) + "\"]}}",
                "\"transactions\": {\"a\": {\"cuckooAccountInclude\": {}}}",
                "\"transactions\": {\"a\": {\"vote\": false}}",
                "\"transactions\": {\"a\": {\"failed\": false}}",
                "\"transactions\": {\"a\": {\"tokenAccounts\": \"ALL\"}}",
                "\"transactions\": {\"a\": {\"accountExclude\": [\"" + base58(1) + "\"]}}",
                "\"transactions\": {\"a\": {\"accountRequired\": [\"" + base58(1) + "\"]}}")) {
            assertThat(FilterSet.compile(SubscribeRequests.fromJson("{" + filter + "}"), limits)
                            .isEmpty())
                    .isFalse();
        }
    }

    private static final UnknownFieldSet NEWER = UnknownFieldSet.newBuilder()
            .addField(31, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    @Test
    void noUnknownFieldEscapes() {
        SubscribeRequest request = SubscribeRequest.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                12,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.EMPTY)
                                        .build())
                        .build())
                .putTransactions(
                        "a",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setUnknownFields(NEWER)
                                .build())
                .putTransactions(
                        "b",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setCuckooAccountInclude(
                                        CuckooFilter.newBuilder().setUnknownFields(NEWER))
                                .build())
                .putAccounts(
                        "c",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                        .setDatasize(1))
                                .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                        .setTokenAccountState(true)
                                        .setUnknownFields(NEWER))
                                .build())
                .build();

        FilterSet filters = limitsKept(request);

        assertThat(filters.hasUnknownFields()).isTrue();
        assertThat(filters.unknownFields())
                .containsExactlyInAnyOrder(
                        "12",
                        "transactions[\"a\"]: 31",
                        "transactions[\"b\"].cuckoo_account_include: 31",
                        "accounts[\"c\"].filters[1]: 31");
    }

    @Test
    void unknownFieldsSurviveTheWire() throws Exception {
        // As a client sends a filter with the field 31, whose value is the text "x".
        byte[] filter = {(byte) 0xfa, 0x01, 0x01, 'x'};
        byte[] request = {0x1a, 9, 0x0a, 1, 'n', 0x12, 4, filter[0], filter[1], filter[2], filter[3]};

        assertThat(limitsKept(SubscribeRequest.parseFrom(request)).unknownFields())
                .containsExactly("transactions[\"n\"]: 31");
    }

    @Test
    void namesNoMoreThanAFewUnknownFields() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        for (int i = 0; i < 1_000; i++) {
            request.putSlots(
                    "s" + i,
                    SubscribeRequestFilterSlots.newBuilder()
                            .setUnknownFields(NEWER)
                            .build());
        }

        assertThat(limitsKept(request.build()).unknownFields()).hasSize(16);
    }

    @Test
    void aRequestOfThisSchemaHasNoUnknownFields() {
        assertThat(compile("""
                        {"accounts": {"x": {"filters": [{"lamports": {"eq": 1}}]}}, "slots": {"x": {}},
                         "transactions": {"": {"cuckooAccountInclude": {}}}, "accountsDataSlice": [{}], "ping": {}}""").hasUnknownFields()).isFalse();
    }
}
