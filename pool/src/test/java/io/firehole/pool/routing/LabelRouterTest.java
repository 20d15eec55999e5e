package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelRouterTest {

    private static final class Received extends Recipient {
        final List<SubscribeUpdate> updates = new ArrayList<>();
        final List<byte[]> tails = new ArrayList<>();
        boolean begun;
        boolean over;

        @Override
        protected void begin() {
            begun = true;
        }

        @Override
        protected boolean isOver() {
            return over;
        }

        @Override
        protected void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos) {
            try {
                updates.add(SubscribeUpdate.parseFrom(
                        ByteString.copyFrom(head).concat(ByteString.copyFrom(tail, tailOffset, tailLength))));
                tails.add(tail);
            } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
                throw new AssertionError(broken);
            }
        }

        @Override
        public void abandon() {}

        @Override
        protected boolean isAbandoned() {
            return false;
        }

        List<List<String>> names() {
            List<List<String>> names = new ArrayList<>();
            updates.forEach(update -> names.add(List.copyOf(update.getFiltersList())));
            return names;
        }
    }

    private int progressed;
    private int pinged;
    private final Received a = new Received();
    private final Received b = new Received();
    private final Term termA = new Term(a, 1);
    private final Term termB = new Term(b, 1);
    private final LabelRouter router = new LabelRouter(
            () -> 0,
            new Router.Events() {
                @Override
                public void progressed() {
                    progressed++;
                }

                @Override
                public void pinged() {
                    pinged++;
                }
            },
            RoutingTable.EMPTY);

    private static Target target(Term term, String... names) {
        return new Target(term, Target.NEVER, List.of(names));
    }

    private static Route route(int label, int since, Target... targets) {
        return new Route(label, since, List.of(targets));
    }

    private void use(List<Route> routes, Term... open) {
        router.use(new RoutingTable(routes, List.of(open)));
    }

    private static SubscribeUpdate entry(long index, String... labels) {
        return SubscribeUpdate.newBuilder()
                .addAllFilters(List.of(labels))
                .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(7).setIndex(index))
                .build();
    }

    private static SubscribeUpdate slot(long slot, SlotStatus status, String... labels) {
        return SubscribeUpdate.newBuilder()
                .addAllFilters(List.of(labels))
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(slot).setStatus(status))
                .build();
    }

    private void route(SubscribeUpdate update) {
        router.route(update.toByteArray());
    }

    @Test
    void givesEachMonitorItsOwnNamesAndTheSameBytes() {
        use(List.of(route(0, 1, target(termA, "x"), target(termB, "y", "z"))), termA, termB);
        route(entry(1, "0"));

        assertThat(a.names()).containsExactly(List.of("x"));
        assertThat(b.names()).containsExactly(List.of("y", "z"));
        assertThat(a.updates.getFirst().getEntry())
                .isEqualTo(b.updates.getFirst().getEntry());
        assertThat(a.tails.getFirst()).isSameAs(b.tails.getFirst());
    }

    @Test
    void joinsTheNamesOfSeveralLabelsInOneDelivery() {
        use(
                List.of(route(0, 1, target(termA, "x")), route(1, 1, target(termA, "y"), target(termB, "x"))),
                termA,
                termB);
        route(entry(1, "0", "1"));

        assertThat(a.names()).containsExactly(List.of("x", "y"));
        assertThat(b.names()).containsExactly(List.of("x"));
    }

    @Test
    void countsALabelThatIsNamedTwiceOnce() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(entry(1, "0", "0"));
        assertThat(a.names()).containsExactly(List.of("x"));
    }

    @Test
    void givesABlockOncePerName() {
        use(List.of(route(0, 1, target(termA, "x", "y"), target(termB, "x"))), termA, termB);
        route(SubscribeUpdate.newBuilder()
                .addFilters("0")
                .setBlock(SubscribeUpdateBlock.newBuilder().setSlot(7))
                .build());
        assertThat(a.names()).containsExactly(List.of("x"), List.of("y"));
        assertThat(b.names()).containsExactly(List.of("x"));
    }

    @Test
    void dropsAndCountsWhatNobodyWants() {
        use(List.of(route(0, 1)));
        route(entry(1, "0"));
        route(entry(2, "5"));
        route(entry(3, "no label"));
        route(entry(4));
        assertThat(router.counts().unrouted()).isEqualTo(4);
    }

    @Test
    void survivesWhatIsNoUpdate() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        router.route(new byte[] {(byte) 0xff, 1, 2, 3});
        router.route(new byte[0]);
        route(entry(1, "0"));
        assertThat(router.counts().malformed()).isEqualTo(1);
        assertThat(a.names()).hasSize(1);
    }

    @Test
    void passesVariantsItDoesNotKnowToThoseWhoseLabelIsNamed() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        SubscribeUpdate unknown = SubscribeUpdate.newBuilder()
                .addFilters("0")
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                12,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("footer"))
                                        .build())
                        .build())
                .build();
        route(unknown);
        assertThat(a.updates)
                .containsExactly(
                        unknown.toBuilder().clearFilters().addFilters("x").build());
    }

    @Test
    void swallowsPongsAndTellsOfPings() {
        route(SubscribeUpdate.newBuilder()
                .setPing(SubscribeUpdatePing.getDefaultInstance())
                .build());
        route(SubscribeUpdate.newBuilder()
                .setPong(SubscribeUpdatePong.newBuilder().setId(1))
                .build());
        assertThat(pinged).isEqualTo(1);
        assertThat(router.counts().unrouted()).isZero();
    }

    @Test
    void neverShowsInternalLabels() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(slot(7, SlotStatus.SLOT_PROCESSED, "0", "E1"));
        route(slot(8, SlotStatus.SLOT_PROCESSED, "E1"));
        assertThat(a.names()).containsExactly(List.of("x"));
        assertThat(router.counts().unrouted()).isZero();
    }

    // Which request is in effect.

    @Test
    void servesAMonitorFromTheFirstSightOfALabelThatIsNewWithItsRequest() {
        Term later = new Term(b, 2);
        use(
                List.of(route(0, 1, target(termA, "x"), target(later, "y")), route(1, 2, target(later, "new"))),
                termA,
                later);
        route(entry(1, "0"));
        assertThat(b.updates).as("its request may not be in effect yet").isEmpty();
        assertThat(b.begun).isFalse();
        route(entry(2, "0", "1"));
        assertThat(b.names()).containsExactly(List.of("y", "new"));
        route(entry(3, "0"));
        assertThat(b.names()).hasSize(2);
        assertThat(router.requestInEffect()).isEqualTo(2);
    }

    @Test
    void servesAMonitorFromTheFirstSightOfItsEpoch() {
        Term later = new Term(b, 2);
        use(List.of(route(0, 1, target(later, "y"))), later);
        route(slot(7, SlotStatus.SLOT_PROCESSED, "E1"));
        route(entry(1, "0"));
        assertThat(b.updates).isEmpty();
        route(slot(7, SlotStatus.SLOT_CONFIRMED, "E2"));
        assertThat(b.begun).as("even before anything of its own comes").isTrue();
        route(entry(2, "0"));
        assertThat(b.names()).containsExactly(List.of("y"));
        assertThat(progressed).isGreaterThanOrEqualTo(2);
    }

    @Test
    void isNotConfusedByLabelsOfAnEarlierRequest() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(slot(7, SlotStatus.SLOT_PROCESSED, "E5"));
        route(slot(7, SlotStatus.SLOT_CONFIRMED, "E4"));
        assertThat(router.requestInEffect()).isEqualTo(5);
    }

    @Test
    void switchesAMonitorToItsNewFiltersAtOneUpdate() {
        Term before = new Term(a, 1);
        Term after = new Term(a, 2);
        use(
                List.of(
                        route(0, 1, new Target(before, 2, List.of("old"))),
                        route(1, 1, new Target(before, 2, List.of("both")), target(after, "both")),
                        route(2, 2, target(after, "new"))),
                before,
                after);
        route(entry(1, "0", "1"));
        route(entry(2, "1"));
        route(entry(3, "0", "2"));
        route(entry(4, "0", "1"));
        route(entry(5, "0"));
        assertThat(a.names()).containsExactly(List.of("old", "both"), List.of("both"), List.of("new"), List.of("both"));
    }

    @Test
    void stopsServingAMonitorThatAnotherCallServes() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(entry(1, "0"));
        a.over = true;
        route(entry(2, "0"));
        assertThat(a.updates).hasSize(1);
        assertThat(router.counts().unrouted()).isEqualTo(1);
    }

    @Test
    void usesANewTableFromTheNextUpdateOn() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(entry(1, "0"));
        use(List.of(route(0, 1, target(termB, "y"))), termB);
        route(entry(2, "0"));
        assertThat(a.updates).hasSize(1);
        assertThat(b.updates).hasSize(1);
    }

    // From which slot on a monitor gets everything.

    @Test
    void countsASlotAsWholeIfItsFirstShredCameAfterTheRequestWasInEffect() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(slot(10, SlotStatus.SLOT_CREATED_BANK, "E1"));
        assertThat(termA.firstWholeSlot()).as("its first shred came before").isEmpty();
        route(slot(10, SlotStatus.SLOT_PROCESSED, "E1"));
        route(slot(9, SlotStatus.SLOT_FIRST_SHRED_RECEIVED, "E1"));
        assertThat(termA.firstWholeSlot()).isEmpty();
        route(slot(11, SlotStatus.SLOT_FIRST_SHRED_RECEIVED, "E1"));
        assertThat(termA.firstWholeSlot()).hasValue(11);
        route(slot(12, SlotStatus.SLOT_FIRST_SHRED_RECEIVED, "E1"));
        assertThat(termA.firstWholeSlot()).hasValue(11);
    }

    @Test
    void findsAWholeSlotWhereFirstShredsAreNotTold() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(slot(10, SlotStatus.SLOT_PROCESSED, "E1"));
        assertThat(termA.firstWholeSlot()).isEmpty();
        route(slot(11, SlotStatus.SLOT_PROCESSED, "E1"));
        assertThat(termA.firstWholeSlot()).hasValue(12);
    }

    @Test
    void drawsNoSuchConclusionFromSlotsThatAreConfirmedOrFinalized() {
        use(List.of(route(0, 1, target(termA, "x"))), termA);
        route(slot(5, SlotStatus.SLOT_FINALIZED, "E1"));
        route(slot(9, SlotStatus.SLOT_CONFIRMED, "E1"));
        assertThat(termA.firstWholeSlot()).as("slot 10 may have begun before").isEmpty();
        route(slot(11, SlotStatus.SLOT_FIRST_SHRED_RECEIVED, "E1"));
        assertThat(termA.firstWholeSlot()).hasValue(11);
    }

    @Test
    void takesASlotInProgressForTheFirst() {
        route(slot(10, SlotStatus.SLOT_FINALIZED, "E1"));
        assertThat(router.slots().first()).isEmpty();
        route(slot(42, SlotStatus.SLOT_COMPLETED, "E1"));
        assertThat(router.slots().first()).hasValue(42);
    }

    @Test
    void remembersTheLastSealedSlot() {
        route(SubscribeUpdate.newBuilder()
                .addFilters("M1")
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder().setSlot(10))
                .build());
        route(SubscribeUpdate.newBuilder()
                .addFilters("M1")
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder().setSlot(9))
                .build());
        assertThat(router.slots().lastSealed()).hasValue(10);
        assertThat(router.slots().highest()).isEmpty();
    }
}
