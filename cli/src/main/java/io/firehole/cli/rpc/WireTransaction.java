package io.firehole.cli.rpc;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.storage.CompiledInstruction;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.MessageAddressTableLookup;
import io.firehole.wire.proto.storage.MessageHeader;
import io.firehole.wire.proto.storage.Transaction;
import java.util.Arrays;

/**
 * Reads a transaction as it travels between Solana nodes: signatures, then a message, legacy or of version 0. Lists begin with
 * their length in one to three bytes of seven bits each. One thread.
 */
final class WireTransaction {

    private static final int SIGNATURE_BYTES = 64;
    private static final int KEY_BYTES = 32;
    private static final int VERSIONED = 0x80;
    private static final int LENGTH_BYTES_MAX = 3;

    private final byte[] bytes;
    private int at;

    private WireTransaction(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * As a provider has it.
     *
     * @throws NotABlockException if the bytes are no transaction, or of a version that is not known here
     */
    static Transaction read(byte[] bytes) throws NotABlockException {
        WireTransaction reader = new WireTransaction(bytes);
        Transaction.Builder transaction = Transaction.newBuilder();
        for (int left = reader.length(); left > 0; left--) {
            transaction.addSignatures(reader.take(SIGNATURE_BYTES));
        }
        transaction.setMessage(reader.message());
        if (reader.at != bytes.length) {
            throw new NotABlockException(
                    "a transaction of " + bytes.length + " bytes ends after " + reader.at + " of them");
        }
        return transaction.build();
    }

    private Message message() throws NotABlockException {
        Message.Builder message = Message.newBuilder();
        int first = peek();
        boolean versioned = (first & VERSIONED) != 0;
        if (versioned) {
            if (first != VERSIONED) {
                throw new NotABlockException("a transaction of version " + (first & ~VERSIONED) + " is not known here");
            }
            at++;
            message.setVersioned(true);
        }
        message.setHeader(MessageHeader.newBuilder()
                .setNumRequiredSignatures(one())
                .setNumReadonlySignedAccounts(one())
                .setNumReadonlyUnsignedAccounts(one()));
        for (int left = length(); left > 0; left--) {
            message.addAccountKeys(take(KEY_BYTES));
        }
        message.setRecentBlockhash(take(KEY_BYTES));
        for (int left = length(); left > 0; left--) {
            message.addInstructions(CompiledInstruction.newBuilder()
                    .setProgramIdIndex(one())
                    .setAccounts(take(length()))
                    .setData(take(length())));
        }
        if (versioned) {
            for (int left = length(); left > 0; left--) {
                message.addAddressTableLookups(MessageAddressTableLookup.newBuilder()
                        .setAccountKey(take(KEY_BYTES))
                        .setWritableIndexes(take(length()))
                        .setReadonlyIndexes(take(length())));
            }
        }
        return message.build();
    }

    private int length() throws NotABlockException {
        int length = 0;
        for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
            int next = one();
            length |= (next & 0x7f) << (7 * i);
            if ((next & 0x80) == 0) {
                return length;
            }
        }
        throw new NotABlockException("a length in a transaction does not end, at byte " + at);
    }

    private int peek() throws NotABlockException {
        if (at >= bytes.length) {
            throw new NotABlockException("a transaction ends after " + bytes.length + " bytes, where more must follow");
        }
        return bytes[at] & 0xff;
    }

    private int one() throws NotABlockException {
        int one = peek();
        at++;
        return one;
    }

    private ByteString take(int count) throws NotABlockException {
        if (count > bytes.length - at) {
            throw new NotABlockException(
                    "a transaction ends after " + bytes.length + " bytes, where " + count + " must follow byte " + at);
        }
        at += count;
        return ByteString.copyFrom(Arrays.copyOfRange(bytes, at - count, at));
    }
}
