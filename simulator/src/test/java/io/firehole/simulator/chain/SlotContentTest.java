package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a slot is made of, compared with the recordings by a decoder that knows nothing of templates. */
class SlotContentTest {
    private static final long SLOT = ChainConfig.DEFAULT.firstSlot() + 3;
    private static final ByteString NO_SIGNATURE = ByteString.copyFrom(new byte[64]);

    private static final Map<List<Long>, List<SubscribeUpdateEntry>> RECORDED_ENTRIES = new HashMap<>();
    private static Recorded recorded;

    private final VirtualChain world = new VirtualChain(ChainConfig.DEFAULT.withSkipEvery(0));

    @BeforeAll
    static void readTheRecordings() throws IOException {
        Path data = Path.of(System.getProperty("firehole.root"), "data");
        recorded = Recorded.of(
                Capture.open(data.resolve("mainnet-361774429.capture.gz")).updates());
        for (Recorded.Entries slot : Recorded.of(Capture.open(data.resolve("mainnet-stream-2026-02.capture.gz"))
                        .updates())
                .entries()) {
            RECORDED_ENTRIES.put(numHashes(slot.entries()), slot.entries());
        }
    }

    private static List<Long> numHashes(List<SubscribeUpdateEntry> entries) {
        return entries.stream().map(SubscribeUpdateEntry::getNumHashes).toList();
    }

    private List<SubscribeUpdate> slot(long slot) {
        return VirtualChain.decode(
                world.chain.match(VirtualChain.compile(VirtualChain.everything(CommitmentLevel.PROCESSED))),
                world.chain.played(slot, CommitmentLevel.PROCESSED));
    }

    @Test
    void everyTransactionIsTheRecordedOneUnderANewSignature() {
        List<SubscribeUpdateTransactionInfo> played = slot(SLOT).stream()
                .filter(SubscribeUpdate::hasTransaction)
                .map(update -> {
                    assertThat(update.getTransaction().getSlot()).isEqualTo(SLOT);
                    return update.getTransaction().getTransaction();
                })
                .toList();

        assertThat(played).hasSize(1_790);
        for (int i = 0; i < played.size(); i++) {
            SubscribeUpdateTransactionInfo info = played.get(i);
            SubscribeUpdateTransactionInfo template = recorded.transactions().get(i);
            assertThat(info.getSignature()).hasSize(64).isNotEqualTo(template.getSignature());
            assertThat(info.getTransaction().getSignatures(0)).isEqualTo(info.getSignature());
            assertThat(unsigned(info)).isEqualTo(unsigned(template));
        }
    }

    private static SubscribeUpdateTransactionInfo unsigned(SubscribeUpdateTransactionInfo info) {
        return info.toBuilder()
                .setSignature(NO_SIGNATURE)
                .setTransaction(info.getTransaction().toBuilder().setSignatures(0, NO_SIGNATURE))
                .build();
    }

    @Test
    void everyAccountUpdateIsTheRecordedOneUnderItsTransactionsNewSignature() {
        List<SubscribeUpdate> updates = slot(SLOT);
        List<SubscribeUpdateAccountInfo> played = updates.stream()
                .filter(SubscribeUpdate::hasAccount)
                .map(update -> update.getAccount().getAccount())
                .toList();

        assertThat(played).hasSize(2_928);
        long before = 0;
        for (int i = 0; i < played.size(); i++) {
            SubscribeUpdateAccountInfo info = played.get(i);
            SubscribeUpdateAccountInfo template = recorded.accounts().get(i);
            assertThat(info.hasTxnSignature()).isEqualTo(template.hasTxnSignature());
            assertThat(info.getWriteVersion()).isGreaterThan(before);
            before = info.getWriteVersion();
            assertThat(info.toBuilder().clearTxnSignature().clearWriteVersion().build())
                    .isEqualTo(template.toBuilder()
                            .clearTxnSignature()
                            .clearWriteVersion()
                            .build());
        }
        assertThat(updates.stream().filter(SubscribeUpdate::hasAccount))
                .allMatch(update -> update.getAccount().getSlot() == SLOT);
    }

