package io.firehole.simulator.truth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.TransactionFacts;
import io.firehole.filters.tally.Identifier;
import io.firehole.filters.tally.Tally;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.ChainConfig;
import io.firehole.simulator.chain.VirtualChain;
import io.firehole.simulator.truth.TruthAnswer.Known;
import io.firehole.simulator.truth.TruthAnswer.NotFinal;
import io.firehole.simulator.truth.TruthAnswer.Refused;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The truth against what somebody counts who takes everything off the ring and filters it for himself. */
class TruthTest {
    private static final CommitmentLevel[] LEVELS = {
        CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED
    };

    private final VirtualChain world = new VirtualChain(VirtualChain.config());
    private final Chain chain = world.chain;
    private final Truth truth = new Truth(chain);

    @ParameterizedTest
    @CsvSource({"1, PROCESSED", "2, PROCESSED", "3, CONFIRMED", "4, FINALIZED"})
    void isWhatANaiveSubscriberOfTheRingCounts(long seed, CommitmentLevel level) {
        Random random = new Random(seed);
        VirtualChain.Subscriber everything = world.subscribe(withBlocks(VirtualChain.everything(level)));
        long from = ChainConfig.DEFAULT.firstSlot() + (level == CommitmentLevel.FINALIZED ? 0 : 1);
        world.passSlots(2);
        long dead = chain.killNextSlot();
        world.passSlots(3);
        long to = dead + 1;
        world.passSlots(35);
        List<SubscribeUpdate> received = everything.updates(from, to);
        Keys keys = Keys.of(received);

        for (int i = 0; i < 5; i++) {
            SubscribeRequest request = randomRequest(random, keys);
            Map<UpdateKind, Map<String, Tally>> counted = count(received, request, level, from, to);
            TruthAnswer answer = truth.expected(request, level, from, to, false);
            assertThat(answer).isInstanceOf(Known.class);
            Map<UpdateKind, Map<String, Tally>> expected = ((Known) answer).tallies();

            assertThat(expected.keySet()).isEqualTo(counted.keySet());
            counted.forEach((kind, names) -> {
                Map<String, Tally> ofKind = Objects.requireNonNull(expected.get(kind));
                assertThat(ofKind.keySet()).isEqualTo(names.keySet());
                names.forEach((name, tally) -> assertThat(sorted(Objects.requireNonNull(ofKind.get(name))))
                        .as("%s %s of %s", kind, name, request)
                        .isEqualTo(sorted(tally)));
            });
        }
    }

    private static List<String> sorted(Tally tally) {
        return tally.ids().stream().sorted().toList();
    }

    private static SubscribeRequest withBlocks(SubscribeRequest request) {
        return request.toBuilder()
                .putBlocks("blocks", SubscribeRequestFilterBlocks.getDefaultInstance())
                .build();
    }

