package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.capture.CaptureException;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.TokenAccountExpansionControlFlag;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FilterUnionTest {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));
    private static final int GROUPS = IN_CI ? 5_000 : 500;
    private static final int UPDATES_EACH = 60;
    private static final long SEED = 2_026;

    private static final String A = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";
    private static final String B = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8";
    private static final String C = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

    private static List<SubscribeUpdateTransactionInfo> transactions = List.of();
    private static List<SubscribeUpdateAccountInfo> accounts = List.of();

    @BeforeAll
    static void readTheRecording() throws CaptureException {
        RecordedUpdates recorded = RecordedUpdates.read();
        transactions = recorded.transactions();
        accounts = recorded.accounts();
    }

    @Test
    void matchesEveryTransactionThatOneOfThemMatches() throws Exception {
        int unions = 0;
        int matched = 0;
        for (long seed = SEED; seed < SEED + GROUPS; seed++) {
            Random random = new Random(seed);
            List<SubscribeRequestFilterTransactions> group =
                    some(random, requests(random).getTransactionsMap().values());
            Optional<SubscribeRequestFilterTransactions> union = FilterUnion.ofTransactions(group);
            if (union.isEmpty()) {
                continue;
            }
            unions++;
            FilterSet one = transactions(List.of(union.get()));
            FilterSet several = transactions(group);
            for (int i = 0; i < UPDATES_EACH; i++) {
                TransactionFacts facts = TransactionFacts.of(transactions.get(random.nextInt(transactions.size())));
                if (!several.transactions(facts).isEmpty()) {
                    matched++;
                    assertThat(one.transactions(facts))
                            .as("seed %s: the union %s of %s", seed, union.get(), group)
                            .isNotEmpty();
                }
            }
        }
        assertThat(unions).as("unions looked at").isGreaterThan(GROUPS / 5);
        assertThat(matched).as("updates that matched").isGreaterThan(GROUPS);
    }

    @Test
    void matchesEveryAccountThatOneOfThemMatches() throws Exception {
        int unions = 0;
        int matched = 0;
        for (long seed = SEED; seed < SEED + GROUPS; seed++) {
            Random random = new Random(seed);
            List<SubscribeRequestFilterAccounts> group =
                    some(random, requests(random).getAccountsMap().values());
            Optional<SubscribeRequestFilterAccounts> union = FilterUnion.ofAccounts(group);
            if (union.isEmpty()) {
                continue;
            }
            unions++;
            FilterSet one = accounts(List.of(union.get()));
            FilterSet several = accounts(group);
            for (SubscribeUpdateAccountInfo account : accounts) {
                AccountFacts facts = AccountFacts.of(account);
                if (!several.accounts(facts).isEmpty()) {
                    matched++;
                    assertThat(one.accounts(facts))
                            .as("seed %s: the union %s of %s", seed, union.get(), group)
                            .isNotEmpty();
                }
            }
        }
        assertThat(unions).as("unions looked at").isGreaterThan(GROUPS / 10);
        assertThat(matched).as("updates that matched").isGreaterThan(GROUPS / 5);
    }

    @Test
    void matchesEverySlotStatusThatOneOfThemMatches() throws Exception {
        for (long seed = SEED; seed < SEED + GROUPS; seed++) {
            Random random = new Random(seed);
            List<SubscribeRequestFilterSlots> group =
                    some(random, requests(random).getSlotsMap().values());
            FilterSet one = slots(List.of(FilterUnion.ofSlots(group)));
            FilterSet several = slots(group);
            for (SlotStatus status : SlotStatus.values()) {
                if (status != SlotStatus.UNRECOGNIZED && !several.slots(status).isEmpty()) {
                    assertThat(one.slots(status))
                            .as("seed %s: %s of %s", seed, status, group)
                            .isNotEmpty();
                }
            }
        }
    }

    @Test
    void putsListsTogetherAndKeepsWhatAllSay() {
        assertThat(FilterUnion.ofTransactions(List.of(
                        transaction()
                                .setVote(false)
                                .setFailed(false)
                                .addAccountInclude(A)
                                .build(),
                        transaction()
                                .setVote(false)
                                .addAccountInclude(B)
                                .addAccountExclude(C)
                                .build())))
                .contains(transaction()
                        .setVote(false)
                        .addAccountInclude(A)
                        .addAccountInclude(B)
                        .build());
    }

    @Test
    void takesARequiredKeyWhereThereIsNoList() {
        assertThat(FilterUnion.ofTransactions(List.of(
                        transaction().addAccountInclude(A).build(),
                        transaction()
                                .addAccountRequired(B)
                                .addAccountRequired(A)
                                .build(),
                        transaction()
                                .addAccountRequired(C)
                                .addAccountRequired(B)
                                .build())))
                .contains(
                        transaction().addAccountInclude(A).addAccountInclude(C).build());
    }

    @Test
    void looksAtTheMostKeysAndForgetsExclusionsThatLookedAtFewer() {
        SubscribeRequestFilterTransactions plain =
                transaction().addAccountInclude(A).addAccountExclude(C).build();
        SubscribeRequestFilterTransactions owners = plain.toBuilder()
                .setTokenAccounts(TokenAccountExpansionControlFlag.BALANCE_CHANGED)
                .build();
        assertThat(FilterUnion.ofTransactions(List.of(plain, owners)))
                .contains(owners.toBuilder().clearAccountExclude().build());
        assertThat(FilterUnion.ofTransactions(List.of(owners, owners))).contains(owners);
    }

    @Test
    void isNoneWhereOnlyEverythingWouldDo() {
        assertThat(FilterUnion.ofTransactions(List.of(
                        transaction().addAccountInclude(A).build(),
                        transaction().setVote(false).build())))
                .isEmpty();
        assertThat(FilterUnion.ofAccounts(List.of(
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount(A)
                                .build(),
                        SubscribeRequestFilterAccounts.newBuilder().addOwner(B).build())))
                .isEmpty();
    }

    private static SubscribeRequestFilterTransactions.Builder transaction() {
        return SubscribeRequestFilterTransactions.newBuilder();
    }

    private static SubscribeRequest requests(Random random) {
        return new RandomRequests(random, transactions, accounts).next();
    }

    /** One to three of them. */
    private static <F> List<F> some(Random random, Collection<F> filters) {
        return filters.stream().limit(1 + random.nextInt(3)).toList();
    }

    private static FilterSet transactions(List<SubscribeRequestFilterTransactions> filters) throws Exception {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        filters.forEach(filter -> request.putTransactions("f" + request.getTransactionsCount(), filter));
        return FilterSet.compile(request.build(), FilterLimits.UNLIMITED);
    }

    private static FilterSet accounts(List<SubscribeRequestFilterAccounts> filters) throws Exception {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        filters.forEach(filter -> request.putAccounts("f" + request.getAccountsCount(), filter));
        return FilterSet.compile(request.build(), FilterLimits.UNLIMITED);
    }

    private static FilterSet slots(List<SubscribeRequestFilterSlots> filters) throws Exception {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        filters.forEach(filter -> request.putSlots("f" + request.getSlotsCount(), filter));
        return FilterSet.compile(request.build(), FilterLimits.UNLIMITED);
    }
}
