package io.firehole.cli.pilot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.firehole.cli.pilot.Difference.What;
import io.firehole.cli.pilot.Sighting.Nodes;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two ways told by hand, at times told by hand. */
class ComparisonTest {

    private static final long MS = 1_000_000;
    private static final long PATIENCE_MS = Comparison.PATIENCE.toMillis();

    private final Comparison comparison = new Comparison(Nodes.ONE, new Random(1));

    private static SubscribeUpdate.Builder transaction(long slot, int signature, String... names) {
        return SubscribeUpdate.newBuilder()
                .addAllFilters(List.of(names))
                .setTransaction(SubscribeUpdateTransaction.newBuilder()
                        .setSlot(slot)
                        .setTransaction(SubscribeUpdateTransactionInfo.newBuilder()
                                .setSignature(ByteString.copyFrom(new byte[] {(byte) signature, 1}))));
    }

    private void on(Side side, long ms, SubscribeUpdate.Builder update) {
        comparison.take(side, update.build(), ms * MS);
    }

    private void onBoth(long ms, SubscribeUpdate.Builder update) {
        on(Side.DIRECT, ms, update);
        on(Side.GATEWAY, ms + 2, update);
    }

    /** Both have shown slot 9: from 10 on everything counts. */
    private void begun() {
        onBoth(0, transaction(9, 1, "a"));
    }

    private PilotReport afterPatience() {
        comparison.passed((PATIENCE_MS + 1_000) * MS);
        return comparison.report(Optional.empty());
    }

    @Test
    void comparesFromTheFirstSlotOfWhichNeitherHadShownAnything() {
        on(Side.DIRECT, 0, transaction(7, 1, "a"));
        on(Side.DIRECT, 1, transaction(8, 2, "a"));
        on(Side.GATEWAY, 2, transaction(8, 2, "a"));
        on(Side.DIRECT, 3, transaction(8, 3, "a"));
        onBoth(4, transaction(9, 4, "a"));
        PilotReport report = afterPatience();
        assertThat(report.fromSlot()).contains(9L);
        assertThat(report.total()).isEqualTo(new PilotReport.Count(1, 0, 0, 0));
        assertThat(report.good()).isTrue();
    }

    @Test
    void isNotGoodWhereNothingCame() {
        assertThat(afterPatience().good()).isFalse();
    }