    @Test
    void accountUpdatesComeBeforeTheTransactionThatWroteThemAndTheLeadersRewardComesLast() {
        Map<ByteString, ByteString> newByRecorded = new HashMap<>();
        Set<ByteString> seen = new HashSet<>();
        List<SubscribeUpdate> data = slot(SLOT).stream()
                .filter(update -> update.hasAccount() || update.hasTransaction() || update.hasEntry())
                .toList();
        int transaction = 0;
        int account = 0;
        for (SubscribeUpdate update : data) {
            if (update.hasTransaction()) {
                SubscribeUpdateTransactionInfo info = update.getTransaction().getTransaction();
                assertThat(seen.add(info.getSignature())).isTrue();
                newByRecorded.put(recorded.transactions().get(transaction++).getSignature(), info.getSignature());
            } else if (update.hasAccount() && update.getAccount().getAccount().hasTxnSignature()) {
                ByteString signature = update.getAccount().getAccount().getTxnSignature();
                assertThat(seen).doesNotContain(signature);
                ByteString wrote = recorded.accounts().get(account++).getTxnSignature();
                assertThat(newByRecorded).doesNotContainKey(wrote);
                // The next transaction to come is the one that wrote it.
                assertThat(wrote)
                        .isEqualTo(recorded.transactions().get(transaction).getSignature());
            }
        }
        SubscribeUpdate last = data.get(data.size() - 1);
        assertThat(last.hasAccount()).isTrue();
        assertThat(last.getAccount().getAccount().hasTxnSignature()).isFalse();
    }

    @Test
    void theStatusOfATransactionFollowsItAndSaysTheSame() {
        SubscribeUpdateTransactionInfo transaction = SubscribeUpdateTransactionInfo.getDefaultInstance();
        int statuses = 0;
        for (SubscribeUpdate update : slot(SLOT)) {
            if (update.hasTransaction()) {
                transaction = update.getTransaction().getTransaction();
            } else if (update.hasTransactionStatus()) {
                SubscribeUpdateTransactionStatus status = update.getTransactionStatus();
                assertThat(status.getSlot()).isEqualTo(SLOT);
                assertThat(status.getSignature()).isEqualTo(transaction.getSignature());
                assertThat(status.getIsVote()).isEqualTo(transaction.getIsVote());
                assertThat(status.getIndex()).isEqualTo(transaction.getIndex());
                assertThat(status.hasErr()).isEqualTo(transaction.getMeta().hasErr());
                assertThat(status.getErr()).isEqualTo(transaction.getMeta().getErr());
                statuses++;
            }
        }
        assertThat(statuses).isEqualTo(1_790);
    }

    @Test
    void theEntriesAreThoseOfOneRecordedSlotFittedToTheTransactions() {
        Set<Integer> sizes = new HashSet<>();
        for (long slot = SLOT; slot < SLOT + 30; slot++) {
            List<SubscribeUpdate> updates = slot(slot);
            List<SubscribeUpdateEntry> entries = updates.stream()
                    .filter(SubscribeUpdate::hasEntry)
                    .map(SubscribeUpdate::getEntry)
                    .toList();
            List<SubscribeUpdateEntry> template =
                    Objects.requireNonNull(RECORDED_ENTRIES.get(numHashes(entries)), "no recorded slot has these");
            sizes.add(entries.size());
            long transactions = 0;
            for (int i = 0; i < entries.size(); i++) {
                SubscribeUpdateEntry entry = entries.get(i);
                assertThat(entry.getSlot()).isEqualTo(slot);
                assertThat(entry.getIndex()).isEqualTo(i);
                assertThat(entry.getHash()).hasSize(32);
                assertThat(entry.getStartingTransactionIndex()).isEqualTo(transactions);
                assertThat(entry.getExecutedTransactionCount() > 0)
                        .isEqualTo(template.get(i).getExecutedTransactionCount() > 0);
                transactions += entry.getExecutedTransactionCount();
            }
            assertThat(transactions).isEqualTo(1_790);
            SubscribeUpdateBlockMeta meta = updates.stream()
                    .filter(SubscribeUpdate::hasBlockMeta)
                    .findFirst()
                    .orElseThrow()
                    .getBlockMeta();
            assertThat(meta.getEntriesCount()).isEqualTo(entries.size());
            assertThat(meta.getExecutedTransactionCount()).isEqualTo(1_790);
            assertThat(meta.getRewards()).isEqualTo(recorded.rewards());
            assertThat(Base58.decode(meta.getBlockhash()))
                    .isEqualTo(entries.get(entries.size() - 1).getHash().toByteArray());
        }
        assertThat(sizes).as("slots of different recorded entries").hasSizeGreaterThan(10);
    }

