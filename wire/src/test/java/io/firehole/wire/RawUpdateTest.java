package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What {@link RawUpdate} tells of an update of each kind. */
class RawUpdateTest {

    private static final Timestamp NOON =
            Timestamp.newBuilder().setSeconds(1_755_864_000).setNanos(7).build();
    private static final ByteString KEY = ByteString.copyFrom(new byte[32]);
    private static final ByteString SIGNATURE = ByteString.copyFrom(new byte[64]);

    @Test
    void readsTheHeadOfATransaction() throws MalformedUpdateException {
        RawUpdate update = parse(named("t1", "ü")
                .setTransaction(SubscribeUpdateTransaction.newBuilder()
                        .setSlot(361_774_429)
                        .setTransaction(SubscribeUpdateTransactionInfo.newBuilder()
                                .setSignature(SIGNATURE)
                                .setIndex(3))));

        assertThat(update.kind()).isEqualTo(UpdateKind.TRANSACTION);
        assertThat(update.slot()).isEqualTo(361_774_429);
        assertThat(update.filterCount()).isEqualTo(2);
        assertThat(update.filter(0)).isEqualTo("t1");
        assertThat(update.filter(1)).isEqualTo("ü");
        assertThat(update.signature()).isEqualTo(SIGNATURE);
    }

    @Test
    void readsTheHeadOfATransactionStatus() throws MalformedUpdateException {
        RawUpdate update = parse(named("s")
                .setTransactionStatus(
                        SubscribeUpdateTransactionStatus.newBuilder().setSlot(5).setSignature(SIGNATURE)));

        assertThat(update.kind()).isEqualTo(UpdateKind.TRANSACTION_STATUS);
        assertThat(update.slot()).isEqualTo(5);
        assertThat(update.signature()).isEqualTo(SIGNATURE);
    }

    @Test
    void readsTheHeadOfAnAccount() throws MalformedUpdateException {
        RawUpdate update = parse(named("a")
                .setAccount(SubscribeUpdateAccount.newBuilder()
                        .setSlot(-1L)
                        .setAccount(SubscribeUpdateAccountInfo.newBuilder()
                                .setPubkey(KEY)
                                .setRentEpoch(-1L)
                                .setWriteVersion(1_700_000_000_001L)
                                .setTxnSignature(SIGNATURE))));

        assertThat(update.kind()).isEqualTo(UpdateKind.ACCOUNT);
        assertThat(update.slot()).isEqualTo(-1L);
        assertThat(update.pubkey()).isEqualTo(KEY);
        assertThat(update.writeVersion()).isEqualTo(1_700_000_000_001L);
        assertThat(update.signature()).isEqualTo(SIGNATURE);
    }

    @Test
    void readsTheHeadOfASlot() throws MalformedUpdateException {
        RawUpdate update = parse(named("s")
                .setSlot(
                        SubscribeUpdateSlot.newBuilder().setSlot(9).setParent(8).setStatus(SlotStatus.SLOT_DEAD)));

        assertThat(update.kind()).isEqualTo(UpdateKind.SLOT);
        assertThat(update.slot()).isEqualTo(9);
        assertThat(update.status()).isEqualTo(SlotStatus.SLOT_DEAD);
    }

    @Test
    void callsAStatusNewerThanTheSchemaUnrecognized() throws MalformedUpdateException {
        RawUpdate update =
                parse(named("s").setSlot(SubscribeUpdateSlot.newBuilder().setStatusValue(77)));

        assertThat(update.status()).isEqualTo(SlotStatus.UNRECOGNIZED);
    }

    @Test
    void readsTheHeadOfAnEntry() throws MalformedUpdateException {
        RawUpdate update = parse(
                named("e").setEntry(SubscribeUpdateEntry.newBuilder().setSlot(9).setIndex(501)));

        assertThat(update.kind()).isEqualTo(UpdateKind.ENTRY);
        assertThat(update.slot()).isEqualTo(9);
        assertThat(update.entryIndex()).isEqualTo(501);
    }

