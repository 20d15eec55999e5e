package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Of several faults the first in the reference's order is the one reported: all are made, then taken away in turn. */
class CheckingOrderTest {

    private static final String KEY = "So11111111111111111111111111111111111111112";
    private static final String OTHER = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final String MAX = "Max amount of filters/data_slices reached, only %d allowed";
    private static final String KEYS = "Max amount of Pubkeys reached, only %d allowed";
    private static final String ANY =
            "Subscribe on full stream with `any` is not allowed, at least one filter required";
    private static final String SIZE = "String is the wrong size";
    private static final String BASE58 = "Invalid Base58 string";
    private static final CuckooFilter CUCKOO =
            CuckooFilter.newBuilder().setData(ByteString.copyFrom(new byte[16])).build();
    private static final FilterLimits OPEN = FilterLimits.UNLIMITED;

    /** A fault's text and how to take it away. */
    private record Fault<B>(String reason, Consumer<B> mend) {}

    private interface Compiler<B> {
        void compile(B builder) throws InvalidFilterException;
    }

    private static <B> void assertReportedInOrder(B builder, List<Fault<B>> faults, Compiler<B> compiler) {
        for (Fault<B> fault : faults) {
            InvalidFilterException refused =
                    catchThrowableOfType(InvalidFilterException.class, () -> compiler.compile(builder));
            assertThat(refused).as(fault.reason).isNotNull().hasMessage(fault.reason);
            fault.mend.accept(builder);
        }
        assertThatCode(() -> compiler.compile(builder)).doesNotThrowAnyException();
    }

    private static String name(int bytes) {
        return "n".repeat(bytes);
    }

    private static String oversized(int bytes) {
        return "oversized filter name (max allowed size 128), found " + bytes;
    }

    @Test
    void kindsAreCheckedInTheReferencesOrderThenCommitmentThenSlices() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder()
                .addAccountsDataSlice(
                        SubscribeRequestAccountsDataSlice.newBuilder().setOffset(1))
                .addAccountsDataSlice(SubscribeRequestAccountsDataSlice.newBuilder())
                .setCommitmentValue(9)
                .putBlocksMeta(name(135), SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .putBlocks(name(134), SubscribeRequestFilterBlocks.getDefaultInstance())
                .putEntry(name(133), SubscribeRequestFilterEntry.getDefaultInstance())
                .putTransactionsStatus(name(132), SubscribeRequestFilterTransactions.getDefaultInstance())
                .putTransactions(name(131), SubscribeRequestFilterTransactions.getDefaultInstance())
                .putSlots(name(130), SubscribeRequestFilterSlots.getDefaultInstance())
                .putAccounts(name(129), SubscribeRequestFilterAccounts.getDefaultInstance());

        assertReportedInOrder(
                request,
                List.of(
                        new Fault<>(oversized(129), SubscribeRequest.Builder::clearAccounts),
                        new Fault<>(oversized(130), SubscribeRequest.Builder::clearSlots),
                        new Fault<>(oversized(131), SubscribeRequest.Builder::clearTransactions),
                        new Fault<>(oversized(132), SubscribeRequest.Builder::clearTransactionsStatus),
                        new Fault<>(oversized(133), SubscribeRequest.Builder::clearEntry),
                        new Fault<>(oversized(134), SubscribeRequest.Builder::clearBlocks),
                        new Fault<>(oversized(135), SubscribeRequest.Builder::clearBlocksMeta),
                        new Fault<>(
                                "failed to create CommitmentLevel from 9", SubscribeRequest.Builder::clearCommitment),
                        new Fault<>(
                                "failed to create filter: data slices out of order",
                                SubscribeRequest.Builder::clearAccountsDataSlice)),
                builder -> FilterSet.compile(builder.build(), OPEN));
    }

    @Test
    void theNumberOfFiltersIsCheckedBeforeAnyOfThem() {
        SubscribeRequest request = SubscribeRequest.newBuilder()
                .putSlots(name(200), SubscribeRequestFilterSlots.getDefaultInstance())
                .putSlots("fine", SubscribeRequestFilterSlots.getDefaultInstance())
                .build();

        InvalidFilterException refused = catchThrowableOfType(
                InvalidFilterException.class, () -> FilterSet.compile(request, OPEN.withSlotsMax(1)));

        assertThat(refused).hasMessage(MAX, 1);
    }

    @Test
    void filtersOfOneKindAreCheckedInTheOrderOfTheRequest() {
        SubscribeRequest request = SubscribeRequest.newBuilder()
                .putTransactions(
                        "z",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountRequired("0")
                                .build())
                .putTransactions(
                        "a",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountInclude("1")
                                .build())
                .build();

        InvalidFilterException refused =
                catchThrowableOfType(InvalidFilterException.class, () -> FilterSet.compile(request, OPEN));

        assertThat(refused).hasMessage(BASE58);
        assertThat(refused.where()).isEqualTo("transactions[\"z\"].account_required[0]");
    }

