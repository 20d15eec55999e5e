package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writing events: stopping and going on, names, signatures. */
class MatchesTest {
    private static final long SLOT = ChainConfig.DEFAULT.firstSlot() + 1;

    private final VirtualChain world = new VirtualChain(ChainConfig.DEFAULT.withSkipEvery(0));

    private Matches match(SubscribeRequest request) {
        return world.chain.match(VirtualChain.compile(request));
    }

    private record Written(UpdateKind kind, ByteString payload) {}

    @Test
    void aSinkThatStopsAfterEachMessageGetsTheSameAsOneThatTakesAll() {
        Matches matches = match(VirtualChain.everything(CommitmentLevel.PROCESSED).toBuilder()
                .putBlocks("one", SubscribeRequestFilterBlocks.getDefaultInstance())
                .putBlocks("two", SubscribeRequestFilterBlocks.getDefaultInstance())
                .build());
        List<Written> atOnce = new ArrayList<>();
        List<Written> byOne = new ArrayList<>();
        for (RingEvent event : world.chain.played(SLOT, CommitmentLevel.PROCESSED)) {
            assertThat(matches.write(event, Matches.START, sink(atOnce, true))).isEqualTo(Matches.DONE);
            for (int at = Matches.START; at != Matches.DONE; ) {
                int before = byOne.size();
                at = matches.write(event, at, sink(byOne, false));
                assertThat(byOne.size() - before).isLessThanOrEqualTo(1);
            }
        }
        assertThat(byOne).isEqualTo(atOnce).hasSizeGreaterThan(6_000);
    }

    private static UpdateSink sink(List<Written> into, boolean more) {
        return (kind, names, payload, offset, length, createdAt) -> {
            into.add(new Written(kind, ByteString.copyFrom(payload, offset, length)));
            return more;
        };
    }

    @Test
    void anUpdateGoesOutOnceUnderAllMatchingNames() {
        List<SubscribeUpdate> sent = VirtualChain.decode(
                match(SubscribeRequest.newBuilder()
                        .putTransactions("", SubscribeRequestFilterTransactions.getDefaultInstance())
                        .putTransactions(
                                "votes\u00e9",
                                SubscribeRequestFilterTransactions.newBuilder()
                                        .setVote(true)
                                        .build())
                        .putTransactions(
                                "x".repeat(128),
                                SubscribeRequestFilterTransactions.newBuilder()
                                        .setFailed(true)
                                        .build())
                        .build()),
                world.chain.played(SLOT, CommitmentLevel.PROCESSED));
        assertThat(sent).hasSize(1_790);
        for (SubscribeUpdate update : sent) {
            List<String> expected = new ArrayList<>(List.of(""));
            if (update.getTransaction().getTransaction().getIsVote()) {
                expected.add("votes\u00e9");
            }
            if (update.getTransaction().getTransaction().getMeta().hasErr()) {
                expected.add("x".repeat(128));
            }
            assertThat(update.getFiltersList()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void aFilterBySignatureMatchesItsOneTransactionInItsOneSlot() {
        SlotDerivation derivation = new SlotDerivation(ChainConfig.DEFAULT.seed(), ChainTemplates.builtIn());
        String signature = Base58.encode(derivation.signature(SLOT, 17));
        SubscribeRequestFilterTransactions filter = SubscribeRequestFilterTransactions.newBuilder()
                .setSignature(signature)
                .build();
        Matches matches = match(SubscribeRequest.newBuilder()
                .putTransactions("one", filter)
                .putTransactionsStatus("status", filter)
                .build());

        List<SubscribeUpdate> sent = VirtualChain.decode(matches, world.chain.played(SLOT, CommitmentLevel.PROCESSED));
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).getTransaction().getTransaction().getIndex()).isEqualTo(17);
        assertThat(sent.get(1).getTransactionStatus().getIndex()).isEqualTo(17);
        assertThat(VirtualChain.decode(matches, world.chain.played(SLOT + 1, CommitmentLevel.PROCESSED)))
                .isEmpty();
    }

    @Test
    void nothingAskedForIsNothingSent() {
        assertThat(VirtualChain.decode(
                        match(SubscribeRequest.getDefaultInstance()),
                        world.chain.played(SLOT, CommitmentLevel.PROCESSED)))
                .isEmpty();
    }
}
