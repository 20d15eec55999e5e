package io.firehole.wire;

import static io.firehole.wire.ByteCursor.LENGTH_DELIMITED;
import static io.firehole.wire.ByteCursor.VARINT;

import com.google.protobuf.Timestamp;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import java.util.Arrays;

/**
 * One walk over the bytes of a {@code SubscribeUpdate}: it notes where the names are and where the rest is, reads kind
 * and slot, and notes where the identity lies. {@link RawUpdate} is what remains of it.
 *
 * <p>The walk goes at most three messages deep and jumps over all it does not need, so its cost hardly grows with the
 * payload. It keeps the rules by which protobuf merges: fields come in any order; the last of a repeated scalar wins; a
 * message that comes in several parts is the sum of them; a later variant of the oneof replaces an earlier one and all
 * that it said, for good (only Java's generated parser revives the first A of A, B, A); a known number with a foreign wire
 * type is an unknown field.
 */
final class HeadReader {

    private static final int NAME = SubscribeUpdate.FILTERS_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private final ByteCursor cursor;

    /** Offset and length of each name, in turn. */
    int[] names = RawUpdate.NO_NAMES;

    int nameCount;

    /** Bytes of the name fields, tags and lengths included. */
    int nameFieldBytes;

    /** What is no name: from its first byte to its last, whole unless names lie within. */
    private int restFrom = -1;

    private int restTo;
    private boolean restIsCut;

    UpdateKind kind = UpdateKind.UNKNOWN;
    long slot;

    // What makes two updates of a kind the same:
    //
    //   kind                             key         signature       number
    //   transaction, transaction status  signature
    //   account                          pubkey      txn_signature   write_version
    //   slot                                                         status
    //   entry                                                        index
    //   block, block meta                blockhash
    int keyOffset;
    int keyLength;
    int signatureOffset;
    int signatureLength;
    long number;

    /** Where the provider's timestamp lies; of length 0 if there is none. */
    int createdAtOffset;

    int createdAtLength;

    HeadReader(ByteCursor cursor) {
        this.cursor = cursor;
    }

    /** Reads to the end of the message. */
    void read() throws MalformedUpdateException {
        while (!cursor.atEnd()) {
            int fieldStart = cursor.position();
            int tag = cursor.readTag();
            if (tag == NAME) {
                readName();
                nameFieldBytes += cursor.position() - fieldStart;
            } else {
                readVariantOrSkip(tag);
                noteRest(fieldStart, cursor.position());
            }
        }
    }

    /** Whether names lie between other fields. */
    boolean restIsCut() {
        return restIsCut;
    }

    /** Where the rest begins, if it is not cut; the end of the message if there is none. */
    int restOffset() {
        return restFrom < 0 ? cursor.position() : restFrom;
    }

    /** Copies the rest, in its order, out of a message that {@link #read} has been through. */
    static byte[] copyRest(byte[] buffer, int offset, int length, int restLength) throws MalformedUpdateException {
        byte[] rest = new byte[restLength];
        int filled = 0;
        ByteCursor cursor = new ByteCursor(buffer, offset, length);
        while (!cursor.atEnd()) {
            int fieldStart = cursor.position();
            int tag = cursor.readTag();
            cursor.skip(tag);
            if (tag != NAME) {
                int fieldLength = cursor.position() - fieldStart;
                System.arraycopy(buffer, fieldStart, rest, filled, fieldLength);
                filled += fieldLength;
            }
        }
        return rest;
    }

    private void readName() throws MalformedUpdateException {
        int at = 2 * nameCount;
        if (at == names.length) {
            if (nameCount >= RawUpdate.NAMES_MAX) {
                throw cursor.malformed("more than " + RawUpdate.NAMES_MAX + " filter names", cursor.position());
            }
            names = Arrays.copyOf(names, Math.max(8, 2 * names.length));
        }
        int length = cursor.readLength();
        names[at] = cursor.position();
        names[at + 1] = length;
        nameCount++;
        cursor.jump(length);
    }

    private void noteRest(int from, int to) {
        if (restFrom < 0) {
            restFrom = from;
        } else if (from != restTo) {
            restIsCut = true;
        }
        restTo = to;
    }

