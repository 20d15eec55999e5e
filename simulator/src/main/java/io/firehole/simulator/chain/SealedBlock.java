package io.firehole.simulator.chain;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import io.firehole.simulator.chain.RingEvent.Status;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.storage.BlockHeight;
import io.firehole.wire.proto.storage.UnixTimestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What is said of a slot as a whole: its block, its block meta, its statuses. Made anew each time; any thread. */
final class SealedBlock {
    private static final int BLOCK_FIELD = 5;
    private static final int TRANSACTIONS_FIELD = 6;
    private static final int ACCOUNTS_FIELD = 11;
    private static final int ENTRIES_FIELD = 13;

    private final Slots slots;
    private final long slot;
    private final long parent;
    private final Lineage lineage;

    SealedBlock(Slots slots, long slot) {
        this.slots = slots;
        this.slot = slot;
        this.lineage = slots.lineage().get();
        this.parent = lineage.parent(slot);
    }

    static byte[] status(Status event) {
        SubscribeUpdateSlot.Builder update =
                SubscribeUpdateSlot.newBuilder().setSlot(event.slot()).setStatus(event.status());
        event.parent().ifPresent(update::setParent);
        if (event.deadError() != null) {
            update.setDeadError(event.deadError());
        }
        return SubscribeUpdate.newBuilder().setSlot(update).build().toByteArray();
    }

    byte[] meta() {
        return SubscribeUpdate.newBuilder()
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder()
                        .setSlot(slot)
                        .setBlockhash(slots.derivation().blockhashText(slot))
                        .setRewards(slots.templates().facts.rewards())
                        .setBlockTime(blockTime())
                        .setBlockHeight(blockHeight())
                        .setParentSlot(parent)
                        .setParentBlockhash(slots.derivation().blockhashText(parent))
                        .setExecutedTransactionCount(slots.templates().block.transactions)
                        .setEntriesCount(slots.derivation().entries(slot).entries))
                .build()
                .toByteArray();
    }

    /** The parts of the block in the order of their numbers, each written straight from the slot's bytes. */
    byte[] block(SlotContent content, BlockShape shape, AccountCut cut) {
        BlockTemplate template = slots.templates().block;
        EntryTemplate entries = content.entries;
        List<Part> parts = new ArrayList<>();
        parts.add(Part.of(SubscribeUpdateBlock.newBuilder()
                .setSlot(slot)
                .setBlockhash(slots.derivation().blockhashText(slot))
                .setRewards(slots.templates().facts.rewards())
                .setBlockTime(blockTime())
                .setBlockHeight(blockHeight())
                .build()));
        for (int i : shape.transactions) {
            parts.add(Part.of(TRANSACTIONS_FIELD, content.block, template.transactionInfo[i]));
        }
        parts.add(Part.of(SubscribeUpdateBlock.newBuilder()
                .setParentSlot(parent)
                .setParentBlockhash(slots.derivation().blockhashText(parent))
                .setExecutedTransactionCount(template.transactions)
                .setUpdatedAccountCount(slots.templates().facts.distinctAccounts())
                .build()));
        for (int i : shape.accounts) {
            parts.add(
                    cut.isWhole()
                            ? Part.of(ACCOUNTS_FIELD, content.block, template.accountInfo[i])
                            : Part.of(ACCOUNTS_FIELD, cut.info(content, i)));
        }
        parts.add(Part.of(SubscribeUpdateBlock.newBuilder()
                .setEntriesCount12(entries.entries)
                .build()));
        for (int i = 0; shape.entries && i < entries.entries; i++) {
            parts.add(Part.of(ENTRIES_FIELD, content.entryBytes, entries.entryInfo[i]));
        }
        return joined(parts);
    }

    private UnixTimestamp blockTime() {
        return UnixTimestamp.newBuilder()
                .setTimestamp(slots.calendar().at(slot, 0).getEpochSecond())
                .build();
    }

    private BlockHeight blockHeight() {
        return BlockHeight.newBuilder().setBlockHeight(lineage.height(slot)).build();
    }

    /** A run of bytes of the block: fields as they are, or the value of one field whose tag is still to be written. */
    private static final class Part {
        private static final int FIELDS = 0;

        private final int field;
        private final byte[] bytes;
        private final int from;
        private final int to;

        private Part(int field, byte[] bytes, int from, int to) {
            this.field = field;
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        static Part of(MessageLite fields) {
            return of(FIELDS, fields.toByteArray());
        }

        static Part of(int field, byte[] value) {
            return new Part(field, value, 0, value.length);
        }

        static Part of(int field, byte[] bytes, FieldPlace value) {
            return new Part(field, bytes, value.from(), value.to());
        }

        int size() {
            int length = to - from;
            return field == FIELDS
                    ? length
                    : CodedOutputStream.computeTagSize(field)
                            + CodedOutputStream.computeUInt32SizeNoTag(length)
                            + length;
        }

        void writeTo(CodedOutputStream out) throws IOException {
            if (field != FIELDS) {
                out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag(to - from);
            }
            out.write(bytes, from, to - from);
        }
    }

    private static byte[] joined(List<Part> parts) {
        int size = parts.stream().mapToInt(Part::size).sum();
        byte[] payload = new byte
                [CodedOutputStream.computeTagSize(BLOCK_FIELD) + CodedOutputStream.computeUInt32SizeNoTag(size) + size];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(payload);
            out.writeTag(BLOCK_FIELD, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(size);
            for (Part part : parts) {
                part.writeTo(out);
            }
            out.checkNoSpaceLeft();
            return payload;
        } catch (IOException e) {
            throw new UncheckedIOException("an array of the computed size is too small", e);
        }
    }
}