    @Test
    void takesTheOrderOfNamesAndTheTimeOfAStatusForNothing() {
        begun();
        on(Side.DIRECT, 1, transaction(10, 1, "a", "b"));
        on(Side.GATEWAY, 1, transaction(10, 1, "b", "a"));
        SubscribeUpdate.Builder status = SubscribeUpdate.newBuilder()
                .addFilters("s")
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(10).setStatus(SlotStatus.SLOT_CONFIRMED));
        on(Side.DIRECT, 2, status.clone().setCreatedAt(Timestamp.newBuilder().setNanos(1)));
        on(Side.GATEWAY, 2, status.clone().setCreatedAt(Timestamp.newBuilder().setNanos(2)));
        on(Side.GATEWAY, 3, SubscribeUpdate.newBuilder().setPing(SubscribeUpdatePing.getDefaultInstance()));
        PilotReport report = afterPatience();
        assertThat(report.total()).isEqualTo(new PilotReport.Count(2, 0, 0, 0));
        assertThat(report.counts()).containsOnlyKeys("slot", "transaction");
    }

    @Test
    void findsWhatIsMissingWhatIsTooMuchAndWhatIsChanged() {
        begun();
        on(Side.DIRECT, 1, transaction(10, 1, "a"));
        on(Side.GATEWAY, 1, transaction(10, 2, "a"));
        onBoth(2, transaction(10, 3, "a"));
        on(Side.GATEWAY, 3, transaction(10, 3, "a"));
        on(Side.DIRECT, 4, transaction(10, 4, "a"));
        on(Side.GATEWAY, 4, transaction(10, 4, "b"));
        PilotReport report = afterPatience();
        assertThat(report.good()).isFalse();
        assertThat(report.total()).isEqualTo(new PilotReport.Count(1, 1, 2, 1));
        assertThat(report.differences())
                .extracting(Difference::what)
                .containsExactlyInAnyOrder(What.MISSING, What.EXTRA, What.EXTRA, What.CHANGED);
        assertThat(report.differences())
                .filteredOn(difference -> difference.what() == What.CHANGED)
                .singleElement()
                .satisfies(changed -> assertThat(changed.names()).isEqualTo("b"));
    }

    @Test
    void waitsForWhatIsLateAndCallsNothingMissingBefore() {
        begun();
        on(Side.DIRECT, 0, transaction(10, 1, "a"));
        comparison.passed((PATIENCE_MS - 1) * MS);
        assertThat(comparison.report(Optional.empty()).total().missing()).isZero();
        on(Side.GATEWAY, PATIENCE_MS - 1, transaction(10, 1, "a"));
        assertThat(afterPatience().total()).isEqualTo(new PilotReport.Count(1, 0, 0, 0));
    }

    @Test
    void afterTheEndOnlySettlesWhatCameBefore() {
        begun();
        on(Side.DIRECT, 1, transaction(10, 1, "a"));
        comparison.end(2 * MS);
        assertThat(comparison.isSettled()).isFalse();
        on(Side.DIRECT, 3, transaction(10, 2, "a"));
        on(Side.GATEWAY, 4, transaction(10, 1, "a"));
        assertThat(comparison.isSettled()).isTrue();
        assertThat(afterPatience().total()).isEqualTo(new PilotReport.Count(1, 0, 0, 0));
    }

    @Test
    void countsAWayThatStaysSilentAsBegun() {
        comparison.opened(Side.DIRECT, 0);
        comparison.opened(Side.GATEWAY, 0);
        on(Side.DIRECT, 1, transaction(9, 1, "a"));
        comparison.passed(Comparison.SILENT.minus(Duration.ofMillis(1)).toNanos());
        assertThat(comparison.report(Optional.empty()).fromSlot()).isEmpty();
        comparison.passed(Comparison.SILENT.toNanos());
        long later = Comparison.SILENT.toMillis() + 1;
        on(Side.DIRECT, later, transaction(10, 1, "a"));
        comparison.passed((later + PATIENCE_MS) * MS);
        assertThat(comparison.report(Optional.empty()).total()).isEqualTo(new PilotReport.Count(0, 1, 0, 0));
    }

    @Test
    void findsAnotherOrderWithinASlot() {
        begun();
        on(Side.DIRECT, 1, transaction(10, 1, "a"));
        on(Side.DIRECT, 2, transaction(10, 2, "a"));
        on(Side.GATEWAY, 3, transaction(10, 2, "a"));
        on(Side.GATEWAY, 4, transaction(10, 1, "a"));
        PilotReport report = afterPatience();
        assertThat(report.outOfOrder()).isEqualTo(1);
        assertThat(report.good()).isFalse();
    }

    @Test
    void tellsHowMuchLaterTheGatewayIs() {
        begun();
        for (int i = 1; i < 100; i++) {
            on(Side.DIRECT, i * 10L, transaction(10, i, "a"));
            on(Side.GATEWAY, i * 10L + 3, transaction(10, i, "a"));
        }
        on(Side.GATEWAY, 2_000, transaction(10, 100, "a"));
        on(Side.DIRECT, 2_001, transaction(10, 100, "a"));
        PilotReport report = afterPatience();
        assertThat(report.medianNanos()).hasValue(3 * MS);
        assertThat(report.p99Nanos()).hasValue(3 * MS);
    }

    @Test
    void leavesOutWhatEachServerStampsForItselfWhereTheyAreSeveral() {
        SubscribeUpdate.Builder account = SubscribeUpdate.newBuilder()
                .addFilters("a")
                .setAccount(SubscribeUpdateAccount.newBuilder()
                        .setSlot(10)
                        .setAccount(SubscribeUpdateAccountInfo.newBuilder()
                                .setPubkey(ByteString.copyFromUtf8("key"))
                                .setTxnSignature(ByteString.copyFromUtf8("signature"))
                                .setWriteVersion(1)));
        SubscribeUpdate.Builder elsewhere =
                account.clone().setCreatedAt(Timestamp.newBuilder().setNanos(7));
        elsewhere.getAccountBuilder().getAccountBuilder().setWriteVersion(2);
        assertThat(Sighting.of(account.build(), Nodes.SEVERAL))
                .isEqualTo(Sighting.of(elsewhere.build(), Nodes.SEVERAL));
        assertThat(Sighting.of(account.build(), Nodes.ONE)).isNotEqualTo(Sighting.of(elsewhere.build(), Nodes.ONE));
    }

    @Test
    void keepsNoMoreDifferencesThanItShows() {
        begun();
        for (int i = 0; i < 3 * Comparison.DIFFERENCES_SHOWN; i++) {
            on(Side.DIRECT, 1, transaction(10, i, "a"));
        }
        PilotReport report = afterPatience();
        assertThat(report.differences()).hasSize(Comparison.DIFFERENCES_SHOWN);
        assertThat(report.total().missing()).isEqualTo(3 * Comparison.DIFFERENCES_SHOWN);
        assertThat(comparison.isOverfull()).isFalse();
    }
}