    /** A filter under one name, which can be changed and renamed. */
    private static final class Named<F> {
        String name = CheckingOrderTest.name(129);
        F filter;

        Named(F filter) {
            this.filter = filter;
        }
    }

    @Test
    void anAccountsFilterIsCheckedFromAnyToCuckoo() {
        FilterLimits limits = OPEN.withAccounts(FilterLimits.Accounts.UNLIMITED
                .withAny(false)
                .withAccounts(2, Set.of())
                .withOwners(3, Set.of())
                .withCuckooBytesMax(8));
        Named<SubscribeRequestFilterAccounts.Builder> named = new Named<>(SubscribeRequestFilterAccounts.newBuilder()
                .addFilters(SubscribeRequestFilterAccountsFilter.getDefaultInstance()));

        assertReportedInOrder(
                named,
                List.of(
                        new Fault<>(
                                ANY,
                                n -> n.filter
                                        .setCuckooAccountsFilter(CUCKOO)
                                        .addAllAccount(List.of("0", KEY, KEY))
                                        .addAllOwner(List.of("1", KEY, KEY, KEY))),
                        new Fault<>(
                                String.format(KEYS, 2),
                                n -> n.filter.clearAccount().addAccount("0")),
                        new Fault<>(
                                String.format(KEYS, 3),
                                n -> n.filter.clearOwner().addOwner("1")),
                        new Fault<>(oversized(129), n -> n.name = name(128)),
                        new Fault<>(BASE58, n -> n.filter.clearAccount().addAccount(KEY)),
                        new Fault<>(SIZE, n -> n.filter.clearOwner().addOwner(KEY)),
                        new Fault<>("filter should be defined", n -> n.filter.clearFilters()),
                        new Fault<>(String.format(MAX, 8), n -> n.filter.clearCuckooAccountsFilter())),
                n -> FilterSet.compile(
                        SubscribeRequest.newBuilder()
                                .putAccounts(n.name, n.filter.build())
                                .build(),
                        limits));
    }

    @Test
    void aTransactionsFilterIsCheckedFromAnyToTokenAccounts() {
        FilterLimits.Transactions strict = FilterLimits.Transactions.UNLIMITED
                .withAny(false)
                .withInclude(2, Set.of(PublicKey.ofWords(0, 0, 0, 0)))
                .withExcludeMax(3)
                .withRequiredMax(4)
                .withCuckooBytesMax(8);
        FilterLimits limits = OPEN.withTransactions(strict).withTransactionsStatus(strict);
        for (FilterKind kind : List.of(FilterKind.TRANSACTIONS, FilterKind.TRANSACTIONS_STATUS)) {
            Named<SubscribeRequestFilterTransactions.Builder> named =
                    new Named<>(SubscribeRequestFilterTransactions.newBuilder().setSignature("0"));
            assertReportedInOrder(
                    named,
                    List.of(
                            new Fault<>(
                                    ANY,
                                    n -> n.filter
                                            .setTokenAccountsValue(5)
                                            .setCuckooAccountInclude(CUCKOO)
                                            .addAllAccountInclude(List.of("0", KEY, KEY))
                                            .addAllAccountExclude(List.of("0", KEY, KEY, KEY))
                                            .addAllAccountRequired(List.of("1", KEY, KEY, KEY, KEY))),
                            new Fault<>(
                                    String.format(KEYS, 2),
                                    n -> n.filter.clearAccountInclude().addAccountInclude("0")),
                            new Fault<>(
                                    String.format(KEYS, 3),
                                    n -> n.filter.clearAccountExclude().addAccountExclude("1")),
                            new Fault<>(
                                    String.format(KEYS, 4),
                                    n -> n.filter.clearAccountRequired().addAccountRequired("0")),
                            new Fault<>(String.format(MAX, 8), n -> n.filter.clearCuckooAccountInclude()),
                            new Fault<>(oversized(129), n -> n.name = ""),
                            new Fault<>("failed to decode string to signature", n -> n.filter.clearSignature()),
                            new Fault<>(
                                    BASE58, n -> n.filter.clearAccountInclude().addAccountInclude("1".repeat(32))),
                            new Fault<>(
                                    "Pubkey " + "1".repeat(32) + " in filters is not allowed",
                                    n -> n.filter.clearAccountInclude().addAccountInclude(KEY)),
                            new Fault<>(
                                    SIZE, n -> n.filter.clearAccountExclude().addAccountExclude(OTHER)),
                            new Fault<>(BASE58, n -> n.filter.clearAccountRequired()),
                            new Fault<>(
                                    "invalid token_accounts mode value 5; expected ALL (0) or BALANCE_CHANGED (1)",
                                    n -> n.filter.clearTokenAccounts())),
                    n -> FilterSet.compile(
                            kind == FilterKind.TRANSACTIONS
                                    ? SubscribeRequest.newBuilder()
                                            .putTransactions(n.name, n.filter.build())
                                            .build()
                                    : SubscribeRequest.newBuilder()
                                            .putTransactionsStatus(n.name, n.filter.build())
                                            .build(),
                            limits));
        }
    }

