package io.firehole.simulator.rpc;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.storage.CompiledInstruction;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.MessageAddressTableLookup;
import io.firehole.wire.proto.storage.Transaction;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Writes a transaction as it travels between Solana nodes. One thread. */
final class WireBytes {

    private static final int VERSION_0 = 0x80;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private WireBytes() {}

    static byte[] of(Transaction transaction) {
        WireBytes writer = new WireBytes();
        writer.list(transaction.getSignaturesList());
        writer.message(transaction.getMessage());
        return writer.out.toByteArray();
    }

    private void message(Message message) {
        if (message.getVersioned()) {
            out.write(VERSION_0);
        }
        out.write(message.getHeader().getNumRequiredSignatures());
        out.write(message.getHeader().getNumReadonlySignedAccounts());
        out.write(message.getHeader().getNumReadonlyUnsignedAccounts());
        list(message.getAccountKeysList());
        bytes(message.getRecentBlockhash());
        length(message.getInstructionsCount());
        for (CompiledInstruction instruction : message.getInstructionsList()) {
            out.write(instruction.getProgramIdIndex());
            counted(instruction.getAccounts());
            counted(instruction.getData());
        }
        if (message.getVersioned()) {
            length(message.getAddressTableLookupsCount());
            for (MessageAddressTableLookup lookup : message.getAddressTableLookupsList()) {
                bytes(lookup.getAccountKey());
                counted(lookup.getWritableIndexes());
                counted(lookup.getReadonlyIndexes());
            }
        }
    }

    private void list(List<ByteString> each) {
        length(each.size());
        each.forEach(this::bytes);
    }

    private void counted(ByteString bytes) {
        length(bytes.size());
        bytes(bytes);
    }

    private void bytes(ByteString bytes) {
        out.writeBytes(bytes.toByteArray());
    }

    private void length(int length) {
        int rest = length;
        while (rest >= 0x80) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