    private static long slot(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case TRANSACTION_STATUS -> update.getTransactionStatus().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case BLOCK -> update.getBlock().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            case SLOT -> update.getSlot().getSlot();
            default -> throw new AssertionError("not asked for: " + update.getUpdateOneofCase());
        };
    }

    private static Map<UpdateKind, Map<String, Tally>> count(
            List<SubscribeUpdate> received, SubscribeRequest request, CommitmentLevel level, long from, long to) {
        FilterSet filters;
        try {
            filters = FilterSet.compile(request.toBuilder().setCommitment(level).build(), FilterLimits.UNLIMITED);
        } catch (InvalidFilterException e) {
            throw new AssertionError(e);
        }
        Map<UpdateKind, Map<String, Tally>> counts = new EnumMap<>(UpdateKind.class);
        empty(counts, UpdateKind.ACCOUNT, request.getAccountsMap());
        empty(counts, UpdateKind.SLOT, request.getSlotsMap());
        empty(counts, UpdateKind.TRANSACTION, request.getTransactionsMap());
        empty(counts, UpdateKind.TRANSACTION_STATUS, request.getTransactionsStatusMap());
        empty(counts, UpdateKind.ENTRY, request.getEntryMap());
        empty(counts, UpdateKind.BLOCK, request.getBlocksMap());
        empty(counts, UpdateKind.BLOCK_META, request.getBlocksMetaMap());
        for (SubscribeUpdate update : received) {
            if (slot(update) < from || slot(update) > to) {
                continue;
            }
            switch (update.getUpdateOneofCase()) {
                case ACCOUNT -> {
                    var info = update.getAccount().getAccount();
                    add(
                            counts,
                            UpdateKind.ACCOUNT,
                            filters.accounts(AccountFacts.of(info)),
                            Identifier.account(info.getPubkey(), info.getWriteVersion()));
                }
                case TRANSACTION -> {
                    var info = update.getTransaction().getTransaction();
                    TransactionFacts facts = TransactionFacts.of(info);
                    String id = Identifier.transaction(info.getSignature());
                    add(counts, UpdateKind.TRANSACTION, filters.transactions(facts), id);
                    add(counts, UpdateKind.TRANSACTION_STATUS, filters.transactionStatuses(facts), id);
                }
                case ENTRY ->
                    add(
                            counts,
                            UpdateKind.ENTRY,
                            filters.entries(),
                            Identifier.entry(slot(update), update.getEntry().getIndex()));
                case SLOT ->
                    add(
                            counts,
                            UpdateKind.SLOT,
                            filters.slots(update.getSlot().getStatus()),
                            Identifier.slot(slot(update), update.getSlot().getStatus()));
                case BLOCK_META ->
                    add(
                            counts,
                            UpdateKind.BLOCK_META,
                            filters.blocksMeta(),
                            Identifier.blockMeta(
                                    slot(update), update.getBlockMeta().getBlockhash()));
                case BLOCK -> {
                    for (String name : filters.blocks().keySet()) {
                        add(
                                counts,
                                UpdateKind.BLOCK,
                                List.of(name),
                                Identifier.block(slot(update), update.getBlock().getBlockhash(), name));
                    }
                }
                default -> {}
            }
        }
        return counts;
    }

    private static void empty(Map<UpdateKind, Map<String, Tally>> counts, UpdateKind kind, Map<String, ?> filters) {
        filters.keySet()
                .forEach(name ->
                        counts.computeIfAbsent(kind, any -> new TreeMap<>()).put(name, new Tally()));
    }

    private static void add(
            Map<UpdateKind, Map<String, Tally>> counts, UpdateKind kind, List<String> names, String id) {
        for (String name : names) {
            Objects.requireNonNull(Objects.requireNonNull(counts.get(kind)).get(name))
                    .add(id);
        }
    }

    /** What a random filter may ask for, so that most of them match something. */
    private record Keys(List<ByteString> transactions, List<ByteString> accounts, List<ByteString> signatures) {
        static Keys of(List<SubscribeUpdate> received) {
            return new Keys(
                    received.stream()
                            .filter(SubscribeUpdate::hasTransaction)
                            .flatMap(update -> update
                                    .getTransaction()
                                    .getTransaction()
                                    .getTransaction()
                                    .getMessage()
                                    .getAccountKeysList()
                                    .stream())
                            .toList(),
                    received.stream()
                            .filter(SubscribeUpdate::hasAccount)
                            .map(update -> update.getAccount().getAccount().getPubkey())
                            .toList(),
                    received.stream()
                            .filter(SubscribeUpdate::hasTransaction)
                            .map(update ->
                                    update.getTransaction().getTransaction().getSignature())
                            .toList());
        }
    }

    private static String any(Random random, List<ByteString> from) {
        return Base58.encode(from.get(random.nextInt(from.size())).toByteArray());
    }

    private static SubscribeRequest randomRequest(Random random, Keys keys) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            request.putTransactions("t" + i, randomTransactions(random, keys));
            request.putTransactionsStatus("s" + i, randomTransactions(random, keys));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            SubscribeRequestFilterAccounts.Builder filter = SubscribeRequestFilterAccounts.newBuilder();
            for (int key = random.nextInt(5); key > 0; key--) {
                filter.addAccount(any(random, keys.accounts));
            }
            if (random.nextInt(4) == 0) {
                filter.setNonemptyTxnSignature(random.nextBoolean());
            }
            if (random.nextInt(4) == 0) {
                filter.addFiltersBuilder().setTokenAccountState(true);
            }
            request.putAccounts("a" + i, filter.build());
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            request.putSlots(
                    "slots" + i,
                    SubscribeRequestFilterSlots.newBuilder()
                            .setInterslotUpdates(random.nextBoolean())
                            .setFilterByCommitment(random.nextInt(3) == 0)
                            .build());
        }
        if (random.nextBoolean()) {
            request.putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance());
            request.putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance());
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            request.putBlocks("b" + i, SubscribeRequestFilterBlocks.getDefaultInstance());
        }
        return request.build();
    }

    private static SubscribeRequestFilterTransactions randomTransactions(Random random, Keys keys) {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        if (random.nextInt(6) == 0) {
            return filter.setSignature(any(random, keys.signatures)).build();
        }
        for (int key = random.nextInt(4); key > 0; key--) {
            filter.addAccountInclude(any(random, keys.transactions));
        }
        if (random.nextInt(3) == 0) {
            filter.addAccountExclude(any(random, keys.transactions));
        }
        if (random.nextInt(4) == 0) {
            filter.addAccountRequired(any(random, keys.transactions));
        }
        if (random.nextInt(3) == 0) {
            filter.setVote(random.nextInt(3) == 0);
        }
        if (random.nextInt(3) == 0) {
            filter.setFailed(random.nextBoolean());
        }
        return filter.build();
    }

    @Test
    void replayableIsWhatReplayGives() {
        world.passSlots(2);
        long dead = chain.killNextSlot();
        world.passSlots(40);
        long from = ChainConfig.DEFAULT.firstSlot();
        long to = dead + 1;
        SubscribeRequest request = withBlocks(VirtualChain.everything(CommitmentLevel.PROCESSED));
        List<SubscribeUpdate> replayed = world.replayed(request, from, to);

        for (CommitmentLevel level : LEVELS) {
            Map<UpdateKind, Map<String, Tally>> counted = count(replayed, request, level, from, to);
            Known known = (Known) truth.expected(request, level, from, to, true);
            counted.forEach((kind, names) -> names.forEach((name, tally) -> {
                Tally expected = Objects.requireNonNull(
                        Objects.requireNonNull(known.tallies().get(kind)).get(name));
                assertThat(expected.count()).as(kind + " " + name).isEqualTo(tally.count());
                assertThat(expected.sha256()).isEqualTo(tally.sha256());
            }));
        }
    }

    @Test
    void aRangeThatHasNotPlayedOutIsNotFinal() {
        world.passSlots(3);
        SubscribeRequest data = SubscribeRequest.newBuilder()
                .putTransactions("t", SubscribeRequestFilterTransactions.getDefaultInstance())
                .build();
        SubscribeRequest statuses = SubscribeRequest.newBuilder()
                .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                .build();
        SubscribeRequest own = SubscribeRequest.newBuilder()
                .putSlots(
                        "s",
                        SubscribeRequestFilterSlots.newBuilder()
                                .setFilterByCommitment(true)
                                .build())
                .build();
        long processed = chain.latest(CommitmentLevel.PROCESSED).slot();

        assertThat(answer(data, CommitmentLevel.PROCESSED, processed)).isInstanceOf(Known.class);
        assertThat(answer(own, CommitmentLevel.PROCESSED, processed)).isInstanceOf(Known.class);
        assertThat(answer(statuses, CommitmentLevel.PROCESSED, processed)).isInstanceOf(NotFinal.class);
        assertThat(answer(data, CommitmentLevel.FINALIZED, processed)).isInstanceOf(NotFinal.class);
        assertThat(answer(data, CommitmentLevel.PROCESSED, processed + 3))
                .isEqualTo(new NotFinal(processed + 3, chain.knownTo(CommitmentLevel.PROCESSED)));
        world.passSlots(36);
        assertThat(answer(statuses, CommitmentLevel.PROCESSED, processed)).isInstanceOf(Known.class);
        assertThat(answer(data, CommitmentLevel.FINALIZED, processed)).isInstanceOf(Known.class);
    }

    private TruthAnswer answer(SubscribeRequest request, CommitmentLevel level, long slot) {
        return truth.expected(request, level, slot, slot, false);
    }

    @Test
    void aDyingSlotIsNotFinalBeforeItIsDead() {
        VirtualChain even = new VirtualChain(VirtualChain.config().withSkipEvery(0));
        SubscribeRequest data = SubscribeRequest.newBuilder()
                .putTransactions("t", SubscribeRequestFilterTransactions.getDefaultInstance())
                .build();
        even.passSlots(1);
        long dead = even.chain.killNextSlot();
        Truth ofEven = new Truth(even.chain);
        while (even.chain.latest(CommitmentLevel.PROCESSED).slot() < dead - 1) {
            even.pass(Duration.ofMillis(10));
        }
        assertThat(ofEven.expected(data, CommitmentLevel.PROCESSED, dead, dead, false))
                .isEqualTo(new NotFinal(dead, dead - 1));
        even.passSlots(1);
        TruthAnswer after = ofEven.expected(data, CommitmentLevel.PROCESSED, dead, dead, false);
        assertThat(after).isInstanceOf(Known.class);
        Tally tally = Objects.requireNonNull(
                Objects.requireNonNull(((Known) after).tallies().get(UpdateKind.TRANSACTION))
                        .get("t"));
        assertThat(tally.count()).isBetween(100, 1_700);
    }

    @Test
    void whatIsNoQuestionIsRefusedWithTheReason() {
        world.passSlots(2);
        long slot = chain.latest(CommitmentLevel.PROCESSED).slot();
        SubscribeRequest good = VirtualChain.everything(CommitmentLevel.PROCESSED);
        SubscribeRequest bad = SubscribeRequest.newBuilder()
                .putAccounts(
                        "a",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount("x")
                                .build())
                .build();
        assertThat(truth.expected(good, CommitmentLevel.PROCESSED, slot, slot - 1, false))
                .isInstanceOf(Refused.class);
        assertThat(truth.expected(good, CommitmentLevel.PROCESSED, 5, 6, false)).isInstanceOf(Refused.class);
        assertThat(truth.expected(bad, CommitmentLevel.PROCESSED, slot, slot, false))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).startsWith("failed to create filter: "));
    }
}
