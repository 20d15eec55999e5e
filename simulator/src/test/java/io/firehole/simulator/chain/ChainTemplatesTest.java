package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other recordings than the built-in ones. */
class ChainTemplatesTest {
    private static final long RECORDED = 5_000;

    @TempDir
    private Path folder;

    private Path capture(String name, List<SubscribeUpdate> updates) throws IOException {
        Path file = folder.resolve(name);
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (SubscribeUpdate update : updates) {
                byte[] message = update.toByteArray();
                out.writeInt(message.length);
                out.write(message);
            }
        }
        return file;
    }

    private static SubscribeUpdate.Builder update() {
        return SubscribeUpdate.newBuilder().setCreatedAt(Timestamp.newBuilder().setSeconds(1_700_000_000L));
    }

    private static ByteString bytes(int fill, int length) {
        return ByteString.copyFrom(new byte[length]).substring(1).concat(ByteString.copyFrom(new byte[] {(byte) fill}));
    }

    /** A transaction without signatures in it, as little as a recording can have. */
    private static SubscribeUpdate transaction(int number) {
        SubscribeUpdate.Builder update = update();
        update.getTransactionBuilder()
                .setSlot(RECORDED)
                .getTransactionBuilder()
                .setSignature(bytes(number, 64))
                .setIndex(number)
                .getTransactionBuilder()
                .getMessageBuilder()
                .addAccountKeys(bytes(number, 32));
        return update.build();
    }

    private static SubscribeUpdate account(int pubkey, int writtenBy) {
        SubscribeUpdate.Builder update = update();
        update.getAccountBuilder()
                .setSlot(RECORDED)
                .getAccountBuilder()
                .setPubkey(bytes(pubkey, 32))
                .setOwner(bytes(0, 32))
                .setTxnSignature(bytes(writtenBy, 64))
                .setWriteVersion(1);
        return update.build();
    }

    private static SubscribeUpdate entry(long index, long transactions) {
        return update().setEntry(SubscribeUpdateEntry.newBuilder()
                        .setSlot(RECORDED + 1)
                        .setIndex(index)
                        .setNumHashes(12)
                        .setExecutedTransactionCount(transactions)
                        .setHash(bytes(7, 32)))
                .build();
    }

    private static SubscribeUpdate meta(long entries) {
        SubscribeUpdate.Builder update = update();
        update.getBlockMetaBuilder().setSlot(RECORDED + 1).setEntriesCount(entries);
        return update.build();
    }

    private static List<SubscribeUpdate> play(ChainTemplates templates) {
        Chain chain = Chain.start(ChainConfig.DEFAULT.withSkipEvery(0), templates, 0, Instant.EPOCH);
        return VirtualChain.decode(
                chain.match(VirtualChain.compile(VirtualChain.everything(CommitmentLevel.PROCESSED))),
                chain.played(ChainConfig.DEFAULT.firstSlot(), CommitmentLevel.PROCESSED));
    }

    @Test
    void aRecordingOfOnesOwnIsPlayedWholeAndItsGapsAreFilled() throws IOException {
        Path file = capture(
                "own.gz", List.of(account(1, 1), transaction(1), account(1, 2), transaction(2), account(9, 99)));

        List<SubscribeUpdate> played = play(ChainTemplates.read(List.of(file)));

        assertThat(played.stream().filter(SubscribeUpdate::hasTransaction)).hasSize(2);
        assertThat(played.stream().filter(SubscribeUpdate::hasEntry))
                .as("the built-in ones")
                .hasSizeGreaterThan(300);
        List<SubscribeUpdate> accounts =
                played.stream().filter(SubscribeUpdate::hasAccount).toList();
        assertThat(accounts).hasSize(3);
        assertThat(accounts.get(2).getAccount().getAccount().hasTxnSignature())
                .as("written by a transaction that was not recorded")
                .isFalse();
        assertThat(played.stream().filter(SubscribeUpdate::hasBlockMeta))
                .allMatch(update -> update.getBlockMeta().getExecutedTransactionCount() == 2
                        && update.getBlockMeta().hasRewards());
        assertThat(played.stream()
                        .filter(SubscribeUpdate::hasEntry)
                        .mapToLong(update -> update.getEntry().getExecutedTransactionCount())
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void entriesOfOnesOwnCarryTheBuiltInTransactions() throws IOException {
        Path file = capture("entries.gz", List.of(entry(0, 3), entry(1, 0), entry(2, 1), meta(3)));

        List<SubscribeUpdate> played = play(ChainTemplates.read(List.of(file)));

        assertThat(played.stream()
                        .filter(SubscribeUpdate::hasEntry)
                        .map(update -> update.getEntry().getExecutedTransactionCount()))
                .containsExactly(1_789L, 0L, 1L);
        assertThat(played.stream().filter(SubscribeUpdate::hasTransaction)).hasSize(1_790);
    }

    @Test
    void slotsThatMissEntriesAreNotPlayed() throws IOException {
        Path file = capture("holes.gz", List.of(entry(0, 3), entry(2, 1), meta(3)));
        assertThat(ChainTemplates.read(List.of(file)).entries).hasSize(49);
    }

    @Test
    void entriesWithoutAnyTransactionGiveAllToTheLast() {
        SubscribeUpdateEntry tick = SubscribeUpdateEntry.getDefaultInstance();
        assertThat(EntryTemplate.rescaled(List.of(tick, tick), 5)).containsExactly(0, 5);
    }

    @Test
    void whatIsNoRecordingIsRefusedByName() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "not a recording");
        assertThatThrownBy(() -> ChainTemplates.read(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("notes.txt");
    }
}