    // ---- the oneof

    private static final int ACCOUNT = SubscribeUpdate.ACCOUNT_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int SLOT = SubscribeUpdate.SLOT_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int TRANSACTION = SubscribeUpdate.TRANSACTION_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int TRANSACTION_STATUS =
            SubscribeUpdate.TRANSACTION_STATUS_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int BLOCK = SubscribeUpdate.BLOCK_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int BLOCK_META = SubscribeUpdate.BLOCK_META_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int ENTRY = SubscribeUpdate.ENTRY_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int PING = SubscribeUpdate.PING_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int PONG = SubscribeUpdate.PONG_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int CREATED_AT = SubscribeUpdate.CREATED_AT_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private void readVariantOrSkip(int tag) throws MalformedUpdateException {
        switch (tag) {
            case ACCOUNT -> readVariant(UpdateKind.ACCOUNT);
            case SLOT -> readVariant(UpdateKind.SLOT);
            case TRANSACTION -> readVariant(UpdateKind.TRANSACTION);
            case TRANSACTION_STATUS -> readVariant(UpdateKind.TRANSACTION_STATUS);
            case BLOCK -> readVariant(UpdateKind.BLOCK);
            case BLOCK_META -> readVariant(UpdateKind.BLOCK_META);
            case ENTRY -> readVariant(UpdateKind.ENTRY);
            case PING -> readVariant(UpdateKind.PING);
            case PONG -> readVariant(UpdateKind.PONG);
            case CREATED_AT -> noteCreatedAt();
            default -> cursor.skip(tag);
        }
    }

    private void readVariant(UpdateKind variant) throws MalformedUpdateException {
        if (variant != kind) {
            forgetVariant();
            kind = variant;
        }
        int outer = cursor.enter(cursor.readLength());
        while (!cursor.atEnd()) {
            int tag = cursor.readTag();
            switch (variant) {
                case ACCOUNT -> readAccountField(tag);
                case SLOT -> readSlotField(tag);
                case TRANSACTION -> readTransactionField(tag);
                case TRANSACTION_STATUS -> readTransactionStatusField(tag);
                case BLOCK -> readBlockField(tag);
                case BLOCK_META -> readBlockMetaField(tag);
                case ENTRY -> readEntryField(tag);
                case PING, PONG, UNKNOWN -> cursor.skip(tag);
            }
        }
        cursor.leave(outer);
    }

    private void noteCreatedAt() throws MalformedUpdateException {
        createdAtLength = cursor.readLength();
        createdAtOffset = cursor.position();
        cursor.jump(createdAtLength);
    }

    private static final int SECONDS = Timestamp.SECONDS_FIELD_NUMBER << 3 | VARINT;
    private static final int NANOS = Timestamp.NANOS_FIELD_NUMBER << 3 | VARINT;

    /** Microseconds since 1970 of a timestamp that lies there; 0 if those bytes are none. */
    static long readTimestamp(byte[] buffer, int offset, int length) {
        ByteCursor cursor = new ByteCursor(buffer, offset, length);
        long seconds = 0;
        long nanos = 0;
        try {
            while (!cursor.atEnd()) {
                int tag = cursor.readTag();
                switch (tag) {
                    case SECONDS -> seconds = cursor.readVarint();
                    case NANOS -> nanos = cursor.readVarint();
                    default -> cursor.skip(tag);
                }
            }
        } catch (MalformedUpdateException malformed) {
            return 0;
        }
        return seconds * 1_000_000 + nanos / 1_000;
    }

    private void forgetVariant() {
        slot = 0;
        keyOffset = 0;
        keyLength = 0;
        signatureOffset = 0;
        signatureLength = 0;
        number = 0;
    }

    // ---- what is read of each variant

