package io.firehole.filters;

import static io.firehole.filters.Requests.base58;
import static io.firehole.filters.Requests.bytes;
import static io.firehole.filters.Requests.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.UnknownFieldSet;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeUpdateDeshredTransactionInfo;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeshredFilterSetTest {

    /** Of key 1; 3 and 4 loaded from tables. */
    private static final TransactionFacts TRANSACTION =
            TransactionFacts.of(SubscribeUpdateDeshredTransactionInfo.newBuilder()
                    .setSignature(bytes(64, 9))
                    .setTransaction(Transaction.newBuilder()
                            .setMessage(Message.newBuilder().addAccountKeys(key(1))))
                    .addLoadedWritableAddresses(key(3))
                    .addLoadedReadonlyAddresses(key(4))
                    .build());

    private static SubscribeRequestFilterDeshredTransactions.Builder filter() {
        return SubscribeRequestFilterDeshredTransactions.newBuilder();
    }

    private static boolean matches(SubscribeRequestFilterDeshredTransactions.Builder filter) throws Exception {
        DeshredFilterSet filters = DeshredFilterSet.compile(
                SubscribeDeshredRequest.newBuilder()
                        .putDeshredTransactions("d", filter.build())
                        .build(),
                FilterLimits.UNLIMITED);
        return filters.transactions(TRANSACTION).equals(List.of("d"));
    }

    @Test
    void matchesByVoteAndStaticAndLoadedKeys() throws Exception {
        assertThat(matches(filter())).isTrue();
        assertThat(matches(filter().setVote(false))).isTrue();
        assertThat(matches(filter().setVote(true))).isFalse();
        assertThat(matches(filter().addAccountInclude(base58(7)).addAccountInclude(base58(4))))
                .isTrue();
        assertThat(matches(filter().addAccountInclude(base58(7)))).isFalse();
        assertThat(matches(filter().addAccountRequired(base58(1)).addAccountRequired(base58(3))))
                .isTrue();
        assertThat(matches(filter().addAccountRequired(base58(1)).addAccountRequired(base58(7))))
                .isFalse();
        assertThat(matches(filter().addAccountExclude(base58(7)))).isTrue();
        assertThat(matches(filter().addAccountExclude(base58(3)))).isFalse();
    }

    @Test
    void faultsCarryThePrefixOfDeshred() {
        SubscribeDeshredRequest request = SubscribeDeshredRequest.newBuilder()
                .putDeshredTransactions("d", filter().addAccountExclude("0").build())
                .build();

        InvalidFilterException refused = catchThrowableOfType(
                InvalidFilterException.class, () -> DeshredFilterSet.compile(request, FilterLimits.UNLIMITED));

        assertThat(refused.statusMessage()).isEqualTo("failed to create deshred filter: Invalid Base58 string");
        assertThat(refused.where()).isEqualTo("deshred_transactions[\"d\"].account_exclude[0]");
    }

    @Test
    void knowsWhetherItIsEmptyAndWhatItDoesNotKnow() throws Exception {
        assertThat(DeshredFilterSet.compile(SubscribeDeshredRequest.getDefaultInstance(), FilterLimits.UNLIMITED)
                        .isEmpty())
                .isTrue();
        SubscribeDeshredRequest newer = SubscribeDeshredRequest.newBuilder()
                .putSlots(
                        "s",
                        SubscribeRequestFilterSlots.newBuilder()
                                .setUnknownFields(UnknownFieldSet.newBuilder()
                                        .addField(
                                                9,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addVarint(0)
                                                        .build())
                                        .build())
                                .build())
                .build();
        DeshredFilterSet filters = DeshredFilterSet.compile(newer, FilterLimits.UNLIMITED);

        assertThat(filters.isEmpty()).isFalse();
        assertThat(filters.hasUnknownFields()).isTrue();
        assertThat(filters.unknownFields()).containsExactly("slots[\"s\"]: 9");
    }
}
