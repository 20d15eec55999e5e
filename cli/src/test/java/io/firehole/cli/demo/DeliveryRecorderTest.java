package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.pool.Gap;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Every slot holds two transactions, slot * 10 and slot * 10 + 1; the monitor's one filter matches both. */
class DeliveryRecorderTest {

    private static final String NAME = "pump";

    private final DeliveryRecorder recorder = new DeliveryRecorder(new Expectation() {
        @Override
        public long finalTo() {
            return Long.MAX_VALUE;
        }

        @Override
        public long begunTo() {
            return 0;
        }

        @Override
        public List<Receipt> of(long from, long to) {
            return LongStream.rangeClosed(from * 10, to * 10 + 1)
                    .filter(number -> number % 10 < 2)
                    .mapToObj(number -> new Receipt(UpdateKind.TRANSACTION, NAME, id(number)))
                    .toList();
        }

        // The first transaction of each slot.
        @Override
        public List<Receipt> replayable(long from, long to) {
            return LongStream.rangeClosed(from, to)
                    .mapToObj(slot -> new Receipt(UpdateKind.TRANSACTION, NAME, id(10 * slot)))
                    .toList();
        }
    });

    @Test
    void findsNothingWrongIfEverythingCameOnce() {
        receive(101); // the subscription became active in the middle of slot 10
        receive(110, 111, 120, 121);
        recorder.check(12);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(5, 2, 4, 0, 0, 0, 0));
        assertThat(recorder.verdict().clean()).isTrue();
    }

    @Test
    void countsWhatDidNotComeAsLostOnlyFromTheFirstWholeSlotOn() {
        receive(101);
        receive(110);
        recorder.check(12);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(2, 2, 4, 3, 0, 0, 0));
    }

    @Test
    void countsWhatCameTwice() {
        receive(101, 101);
        receive(110, 111, 111, 111);
        recorder.check(11);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(6, 1, 2, 0, 0, 3, 0));
    }

    @Test
    void countsAsMisroutedWhatCameUnderAnotherNameOrForNobody() {
        receive(101);
        recorder.received(transaction(110, NAME, "somebody-else's"));
        recorder.received(transaction(111));
        receive(112);
        recorder.check(11);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(4, 1, 2, 1, 0, 0, 3));
    }

    @Test
    void comparesAsOftenAsItIsAskedAndForgetsWhatWasCompared() {
        receive(101, 110, 111, 120);
        recorder.check(11);
        receive(121, 130, 131);
        recorder.check(13);
        recorder.check(13);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(7, 3, 6, 0, 0, 0, 0));
    }

    @Test
    void anUpdateAfterItsSlotWasComparedIsOneTooMany() {
        receive(101, 110, 111);
        recorder.check(11);
        receive(111);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(4, 1, 2, 0, 0, 1, 0));
    }

    @Test
    void aSubscriptionThatNeverShowedAnythingLosesEverythingFromTheGivenSlotOn() {
        recorder.check(9);
        assertThat(recorder.verdict()).isEqualTo(Verdict.NOTHING);
        assertThat(recorder.active()).isFalse();
        recorder.expectFrom(11);
        recorder.check(12);
        assertThat(recorder.verdict()).isEqualTo(new Verdict(0, 2, 4, 4, 0, 0, 0));
    }

    @Test
    void whatARecordedGapSpeaksOfIsNotLost() {
        receive(101, 110, 111);
        receive(150);
        recorder.check(15, List.of(gap(12, 13, Gap.Cause.REPLAY_TOO_FAR)));
        assertThat(recorder.verdict()).isEqualTo(new Verdict(4, 5, 10, 3, 4, 0, 0));
        assertThat(recorder.verdict().clean()).isFalse();
    }

    @Test
    void aGapOfWhatCannotBeReplayedExcusesNothingElse() {
        receive(101, 110, 120, 131);
        recorder.check(13, List.of(gap(11, 13, Gap.Cause.NOT_REPLAYABLE)));
        assertThat(recorder.verdict()).as("130 is lost").isEqualTo(new Verdict(4, 3, 6, 1, 2, 0, 0));
    }

    @Test
    void withinAGapTooNothingMayComeTwiceOrForSomebodyElse() {
        receive(101, 110, 110, 112);
        recorder.check(11, List.of(gap(11, 11, Gap.Cause.REPLAY_TOO_FAR)));
        assertThat(recorder.verdict()).isEqualTo(new Verdict(4, 1, 2, 0, 1, 1, 1));
    }

    @Test
    void pingsAreNoDeliveries() {
        recorder.received(SubscribeUpdate.newBuilder()
                .setPing(SubscribeUpdatePing.getDefaultInstance())
                .build());
        assertThat(recorder.verdict()).isEqualTo(Verdict.NOTHING);
    }

    @Test
    void whatCannotBeKeptIsCountedAndLost() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            names.add("n" + i);
        }
        SubscribeUpdate many = transaction(110, names.toArray(String[]::new));
        for (int i = 0; i < DeliveryRecorder.RECEIPTS_MAX / 1_000; i++) {
            recorder.received(many);
        }
        assertThat(recorder.overflowed()).isZero();
        receive(110, 111, 120);
        assertThat(recorder.overflowed()).isEqualTo(3);
        recorder.check(12);
        assertThat(recorder.verdict().lost()).isEqualTo(2);
        receive(130, 131);
        recorder.check(13);
        assertThat(recorder.verdict().lost()).isEqualTo(2);
    }

    private static Gap gap(long first, long last, Gap.Cause cause) {
        return new Gap(1, "m", CommitmentLevel.PROCESSED, first, last, cause, "", Instant.EPOCH, Instant.EPOCH);
    }

    private void receive(long... numbers) {
        for (long number : numbers) {
            recorder.received(transaction(number, NAME));
        }
    }

    private static String id(long number) {
        return String.format(Locale.ROOT, "%04x", number);
    }

    private static SubscribeUpdate transaction(long number, String... names) {
        return SubscribeUpdate.newBuilder()
                .addAllFilters(List.of(names))
                .setTransaction(SubscribeUpdateTransaction.newBuilder()
                        .setSlot(number / 10)
                        .setTransaction(SubscribeUpdateTransactionInfo.newBuilder()
                                .setSignature(ByteString.fromHex(id(number)))))
                .build();
    }
}