    @Test
    void anEntryComesBehindItsTransactions() {
        int transactions = 0;
        for (SubscribeUpdate update : slot(SLOT)) {
            if (update.hasTransaction()) {
                transactions++;
            } else if (update.hasEntry()) {
                assertThat(transactions).isEqualTo((int) (update.getEntry().getStartingTransactionIndex()
                        + update.getEntry().getExecutedTransactionCount()));
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() {
        SlotContent one = content(1);
        assertThat(content(1).block).isEqualTo(one.block);
        assertThat(content(1).entryBytes).isEqualTo(one.entryBytes);
        assertThat(content(2).block).hasSameSizeAs(one.block).isNotEqualTo(one.block);
    }

    private static SlotContent content(long seed) {
        ChainTemplates templates = ChainTemplates.builtIn();
        return SlotContent.of(SLOT, templates.block, new SlotDerivation(seed, templates));
    }

    @Test
    void noIdentityRepeatsOverHundredsOfSlots() {
        ChainTemplates templates = ChainTemplates.builtIn();
        SlotDerivation derivation = new SlotDerivation(1, templates);
        Set<ByteString> signatures = new HashSet<>();
        Set<String> blockhashes = new HashSet<>();
        long highest = 0;
        int slots = 300;
        for (long slot = SLOT; slot < SLOT + slots; slot++) {
            for (int i = 0; i < templates.block.transactions; i++) {
                signatures.add(ByteString.copyFrom(derivation.signature(slot, i), 0, 16));
            }
            for (int i = 0; i < templates.block.accounts; i++) {
                assertThat(derivation.writeVersion(slot, i)).isGreaterThan(highest);
                highest = derivation.writeVersion(slot, i);
            }
            blockhashes.add(derivation.blockhashText(slot));
        }
        assertThat(signatures).hasSize(slots * templates.block.transactions);
        assertThat(blockhashes).hasSize(slots);
    }

    @Test
    void everySlotNumberAndWriteVersionFitsItsPlace() {
        ChainTemplates templates = ChainTemplates.builtIn();
        SlotDerivation derivation = new SlotDerivation(1, templates);
        for (long slot : new long[] {ChainConfig.SLOT_MIN, 1L << 31, 1L << 32, ChainConfig.SLOT_MAX}) {
            VirtualChain.decode(
                            world.chain.match(VirtualChain.compile(VirtualChain.everything(CommitmentLevel.PROCESSED))),
                            List.of(new RingEvent.Data(
                                    slot, 0, derivation.layout(slot).size(), false, VirtualChain.START)))
                    .forEach(update -> {
                        if (update.hasAccount()) {
                            assertThat(update.getAccount().getSlot()).isEqualTo(slot);
                            assertThat(update.getAccount().getAccount().getWriteVersion())
                                    .isBetween(
                                            derivation.writeVersion(slot, 0),
                                            derivation.writeVersion(slot, templates.block.accounts - 1));
                        }
                    });
        }
    }
}