    private static final int ACCOUNT_SLOT = SubscribeUpdateAccount.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int ACCOUNT_INFO = SubscribeUpdateAccount.ACCOUNT_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int INFO_PUBKEY = SubscribeUpdateAccountInfo.PUBKEY_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int INFO_WRITE_VERSION = SubscribeUpdateAccountInfo.WRITE_VERSION_FIELD_NUMBER << 3 | VARINT;
    private static final int INFO_SIGNATURE =
            SubscribeUpdateAccountInfo.TXN_SIGNATURE_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private void readAccountField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case ACCOUNT_INFO -> readAccountInfo();
            case ACCOUNT_SLOT -> slot = cursor.readVarint();
            default -> cursor.skip(tag);
        }
    }

    private void readAccountInfo() throws MalformedUpdateException {
        int outer = cursor.enter(cursor.readLength());
        while (!cursor.atEnd()) {
            int tag = cursor.readTag();
            switch (tag) {
                case INFO_PUBKEY -> readKey();
                case INFO_WRITE_VERSION -> number = cursor.readVarint();
                case INFO_SIGNATURE -> {
                    signatureLength = cursor.readLength();
                    signatureOffset = cursor.position();
                    cursor.jump(signatureLength);
                }
                default -> cursor.skip(tag);
            }
        }
        cursor.leave(outer);
    }

    private static final int SLOT_SLOT = SubscribeUpdateSlot.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int SLOT_STATUS = SubscribeUpdateSlot.STATUS_FIELD_NUMBER << 3 | VARINT;

    private void readSlotField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case SLOT_SLOT -> slot = cursor.readVarint();
            // An enum is 32 bits wide; what is above them is dropped, as every reader of protobuf does.
            case SLOT_STATUS -> number = (int) cursor.readVarint();
            default -> cursor.skip(tag);
        }
    }

    private static final int TRANSACTION_SLOT = SubscribeUpdateTransaction.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int TRANSACTION_INFO =
            SubscribeUpdateTransaction.TRANSACTION_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
    private static final int TRANSACTION_SIGNATURE =
            SubscribeUpdateTransactionInfo.SIGNATURE_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private void readTransactionField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case TRANSACTION_INFO -> readTransactionInfo();
            case TRANSACTION_SLOT -> slot = cursor.readVarint();
            default -> cursor.skip(tag);
        }
    }

    private void readTransactionInfo() throws MalformedUpdateException {
        int outer = cursor.enter(cursor.readLength());
        while (!cursor.atEnd()) {
            int tag = cursor.readTag();
            if (tag == TRANSACTION_SIGNATURE) {
                readKey();
            } else {
                cursor.skip(tag);
            }
        }
        cursor.leave(outer);
    }

    private static final int STATUS_SLOT = SubscribeUpdateTransactionStatus.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int STATUS_SIGNATURE =
            SubscribeUpdateTransactionStatus.SIGNATURE_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private void readTransactionStatusField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case STATUS_SLOT -> slot = cursor.readVarint();
            case STATUS_SIGNATURE -> readKey();
            default -> cursor.skip(tag);
        }
    }

    private static final int BLOCK_SLOT = SubscribeUpdateBlock.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int BLOCK_HASH = SubscribeUpdateBlock.BLOCKHASH_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private void readBlockField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case BLOCK_SLOT -> slot = cursor.readVarint();
            case BLOCK_HASH -> readKey();
            default -> cursor.skip(tag);
        }
    }

    private static final int META_SLOT = SubscribeUpdateBlockMeta.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int META_HASH = SubscribeUpdateBlockMeta.BLOCKHASH_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private void readBlockMetaField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case META_SLOT -> slot = cursor.readVarint();
            case META_HASH -> readKey();
            default -> cursor.skip(tag);
        }
    }

    private static final int ENTRY_SLOT = SubscribeUpdateEntry.SLOT_FIELD_NUMBER << 3 | VARINT;
    private static final int ENTRY_INDEX = SubscribeUpdateEntry.INDEX_FIELD_NUMBER << 3 | VARINT;

    private void readEntryField(int tag) throws MalformedUpdateException {
        switch (tag) {
            case ENTRY_SLOT -> slot = cursor.readVarint();
            case ENTRY_INDEX -> number = cursor.readVarint();
            default -> cursor.skip(tag);
        }
    }

    private void readKey() throws MalformedUpdateException {
        keyLength = cursor.readLength();
        keyOffset = cursor.position();
        cursor.jump(keyLength);
    }
}