    @Test
    void readsTheHeadsOfBlockAndBlockMeta() throws MalformedUpdateException {
        RawUpdate block = parse(
                named("b").setBlock(SubscribeUpdateBlock.newBuilder().setSlot(9).setBlockhash("Hash")));
        RawUpdate meta = parse(named("m")
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder().setSlot(10).setBlockhash("Mash")));

        assertThat(block.kind()).isEqualTo(UpdateKind.BLOCK);
        assertThat(block.slot()).isEqualTo(9);
        assertThat(block.blockhash()).isEqualTo("Hash");
        assertThat(meta.kind()).isEqualTo(UpdateKind.BLOCK_META);
        assertThat(meta.slot()).isEqualTo(10);
        assertThat(meta.blockhash()).isEqualTo("Mash");
    }

    @Test
    void findsNoSlotAndNoIdentityInAPing() throws MalformedUpdateException {
        RawUpdate update = parse(SubscribeUpdate.newBuilder().setPing(SubscribeUpdatePing.getDefaultInstance()));

        assertThat(update.kind()).isEqualTo(UpdateKind.PING);
        assertThat(update.slot()).isZero();
        assertThat(update.filterCount()).isZero();
        assertThat(update.hasIdentity()).isFalse();
        assertThat(update.identityHash()).isZero();
    }

    @Test
    void takesAnEmptyMessageForAnUpdateOfNoKnownKind() throws MalformedUpdateException {
        RawUpdate update = RawUpdate.parse(new byte[0]);

        assertThat(update.kind()).isEqualTo(UpdateKind.UNKNOWN);
        assertThat(update.tailLength()).isZero();
    }

    @Test
    void sharesTheBufferWhenTheNamesComeFirst() throws MalformedUpdateException {
        SubscribeUpdate.Builder whole =
                named("one", "two").setEntry(SubscribeUpdateEntry.newBuilder().setSlot(9));
        byte[] bytes = whole.build().toByteArray();
        byte[] withoutNames = whole.clearFilters().build().toByteArray();

        RawUpdate update = RawUpdate.parse(bytes);

        assertThat(update.buffer()).isSameAs(bytes);
        assertThat(update.tail()).isSameAs(bytes);
        assertThat(tailOf(update)).isEqualTo(withoutNames);
    }

    @Test
    void readsAnUpdateInTheMiddleOfAnArray() throws MalformedUpdateException {
        byte[] bytes = named("one")
                .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(9).setIndex(4))
                .build()
                .toByteArray();
        byte[] buffer = new byte[bytes.length + 20];
        Arrays.fill(buffer, (byte) 0xff);
        System.arraycopy(bytes, 0, buffer, 7, bytes.length);

        RawUpdate update = RawUpdate.parse(buffer, 7, bytes.length);

        assertThat(update.filter(0)).isEqualTo("one");
        assertThat(update.slot()).isEqualTo(9);
        assertThat(update.entryIndex()).isEqualTo(4);
    }

    @Test
    void tellsWhenTheProviderMadeItAndWhenItCame() throws MalformedUpdateException {
        byte[] bytes = named("one")
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(9))
                .setCreatedAt(NOON.toBuilder().setNanos(123_456_789))
                .build()
                .toByteArray();

        assertThat(RawUpdate.parse(bytes, 42).receivedNanos()).isEqualTo(42);
        assertThat(RawUpdate.parse(bytes).receivedNanos()).isZero();
        assertThat(RawUpdate.parse(bytes).createdAtMicros()).isEqualTo(1_755_864_000_123_456L);
        assertThat(parse(SubscribeUpdate.newBuilder()
                                .addFilters("one")
                                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(9)))
                        .createdAtMicros())
                .isZero();
    }

    @Test
    void refusesARangeOutsideTheArray() {
        assertThatThrownBy(() -> RawUpdate.parse(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static byte[] tailOf(RawUpdate update) {
        return Arrays.copyOfRange(update.tail(), update.tailOffset(), update.tailOffset() + update.tailLength());
    }

    private static SubscribeUpdate.Builder named(String... names) {
        return SubscribeUpdate.newBuilder().addAllFilters(Arrays.asList(names)).setCreatedAt(NOON);
    }

    private static RawUpdate parse(SubscribeUpdate.Builder update) throws MalformedUpdateException {
        return RawUpdate.parse(update.build().toByteArray());
    }
}
