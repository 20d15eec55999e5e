package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Messages that cannot be read, and who is told that it missed them. */
class LostMessageTest {

    private static final byte[] CUT = {(byte) 0x22, 0x7f};
    private static final byte[] NO_TEXT = {(byte) 0xff};

    private static final class Named extends Recipient {
        private final String id;
        private int delivered;

        Named(String id) {
            this.id = id;
        }

        @Override
        protected String monitor() {
            return id;
        }

        @Override
        protected void begin() {}

        @Override
        protected boolean isOver() {
            return false;
        }

        @Override
        protected void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos) {
            delivered++;
        }

        @Override
        public void abandon() {}

        @Override
        protected boolean isAbandoned() {
            return false;
        }
    }

    private final Named a = new Named("a");
    private final Named b = new Named("b");
    private final Term termA = new Term(a, 1);
    private final Term termB = new Term(b, 1);
    private final LabelRouter router = new LabelRouter(
            () -> 0,
            new Router.Events() {
                @Override
                public void progressed() {}

                @Override
                public void pinged() {}
            },
            RoutingTable.EMPTY);

    /** Label 0 is a's and label 1 is b's, and both are served whole from slot 10 on. */
    private void serveBoth() {
        use(
                new Route(0, 1, List.of(new Target(termA, Target.NEVER, List.of("x")))),
                new Route(1, 1, List.of(new Target(termB, Target.NEVER, List.of("y")))));
        route(named("0", "1")
                .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(9))
                .build());
        slot(10, SlotStatus.SLOT_FIRST_SHRED_RECEIVED);
    }

    private void use(Route... routes) {
        router.use(new RoutingTable(List.of(routes), List.of(termA, termB)));
    }

    private void slot(long slot, SlotStatus status) {
        route(named(LabelText.epoch(1))
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(slot).setStatus(status))
                .build());
    }

    private void seal(long slot) {
        route(named(LabelText.seal(1))
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder().setSlot(slot))
                .build());
    }

    private static SubscribeUpdate.Builder named(String... labels) {
        return SubscribeUpdate.newBuilder().addAllFilters(List.of(labels));
    }

    private void route(SubscribeUpdate update) {
        router.route(update.toByteArray());
    }

    private void routeCut(String... labels) {
        router.route(named(labels)
                .build()
                .toByteString()
                .concat(ByteString.copyFrom(CUT))
                .toByteArray());
    }

    @Test
    void concernsThoseWhoseLabelsStandBeforeWhatCannotBeRead() {
        serveBoth();
        routeCut("1");
        assertThat(router.takeLost().orElseThrow().monitors()).containsExactly("b");
        assertThat(router.takeLost()).as("told once").isEmpty();
        assertThat(router.counts().malformed()).isEqualTo(1);
    }

    @Test
    void concernsEverybodyIfNoLabelCanBeRead() {
        serveBoth();
        router.route(CUT);
        assertThat(router.takeLost().orElseThrow().monitors()).isEqualTo(Set.of("a", "b"));
    }

    @Test
    void concernsNobodyIfTheLabelIsNobodys() {
        serveBoth();
        routeCut("zz");
        routeCut("No label");
        routeCut(LabelText.seal(1));
        assertThat(router.takeLost()).isEmpty();
        assertThat(router.counts().malformed()).isEqualTo(3);
    }

    @Test
    void isNotMissedByThoseOfWhomNoSlotIsOwedYet() {
        use(new Route(0, 1, List.of(new Target(termA, Target.NEVER, List.of("x")))));
        routeCut("0");
        assertThat(router.takeLost())
                .as("a replay has it, or nobody is owed it")
                .isEmpty();
    }

    @Test
    void isOfTheSlotInProgressAboveProcessedAndOfAnySeenSinceTheSealAtProcessed() {
        serveBoth();
        seal(12);
        slot(15, SlotStatus.SLOT_FIRST_SHRED_RECEIVED);
        route(named("0").setEntry(SubscribeUpdateEntry.newBuilder().setSlot(14)).build());
        routeCut("0");
        LostMessage lost = router.takeLost().orElseThrow();
        assertThat(lost.firstSlot()).isEqualTo(13);
        assertThat(lost.lastSlot(CommitmentLevel.PROCESSED)).isEqualTo(15);
        assertThat(lost.lastSlot(CommitmentLevel.CONFIRMED)).isEqualTo(14);
    }

    @Test
    void manyAreToldAsOne() {
        serveBoth();
        routeCut("0");
        slot(11, SlotStatus.SLOT_FIRST_SHRED_RECEIVED);
        routeCut("1");
        LostMessage lost = router.takeLost().orElseThrow();
        assertThat(lost.monitors()).isEqualTo(Set.of("a", "b"));
        assertThat(lost.lastSlot(CommitmentLevel.FINALIZED)).isEqualTo(11);
    }

    @Test
    void aPayloadThatHasToBeMatchedAndCannotBeReadConcernsAllOfTheUnion() {
        LocalMatch match = LocalMatch.of(
                CommitmentLevel.PROCESSED,
                List.of(
                        (request, name) ->
                                request.putTransactions(name, SubscribeRequestFilterTransactions.getDefaultInstance()),
                        (request, name) -> request.putTransactions(
                                name,
                                SubscribeRequestFilterTransactions.newBuilder()
                                        .setVote(true)
                                        .build())));
        use(
                new Route(
                        0,
                        1,
                        match,
                        List.of(
                                List.of(new Target(termA, Target.NEVER, List.of("x"))),
                                List.of(new Target(termB, Target.NEVER, List.of("y")))),
                        new UnionCounts()),
                new Route(1, 1, List.of()));
        route(named("0").setEntry(SubscribeUpdateEntry.newBuilder().setSlot(9)).build());
        slot(10, SlotStatus.SLOT_FIRST_SHRED_RECEIVED);
        slot(11, SlotStatus.SLOT_FIRST_SHRED_RECEIVED);
        // A transaction of slot 10 with a log message that is no text.
        SubscribeUpdate.Builder transaction = named("0");
        transaction
                .getTransactionBuilder()
                .setSlot(10)
                .getTransactionBuilder()
                .setSignature(ByteString.copyFrom(new byte[64]))
                .getMetaBuilder()
                .addLogMessages("#");
        byte[] message = transaction.build().toByteArray();
        for (int i = 0; i < message.length; i++) {
            if (message[i] == '#') {
                message[i] = NO_TEXT[0];
            }
        }
        byte[] before = Arrays.copyOf(message, message.length);
        router.route(message);
        assertThat(message).as("nobody writes to it").isEqualTo(before);
        LostMessage lost = router.takeLost().orElseThrow();
        assertThat(lost.monitors()).isEqualTo(Set.of("a", "b"));
        assertThat(lost.firstSlot()).isEqualTo(10);
        assertThat(lost.lastSlot(CommitmentLevel.PROCESSED)).isEqualTo(10);
        assertThat(a.delivered + b.delivered).isZero();
    }
}