    @Test
    void aBlocksFilterIsCheckedFromAnyToKeys() {
        FilterLimits limits = OPEN.withBlocks(FilterLimits.Blocks.UNLIMITED
                .withInclude(2, false, Set.of())
                .withContents(false, false)
                .withCuckooBytesMax(8));
        Named<SubscribeRequestFilterBlocks.Builder> named = new Named<>(SubscribeRequestFilterBlocks.newBuilder()
                .setIncludeAccounts(true)
                .setIncludeEntries(true)
                .setCuckooAccountInclude(CUCKOO));

        assertReportedInOrder(
                named,
                List.of(
                        new Fault<>(ANY, n -> n.filter.addAllAccountInclude(List.of("0", KEY, KEY))),
                        new Fault<>(
                                String.format(KEYS, 2),
                                n -> n.filter.clearAccountInclude().addAccountInclude("0")),
                        new Fault<>(
                                "`include_transactions` is not allowed", n -> n.filter.setIncludeTransactions(false)),
                        new Fault<>("`include_accounts` is not allowed", n -> n.filter.setIncludeAccounts(false)),
                        new Fault<>("`include_entries` is not allowed", n -> n.filter.clearIncludeEntries()),
                        new Fault<>(String.format(MAX, 8), n -> n.filter.clearCuckooAccountInclude()),
                        new Fault<>(oversized(129), n -> n.name = "b"),
                        new Fault<>(BASE58, n -> n.filter.clearAccountInclude().addAccountInclude(KEY))),
                n -> FilterSet.compile(
                        SubscribeRequest.newBuilder()
                                .putBlocks(n.name, n.filter.build())
                                .build(),
                        limits));
    }

    @Test
    void aDeshredRequestIsCheckedTheSameWayTransactionsBeforeSlots() {
        FilterLimits limits = OPEN.withDeshredTransactions(FilterLimits.Transactions.UNLIMITED
                        .withMax(1)
                        .withAny(false)
                        .withInclude(2, Set.of())
                        .withExcludeMax(3)
                        .withRequiredMax(4))
                .withSlotsMax(1);
        Named<SubscribeRequestFilterDeshredTransactions.Builder> named =
                new Named<>(SubscribeRequestFilterDeshredTransactions.newBuilder());
        SubscribeDeshredRequest.Builder request = SubscribeDeshredRequest.newBuilder()
                .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                .putSlots("t", SubscribeRequestFilterSlots.getDefaultInstance())
                .putDeshredTransactions("other", SubscribeRequestFilterDeshredTransactions.getDefaultInstance());

        assertReportedInOrder(
                named,
                List.of(
                        new Fault<>(String.format(MAX, 1), n -> request.clearDeshredTransactions()),
                        new Fault<>(
                                ANY,
                                n -> n.filter
                                        .addAllAccountInclude(List.of("0", KEY, KEY))
                                        .addAllAccountExclude(List.of("0", KEY, KEY, KEY))
                                        .addAllAccountRequired(List.of("1", KEY, KEY, KEY, KEY))),
                        new Fault<>(
                                String.format(KEYS, 2),
                                n -> n.filter.clearAccountInclude().addAccountInclude("0")),
                        new Fault<>(
                                String.format(KEYS, 3),
                                n -> n.filter.clearAccountExclude().addAccountExclude("1")),
                        new Fault<>(
                                String.format(KEYS, 4),
                                n -> n.filter.clearAccountRequired().addAccountRequired("0")),
                        new Fault<>(oversized(129), n -> n.name = "d"),
                        new Fault<>(BASE58, n -> n.filter.clearAccountInclude()),
                        new Fault<>(SIZE, n -> n.filter.clearAccountExclude()),
                        new Fault<>(BASE58, n -> n.filter.clearAccountRequired().setVote(false)),
                        new Fault<>(String.format(MAX, 1), n -> request.removeSlots("t"))),
                n -> {
                    SubscribeDeshredRequest built = request.clone()
                            .putDeshredTransactions(n.name, n.filter.build())
                            .build();
                    DeshredFilterSet.compile(built, limits);
                });
    }
}
