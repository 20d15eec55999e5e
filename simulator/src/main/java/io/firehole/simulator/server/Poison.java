package io.firehole.simulator.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.Arrays;
import java.util.List;

/**
 * What becomes of an update that is poisoned.
 *
 * <p>Where something is put into an update, it is put behind it: a reader of protobuf merges what comes twice.
 */
final class Poison {

    /** Fields that no schema has, in the update and in the transaction. */
    private static final int UNKNOWN_FIELD = 1_000;

    private static final int UNKNOWN_FIELD_OF_TRANSACTION = 999;

    /** A variant of {@code update_oneof} that no schema has. */
    private static final int UNKNOWN_KIND = 15;

    private static final int HUGE_BYTES = 64 << 20;
    private static final int CUT_BYTES = 3;
    private static final int LOG_MESSAGES_FIELD = 6;
    private static final ByteString NO_TEXT = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});

    private Poison() {}

    /** What is sent instead of the update. */
    static List<OutboundMessage> of(FaultKind kind, OutboundMessage update) {
        return switch (kind) {
            case POISON_TRUNCATED -> {
                byte[] whole = update.toBytes();
                yield List.of(OutboundMessage.of(update.kind(), Arrays.copyOf(whole, whole.length - CUT_BYTES)));
            }
            case POISON_FLAG -> List.of(update.behind(header(true, update.size())));
            case POISON_OVERSIZE -> List.of(update.behind(header(false, Integer.MAX_VALUE)));
            case POISON_HUGE ->
                List.of(with(update, unknown(UNKNOWN_FIELD, ByteString.copyFrom(new byte[HUGE_BYTES]))));
            case POISON_UTF8 -> List.of(with(update, badLog()));
            case POISON_FIELDS -> List.of(with(update, unknownFields()));
            case POISON_KIND -> {
                ByteString names = ByteString.copyFrom(update.names());
                byte[] stranger = names.concat(unknown(UNKNOWN_KIND, ByteString.copyFromUtf8("new")))
                        .concat(ByteString.copyFrom(update.end()))
                        .toByteArray();
                yield List.of(OutboundMessage.of(UpdateKind.UNKNOWN, stranger), update);
            }
            case POISON_NAME -> {
                byte[] name =
                        unknown(SubscribeUpdate.FILTERS_FIELD_NUMBER, NO_TEXT).toByteArray();
                yield List.of(again(update, name), update);
            }
            case POISON_NAMELESS -> List.of(again(update, new byte[0]), update);
            default -> throw new IllegalArgumentException(kind + " is no poison");
        };
    }

    private static byte[] header(boolean packed, int length) {
        byte[] header = new byte[MessageHeader.BYTES];
        MessageHeader.write(packed, length, header, 0);
        return header;
    }

    private static OutboundMessage again(OutboundMessage update, byte[] names) {
        return new OutboundMessage(
                update.kind(), names, update.payload(), update.offset(), update.length(), update.end());
    }

    private static OutboundMessage with(OutboundMessage update, ByteString more) {
        return new OutboundMessage(
                update.kind(),
                update.names(),
                update.payload(),
                update.offset(),
                update.length(),
                ByteString.copyFrom(update.end()).concat(more).toByteArray());
    }

    private static ByteString unknown(int field, ByteString content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        field,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(content)
                                .build())
                .build()
                .toByteString();
    }

    private static ByteString badLog() {
        ByteString meta = unknown(LOG_MESSAGES_FIELD, NO_TEXT);
        ByteString info = unknown(SubscribeUpdateTransactionInfo.META_FIELD_NUMBER, meta);
        ByteString transaction = unknown(SubscribeUpdateTransaction.TRANSACTION_FIELD_NUMBER, info);
        return unknown(SubscribeUpdate.TRANSACTION_FIELD_NUMBER, transaction);
    }

    private static ByteString unknownFields() {
        ByteString inside = unknown(UNKNOWN_FIELD_OF_TRANSACTION, ByteString.copyFromUtf8("inside"));
        return unknown(SubscribeUpdate.TRANSACTION_FIELD_NUMBER, inside)
                .concat(unknown(UNKNOWN_FIELD, ByteString.copyFromUtf8("outside")));
    }
}
