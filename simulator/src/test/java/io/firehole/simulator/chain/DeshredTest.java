package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.DeshredFilterSet;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateDeshred;
import io.firehole.wire.proto.SubscribeUpdateDeshredTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Transactions before their execution. */
class DeshredTest {
    private final VirtualChain world = new VirtualChain(VirtualChain.config().withSkipEvery(0));
    private final RingCursor cursor = world.chain.deshredRing().cursor();

    private static DeshredFilterSet compile(SubscribeDeshredRequest request) {
        try {
            return DeshredFilterSet.compile(request, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException e) {
            throw new AssertionError(e);
        }
    }

    private static SubscribeDeshredRequest everything() {
        return SubscribeDeshredRequest.newBuilder()
                .putDeshredTransactions("all", SubscribeRequestFilterDeshredTransactions.getDefaultInstance())
                .putDeshredTransactions(
                        "votes",
                        SubscribeRequestFilterDeshredTransactions.newBuilder()
                                .setVote(true)
                                .build())
                .putSlots(
                        "slots",
                        SubscribeRequestFilterSlots.newBuilder()
                                .setInterslotUpdates(true)
                                .build())
                .build();
    }

    private List<SubscribeUpdateDeshred> updates(DeshredMatches matches) {
        List<SubscribeUpdateDeshred> updates = new ArrayList<>();
        for (RingEvent event = cursor.poll(); event != null; event = cursor.poll()) {
            matches.write(event, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
                ByteArrayOutputStream message = new ByteArrayOutputStream();
                message.writeBytes(names);
                message.write(payload, offset, length);
                message.writeBytes(createdAt);
                try {
                    updates.add(SubscribeUpdateDeshred.parseFrom(message.toByteArray()));
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError(e);
                }
                return true;
            });
        }
        return updates;
    }

    @Test
    void theTransactionsAreThoseOfTheStreamWithoutMeta() {
        DeshredMatches matches = world.chain.match(compile(everything()));
        VirtualChain.Subscriber processed = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        world.passSlots(1);

        List<SubscribeUpdateTransactionInfo> executed = processed.updates().stream()
                .filter(SubscribeUpdate::hasTransaction)
                .map(update -> update.getTransaction().getTransaction())
                .toList();
        List<SubscribeUpdateDeshred> updates = updates(matches);
        List<SubscribeUpdateDeshred> transactions = updates.stream()
                .filter(SubscribeUpdateDeshred::hasDeshredTransaction)
                .toList();
        assertThat(transactions).hasSameSizeAs(executed).hasSize(1_790);
        int shred = 0;
        for (int i = 0; i < executed.size(); i++) {
            SubscribeUpdateDeshredTransactionInfo info =
                    transactions.get(i).getDeshredTransaction().getTransaction();
            SubscribeUpdateTransactionInfo same = executed.get(i);
            assertThat(info.getSignature()).isEqualTo(same.getSignature());
            assertThat(info.getTransaction()).isEqualTo(same.getTransaction());
            assertThat(info.getIsVote()).isEqualTo(same.getIsVote());
            assertThat(info.getLoadedWritableAddressesList())
                    .isEqualTo(same.getMeta().getLoadedWritableAddressesList());
            assertThat(info.getLoadedReadonlyAddressesList())
                    .isEqualTo(same.getMeta().getLoadedReadonlyAddressesList());
            assertThat(info.getCompletedDataSetStartingShredIndex()).isGreaterThanOrEqualTo(shred);
            shred = info.getCompletedDataSetStartingShredIndex();
            assertThat(info.getCompletedDataSetEndingShredIndexExclusive()).isGreaterThan(shred);
            assertThat(transactions.get(i).getFiltersList())
                    .containsExactlyElementsOf(info.getIsVote() ? List.of("all", "votes") : List.of("all"));
            assertThat(transactions.get(i).hasCreatedAt()).isTrue();
            assertThat(transactions.get(i).getUnknownFields().asMap()).isEmpty();
        }
        assertThat(updates.stream()
                        .filter(SubscribeUpdateDeshred::hasSlot)
                        .map(update -> update.getSlot().getStatus())
                        .distinct())
                .contains(SlotStatus.SLOT_CREATED_BANK, SlotStatus.SLOT_PROCESSED, SlotStatus.SLOT_FINALIZED);
    }

    @Test
    void aTransactionIsSeenHereBeforeItIsExecuted() {
        DeshredMatches matches = world.chain.match(compile(everything()));
        VirtualChain.Subscriber processed = world.subscribe(VirtualChain.everything(CommitmentLevel.PROCESSED));
        Set<ByteString> seen = new HashSet<>();
        int executed = 0;
        int ahead = 0;
        for (int i = 0; i < 10; i++) {
            world.pass(Duration.ofMillis(37));
            for (SubscribeUpdateDeshred update : updates(matches)) {
                if (update.hasDeshredTransaction()) {
                    seen.add(update.getDeshredTransaction().getTransaction().getSignature());
                }
            }
            for (SubscribeUpdate update : processed.updates()) {
                if (update.hasTransaction()) {
                    executed++;
                    assertThat(seen)
                            .contains(update.getTransaction().getTransaction().getSignature());
                }
            }
            ahead = Math.max(ahead, seen.size() - executed);
        }
        assertThat(executed).isGreaterThan(1_000);
        assertThat(ahead).isPositive();
    }
}
