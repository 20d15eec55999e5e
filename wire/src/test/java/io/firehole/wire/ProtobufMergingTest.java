package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Two messages one after the other are one message: what {@link RawUpdate} makes of that, by protobuf's rules. */
class ProtobufMergingTest {

    private static final ByteString SIGNATURE = ByteString.copyFromUtf8("signature");
    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    @Test
    void addsUpAPayloadThatComesInParts() throws MalformedUpdateException {
        RawUpdate update = parse(
                transaction(SubscribeUpdateTransaction.newBuilder()
                        .setTransaction(
                                SubscribeUpdateTransactionInfo.newBuilder().setSignature(SIGNATURE))),
                transaction(SubscribeUpdateTransaction.newBuilder().setSlot(7)),
                transaction(SubscribeUpdateTransaction.newBuilder()
                        .setTransaction(
                                SubscribeUpdateTransactionInfo.newBuilder().setIndex(3))));

        assertThat(update.slot()).isEqualTo(7);
        assertThat(update.signature()).isEqualTo(SIGNATURE);
    }

    @Test
    void addsUpAnAccountThatComesInParts() throws MalformedUpdateException {
        RawUpdate update = parse(
                account(SubscribeUpdateAccountInfo.newBuilder().setPubkey(KEY).setWriteVersion(1)),
                account(SubscribeUpdateAccountInfo.newBuilder()
                        .setTxnSignature(SIGNATURE)
                        .setWriteVersion(2)));

        assertThat(update.pubkey()).isEqualTo(KEY);
        assertThat(update.signature()).isEqualTo(SIGNATURE);
        assertThat(update.writeVersion()).isEqualTo(2);
    }

    @Test
    void takesTheLastOfAScalarThatComesTwice() throws MalformedUpdateException {
        RawUpdate update = RawUpdate.parse(HexFormat.of().parseHex("1a080801080218031800"));

        assertThat(update.slot()).isEqualTo(2);
        assertThat(update.status()).isEqualTo(SlotStatus.SLOT_PROCESSED);
    }

    @Test
    void forgetsAVariantThatALaterOneReplaces() throws MalformedUpdateException {
        RawUpdate update = parse(
                SubscribeUpdate.newBuilder()
                        .addFilters("a")
                        .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(7).setIndex(8)),
                SubscribeUpdate.newBuilder()
                        .addFilters("b")
                        .setSlot(SubscribeUpdateSlot.newBuilder().setParent(1)));

        assertThat(update.kind()).isEqualTo(UpdateKind.SLOT);
        assertThat(update.slot()).isZero();
        assertThat(update.entryIndex()).isZero();
        assertThat(UpdateAssert.names(update)).containsExactly("a", "b");
    }

    @Test
    void startsAVariantAnewThatWasReplacedBefore() throws MalformedUpdateException {
        RawUpdate update = parse(
                SubscribeUpdate.newBuilder()
                        .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(7)),
                SubscribeUpdate.newBuilder().setSlot(SubscribeUpdateSlot.newBuilder()),
                SubscribeUpdate.newBuilder()
                        .setEntry(SubscribeUpdateEntry.newBuilder().setIndex(8)));

        assertThat(update.kind()).isEqualTo(UpdateKind.ENTRY);
        assertThat(update.slot()).isZero();
        assertThat(update.entryIndex()).isEqualTo(8);
    }

    @Test
    void keepsAVariantNewerThanTheSchemaAsBytes() throws MalformedUpdateException {
        byte[] blockFooter = HexFormat.of().parseHex("0a0161" + "6202087b");

        RawUpdate update = RawUpdate.parse(blockFooter);

        assertThat(update.kind()).isEqualTo(UpdateKind.UNKNOWN);
        assertThat(update.slot()).isZero();
        assertThat(update.hasIdentity()).isFalse();
        assertThat(update.filter(0)).isEqualTo("a");
        assertThat(UpdateAssert.tailOf(update)).isEqualTo(HexFormat.of().parseHex("6202087b"));
    }

    @Test
    void leavesANameFieldOfAForeignWireTypeInTheTail() throws MalformedUpdateException {
        RawUpdate update = RawUpdate.parse(HexFormat.of().parseHex("0805" + "0a0161"));

        assertThat(UpdateAssert.names(update)).containsExactly("a");
        assertThat(UpdateAssert.tailOf(update)).isEqualTo(HexFormat.of().parseHex("0805"));
    }

    private static SubscribeUpdate.Builder transaction(SubscribeUpdateTransaction.Builder transaction) {
        return SubscribeUpdate.newBuilder().setTransaction(transaction);
    }

    private static SubscribeUpdate.Builder account(SubscribeUpdateAccountInfo.Builder account) {
        return SubscribeUpdate.newBuilder()
                .setAccount(SubscribeUpdateAccount.newBuilder().setAccount(account));
    }

    private static RawUpdate parse(SubscribeUpdate.Builder... parts) throws MalformedUpdateException {
        ByteString message = ByteString.EMPTY;
        for (SubscribeUpdate.Builder part : parts) {
            message = message.concat(part.build().toByteString());
        }
        return RawUpdate.parse(message.toByteArray());
    }
}
