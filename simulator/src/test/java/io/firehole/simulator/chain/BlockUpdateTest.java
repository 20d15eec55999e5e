package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Blocks, and accounts cut to slices. */
class BlockUpdateTest {
    /** Fee payer of many failed transactions, and an account with 165 writes of its own. */
    private static final String BUSY = "7dGrdJRYtsNR8UYxZ3TnifXGjGc9eRYLq9sELwYpuuUu";

    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final long SLOT = ChainConfig.DEFAULT.firstSlot() + 2;

    private final VirtualChain world = new VirtualChain(ChainConfig.DEFAULT.withSkipEvery(0));

    private List<SubscribeUpdate> sent(SubscribeRequest request) {
        return VirtualChain.decode(
                world.chain.match(VirtualChain.compile(request)), world.chain.played(SLOT, CommitmentLevel.CONFIRMED));
    }

    private static SubscribeRequest.Builder confirmed() {
        return SubscribeRequest.newBuilder().setCommitment(CommitmentLevel.CONFIRMED);
    }

    private static SubscribeRequestFilterBlocks.Builder whole() {
        return SubscribeRequestFilterBlocks.newBuilder()
                .setIncludeAccounts(true)
                .setIncludeEntries(true);
    }

    @Test
    void aWholeBlockHoldsWhatTheStreamHoldsInItsOrder() {
        List<SubscribeUpdate> stream = sent(VirtualChain.everything(CommitmentLevel.CONFIRMED));
        List<SubscribeUpdate> blocks =
                sent(confirmed().putBlocks("all", whole().build()).build());

        assertThat(blocks).hasSize(1);
        assertThat(blocks.get(0).getFiltersList()).containsExactly("all");
        SubscribeUpdateBlock block = blocks.get(0).getBlock();
        List<SubscribeUpdateTransactionInfo> transactions = stream.stream()
                .filter(SubscribeUpdate::hasTransaction)
                .map(update -> update.getTransaction().getTransaction())
                .toList();
        List<SubscribeUpdateAccountInfo> accounts = stream.stream()
                .filter(SubscribeUpdate::hasAccount)
                .map(update -> update.getAccount().getAccount())
                .toList();
        List<SubscribeUpdateEntry> entries = stream.stream()
                .filter(SubscribeUpdate::hasEntry)
                .map(SubscribeUpdate::getEntry)
                .toList();
        assertThat(block.getTransactionsList()).isEqualTo(transactions);
        assertThat(block.getAccountsList()).isEqualTo(accounts);
        assertThat(block.getEntries13List()).isEqualTo(entries);
        SubscribeUpdateBlockMeta meta = stream.stream()
                .filter(SubscribeUpdate::hasBlockMeta)
                .findFirst()
                .orElseThrow()
                .getBlockMeta();
        assertThat(block.getSlot()).isEqualTo(SLOT);
        assertThat(block.getBlockhash()).isEqualTo(meta.getBlockhash());
        assertThat(block.getParentSlot()).isEqualTo(meta.getParentSlot()).isEqualTo(SLOT - 1);
        assertThat(block.getParentBlockhash()).isEqualTo(meta.getParentBlockhash());
        assertThat(block.getBlockTime()).isEqualTo(meta.getBlockTime());
        assertThat(block.getBlockHeight()).isEqualTo(meta.getBlockHeight());
        assertThat(block.getRewards()).isEqualTo(meta.getRewards());
        assertThat(block.getEntriesCount12()).isEqualTo(meta.getEntriesCount()).isEqualTo(entries.size());
        assertThat(block.getExecutedTransactionCount()).isEqualTo(1_790);
        assertThat(block.getUpdatedAccountCount()).isEqualTo(1_871);
        assertThat(block.getUnknownFields().asMap()).isEmpty();
    }

