package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Compares what {@link RawUpdate} read with what the generated parser made of the same bytes. */
final class UpdateAssert {

    private UpdateAssert() {}

    /** Kind, slot, names and every field of the identity agree. */
    static void agree(RawUpdate raw, SubscribeUpdate parsed) {
        assertThat(raw.kind()).isEqualTo(kindOf(parsed));
        assertThat(names(raw)).isEqualTo(parsed.getFiltersList());
        assertThat(raw.slot()).isEqualTo(slotOf(parsed));
        assertThat(raw.signature()).isEqualTo(signatureOf(parsed));
        assertThat(raw.pubkey()).isEqualTo(parsed.getAccount().getAccount().getPubkey());
        assertThat(raw.writeVersion())
                .isEqualTo(parsed.getAccount().getAccount().getWriteVersion());
        assertThat(raw.entryIndex()).isEqualTo(parsed.getEntry().getIndex());
        assertThat(raw.blockhash())
                .isEqualTo(
                        parsed.getBlock().getBlockhash() + parsed.getBlockMeta().getBlockhash());
        if (raw.kind() == UpdateKind.SLOT) {
            SlotStatus status = parsed.getSlot().getStatus();
            assertThat(raw.status()).isEqualTo(status);
        }
    }

    /**
     * What protobuf's rules make of the bytes.
     *
     * <p>Not straight from the generated parser, for one form that nobody sends: a oneof that has variant A, then B, then A
     * again is the last A alone. The generated parser of Java adds the first A to it; the descriptor-driven one, like
     * those of other languages, does not.
     */
    static SubscribeUpdate parse(ByteString message) throws InvalidProtocolBufferException {
        return SubscribeUpdate.parseFrom(DynamicMessage.parseFrom(SubscribeUpdate.getDescriptor(), message)
                .toByteString());
    }

    static List<String> names(RawUpdate raw) {
        return IntStream.range(0, raw.filterCount()).mapToObj(raw::filter).toList();
    }

    static byte[] tailOf(RawUpdate raw) {
        return Arrays.copyOfRange(raw.tail(), raw.tailOffset(), raw.tailOffset() + raw.tailLength());
    }

    private static UpdateKind kindOf(SubscribeUpdate parsed) {
        return switch (parsed.getUpdateOneofCase()) {
            case ACCOUNT -> UpdateKind.ACCOUNT;
            case SLOT -> UpdateKind.SLOT;
            case TRANSACTION -> UpdateKind.TRANSACTION;
            case TRANSACTION_STATUS -> UpdateKind.TRANSACTION_STATUS;
            case BLOCK -> UpdateKind.BLOCK;
            case PING -> UpdateKind.PING;
            case PONG -> UpdateKind.PONG;
            case BLOCK_META -> UpdateKind.BLOCK_META;
            case ENTRY -> UpdateKind.ENTRY;
            case UPDATEONEOF_NOT_SET -> UpdateKind.UNKNOWN;
        };
    }

    private static long slotOf(SubscribeUpdate parsed) {
        return switch (parsed.getUpdateOneofCase()) {
            case ACCOUNT -> parsed.getAccount().getSlot();
            case SLOT -> parsed.getSlot().getSlot();
            case TRANSACTION -> parsed.getTransaction().getSlot();
            case TRANSACTION_STATUS -> parsed.getTransactionStatus().getSlot();
            case BLOCK -> parsed.getBlock().getSlot();
            case BLOCK_META -> parsed.getBlockMeta().getSlot();
            case ENTRY -> parsed.getEntry().getSlot();
            case PING, PONG, UPDATEONEOF_NOT_SET -> 0;
        };
    }

    private static ByteString signatureOf(SubscribeUpdate parsed) {
        return switch (parsed.getUpdateOneofCase()) {
            case TRANSACTION -> parsed.getTransaction().getTransaction().getSignature();
            case TRANSACTION_STATUS -> parsed.getTransactionStatus().getSignature();
            case ACCOUNT -> parsed.getAccount().getAccount().getTxnSignature();
            default -> ByteString.EMPTY;
        };
    }
}
