package io.firehole.pool.merging;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PackerTest {

    private static final int KEYS = 12;

    private static ProviderProfile allowing(Map<String, String> limits) {
        return Profiles.named("open").with(limits);
    }

    private static Packer packer(Map<String, String> limits) {
        return new Packer(StreamRules.of(allowing(limits)), List.of());
    }

    private static ByteString keyBytes(int number) {
        byte[] bytes = new byte[32];
        bytes[0] = 7;
        bytes[31] = (byte) number;
        return ByteString.copyFrom(bytes);
    }

    private static String key(int number) {
        return Base58.encode(keyBytes(number).toByteArray());
    }

    private static Filter including(int... keys) {
        SubscribeRequestFilterTransactions.Builder filter =
                SubscribeRequestFilterTransactions.newBuilder().setVote(false);
        for (int key : keys) {
            filter.addAccountInclude(key(key));
        }
        return Filter.of(FilterKind.TRANSACTIONS, filter.build());
    }

    private static Filter account(int key, long size) {
        return Filter.of(
                FilterKind.ACCOUNTS,
                SubscribeRequestFilterAccounts.newBuilder()
                        .addAccount(key(key))
                        .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                .setDatasize(size))
                        .build());
    }

    private static Packing.Packed packed(Packing packing) {
        assertThat(packing).isInstanceOf(Packing.Packed.class);
        return (Packing.Packed) packing;
    }

    @Test
    void letsEachFilterTravelByItselfAsLongAsThereIsRoom() {
        Packing.Packed packed =
                packed(packer(Map.of("transactions.max", "2")).pack(List.of(including(1), including(2))));
        assertThat(packed.fit()).isEqualTo(Packing.Fit.PLAIN);
        assertThat(packed.bundles()).extracting(Bundle::isPlain).containsExactly(true, true);
    }

    @Test
    void unitesFiltersThatDifferInTheirKeysAlone() {
        Packing.Packed packed =
                packed(packer(Map.of("transactions.max", "1")).pack(List.of(including(1), including(2, 3))));
        assertThat(packed.fit()).isEqualTo(Packing.Fit.UNITED);
        assertThat(packed.bundles()).singleElement().satisfies(bundle -> {
            assertThat(bundle.upstream()).isEqualTo(including(1, 2, 3));
            assertThat(bundle.asked()).containsExactly(including(1), including(2, 3));
        });
    }

    @Test
    void unitesNoMoreFiltersThanItMust() {
        Packing.Packed packed = packed(packer(Map.of("transactions.max", "3"))
                .pack(List.of(including(1), including(2), including(3), including(4))));
        assertThat(packed.bundles()).extracting(Bundle::isPlain).containsExactly(true, true, false);
    }

    @Test
    void keepsUnitedListsWithinTheirLimit() {
        Packer packer = packer(Map.of("transactions.max", "2", "transactions.include-max", "2"));
        assertThat(packed(packer.pack(List.of(including(1, 2), including(3), including(4))))
                        .bundles())
                .extracting(Bundle::upstream)
                .containsExactly(including(1, 2), including(3, 4));
        assertThat(packer.pack(List.of(including(1, 2), including(3, 4), including(5))))
                .isEqualTo(new Packing.Overfull("transactions.max", 2, 3));
    }

    @Test
    void takesTheInternalFiltersForSlotsAndBlockMetasWhereOnlyOneIsAllowed() {
        Filter slots = Filter.of(FilterKind.SLOTS, SubscribeRequestFilterSlots.getDefaultInstance());
        Filter meta = Filter.of(FilterKind.BLOCKS_META, SubscribeRequestFilterBlocksMeta.getDefaultInstance());
        Packing.Packed packed =
                packed(packer(Map.of("slots.max", "1", "blocks-meta.max", "1")).pack(List.of(slots, meta)));
        assertThat(packed.bundles()).isEmpty();
        assertThat(packed.slotsByEpoch()).containsExactly(slots);
        assertThat(packed.metaBySeal()).containsExactly(meta);
    }

    @Test
    void neverUnitesBlocksNorStatusesOfTransactions() {
        Filter blocks = Filter.of(FilterKind.BLOCKS, SubscribeRequestFilterBlocks.getDefaultInstance());
        Filter others = Filter.of(
                FilterKind.BLOCKS,
                SubscribeRequestFilterBlocks.newBuilder()
                        .addAccountInclude(key(1))
                        .build());
        assertThat(packer(Map.of("blocks.max", "1")).pack(List.of(blocks, others)))
                .isEqualTo(new Packing.Overfull("blocks.max", 1, 2));
        assertThat(packer(Map.of("transactions.max", "1"))
                        .pack(List.of(
                                Filter.of(
                                        FilterKind.TRANSACTIONS_STATUS,
                                        including(1).message()),
                                Filter.of(
                                        FilterKind.TRANSACTIONS_STATUS,
                                        including(2).message()))))
                .isEqualTo(new Packing.Overfull("transactions.max", 1, 2));
    }

    @Test
    void unitesConditionsOnDataThatIsCutOnlyIfTheyAreTheSame() {
        StreamRules rules = StreamRules.of(allowing(Map.of("accounts.max", "1")));
        Packer sliced = new Packer(
                rules,
                List.of(SubscribeRequestAccountsDataSlice.newBuilder()
                        .setLength(8)
                        .build()));
        assertThat(packed(sliced.pack(List.of(account(1, 165), account(2, 165))))
                        .fit())
                .isEqualTo(Packing.Fit.UNITED);
        assertThat(sliced.pack(List.of(account(1, 165), account(2, 82)))).isInstanceOf(Packing.Overfull.class);
        assertThat(packed(new Packer(rules, List.of()).pack(List.of(account(1, 165), account(2, 82))))
                        .fit())
                .isEqualTo(Packing.Fit.WIDENED);
    }

    @Test
    void namesRulesAsConfigurationDoes() {
        assertThat(packer(Map.of("request.bytes", "64")).pack(List.of(including(1, 2, 3))))
                .isInstanceOfSatisfying(
                        Packing.Overfull.class,
                        overfull -> assertThat(ProviderProfile.KEYS).contains(overfull.rule()));
    }

    @Test
    void leavesWhatWasThereWhereItWasWhenOneIsAdded() {
        Packer packer = packer(Map.of("transactions.max", "3"));
        List<Filter> filters = new ArrayList<>(List.of(including(1), including(2), including(3), including(4)));
        List<Bundle> before = packed(packer.pack(filters)).bundles();
        filters.add(including(5));
        List<Bundle> after = packed(packer.pack(filters)).bundles();
        assertThat(after.subList(0, 2)).isEqualTo(before.subList(0, 2));
    }

    /** Random accounts filters on random limits: what is packed is allowed, and brings what was asked, and if exact only that. */
    @Test
    void bringsWhateverWasAskedAndStaysWithinTheRules() throws InvalidFilterException {
        int united = 0;
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            Set<Filter> filters = new LinkedHashSet<>();
            for (int i = 1 + random.nextInt(9); i > 0; i--) {
                filters.add(randomAccounts(random));
            }
            Map<String, String> limits = Map.of(
                    "accounts.max", String.valueOf(1 + random.nextInt(6)),
                    "accounts.account-max", String.valueOf(3 + random.nextInt(8)),
                    "accounts.owner-max", String.valueOf(2 + random.nextInt(8)));
            if (packer(limits).pack(filters) instanceof Packing.Packed packed) {
                united += packed.fit() == Packing.Fit.PLAIN ? 0 : 1;
                assertBrings(seed, random, packed, filters, allowing(limits).filters());
            }
        }
        assertThat(united).isGreaterThan(500);
    }

    private static void assertBrings(
            long seed, Random random, Packing.Packed packed, Set<Filter> filters, FilterLimits limits)
            throws InvalidFilterException {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        List<Bundle> bundles = packed.bundles();
        for (int i = 0; i < bundles.size(); i++) {
            bundles.get(i).upstream().put(request, String.valueOf(i));
        }
        FilterSet upstream = FilterSet.compile(request.build(), limits);
        assertThat(bundles.stream().flatMap(bundle -> bundle.asked().stream()))
                .as("seed " + seed)
                .containsExactlyInAnyOrderElementsOf(filters);
        for (int i = 0; i < 30; i++) {
            AccountFacts account = AccountFacts.of(SubscribeUpdateAccountInfo.newBuilder()
                    .setPubkey(keyBytes(random.nextInt(KEYS)))
                    .setOwner(keyBytes(random.nextInt(4)))
                    .setData(ByteString.copyFrom(new byte[random.nextInt(3)]))
                    .build());
            List<String> came = upstream.accounts(account);
            for (int j = 0; j < bundles.size(); j++) {
                boolean wanted = false;
                for (Filter asked : bundles.get(j).asked()) {
                    wanted |= matches(asked, account);
                }
                boolean brought = came.contains(String.valueOf(j));
                assertThat(brought || !wanted).as("seed " + seed).isTrue();
                assertThat(wanted || !brought || !bundles.get(j).exact())
                        .as("seed " + seed)
                        .isTrue();
            }
        }
    }

    private static boolean matches(Filter filter, AccountFacts account) throws InvalidFilterException {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        filter.put(request, "x");
        return !FilterSet.compile(request.build(), FilterLimits.UNLIMITED)
                .accounts(account)
                .isEmpty();
    }

    private static Filter randomAccounts(Random random) {
        SubscribeRequestFilterAccounts.Builder filter = SubscribeRequestFilterAccounts.newBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            filter.addAccount(key(random.nextInt(KEYS)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            filter.addOwner(key(random.nextInt(4)));
        }
        if (random.nextInt(3) == 0) {
            filter.addFilters(SubscribeRequestFilterAccountsFilter.newBuilder().setDatasize(random.nextInt(3)));
        }
        return Filter.of(FilterKind.ACCOUNTS, filter.build());
    }
}