    @Test
    void everyNameGetsItsOwnTrimmedBlockWithTheCountsOfTheWhole() {
        Map<String, SubscribeUpdateBlock> blocks = sent(confirmed()
                        .putBlocks("busy", whole().addAccountInclude(BUSY).build())
                        .putBlocks(
                                "counts",
                                SubscribeRequestFilterBlocks.newBuilder()
                                        .setIncludeTransactions(false)
                                        .build())
                        .putBlocks(
                                "token",
                                SubscribeRequestFilterBlocks.newBuilder()
                                        .addAccountInclude(TOKEN_PROGRAM)
                                        .build())
                        .build())
                .stream()
                .collect(Collectors.toMap(
                        update -> update.getFilters(0), SubscribeUpdate::getBlock, (a, b) -> a, TreeMap::new));

        assertThat(blocks).containsOnlyKeys("busy", "counts", "token");
        assertThat(blocks.values())
                .allMatch(block -> block.getExecutedTransactionCount() == 1_790
                        && block.getUpdatedAccountCount() == 1_871
                        && block.getEntriesCount12() > 300);
        SubscribeUpdateBlock busy = Objects.requireNonNull(blocks.get("busy"));
        assertThat(busy.getTransactionsCount()).isEqualTo(165);
        assertThat(busy.getAccountsList())
                .extracting(SubscribeUpdateAccountInfo::getPubkey)
                .containsExactly(ByteString.copyFrom(Base58.decode(BUSY)));
        assertThat(busy.getEntries13Count()).isEqualTo((int) busy.getEntriesCount12());
        assertThat(blocks.values())
                .extracting(SubscribeUpdateBlock::getTransactionsCount)
                .containsExactly(165, 0, 461);
        assertThat(blocks.values())
                .extracting(SubscribeUpdateBlock::getAccountsCount)
                .containsExactly(1, 0, 0);
    }

    @Test
    void accountsAreCutToTheStreamsSlicesAloneAndInBlocks() {
        List<SubscribeUpdate> uncut = sent(VirtualChain.everything(CommitmentLevel.CONFIRMED));
        List<SubscribeUpdate> cut = sent(VirtualChain.everything(CommitmentLevel.CONFIRMED).toBuilder()
                .addAccountsDataSlice(slice(32, 32))
                .addAccountsDataSlice(slice(64, 8))
                .addAccountsDataSlice(slice(160, 10))
                .putBlocks("all", whole().build())
                .build());

        List<SubscribeUpdateAccountInfo> expected = uncut.stream()
                .filter(SubscribeUpdate::hasAccount)
                .map(update -> update.getAccount().getAccount())
                .map(info -> info.toBuilder().setData(cut(info.getData())).build())
                .toList();
        List<SubscribeUpdate> alone =
                cut.stream().filter(SubscribeUpdate::hasAccount).toList();
        assertThat(alone.stream().map(update -> update.getAccount().getAccount()))
                .containsExactlyElementsOf(expected);
        assertThat(alone).allMatch(update -> update.getAccount().getSlot() == SLOT);
        assertThat(expected).anyMatch(info -> info.getData().size() == 50);
        assertThat(expected).anyMatch(info -> info.getData().size() == 40);
        assertThat(expected).anyMatch(info -> info.getData().isEmpty());
        assertThat(cut.stream()
                        .filter(SubscribeUpdate::hasBlock)
                        .findFirst()
                        .orElseThrow()
                        .getBlock()
                        .getAccountsList())
                .isEqualTo(expected);
    }

    private static SubscribeRequestAccountsDataSlice slice(long offset, long length) {
        return SubscribeRequestAccountsDataSlice.newBuilder()
                .setOffset(offset)
                .setLength(length)
                .build();
    }

    private static ByteString cut(ByteString data) {
        ByteString cut = data.size() < 64 ? ByteString.EMPTY : data.substring(32, 64);
        if (data.size() >= 72) {
            cut = cut.concat(data.substring(64, 72));
        }
        return data.size() >= 170 ? cut.concat(data.substring(160, 170)) : cut;
    }
}
