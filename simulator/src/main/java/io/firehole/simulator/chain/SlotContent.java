package io.firehole.simulator.chain;

/**
 * One slot's payloads, ready to be sent: the templates' bytes with this slot's own values in them. Never changed once
 * made, so shared between threads.
 */
final class SlotContent {
    private static final int SLOT_BYTES = 5;

    /** Laid out as {@link BlockTemplate#bytes}. */
    final byte[] block;

    /** The templates of {@link #entryBytes}. */
    final EntryTemplate entries;

    /** Laid out as {@link EntryTemplate#bytes}. */
    final byte[] entryBytes;

    private SlotContent(byte[] block, EntryTemplate entries, byte[] entryBytes) {
        this.block = block;
        this.entries = entries;
        this.entryBytes = entryBytes;
    }

    static SlotContent of(long slot, BlockTemplate template, SlotDerivation derivation) {
        byte[] block = template.bytes.clone();
        long varint = slotVarint(slot);
        for (int place : template.slotPlaces) {
            writeSlot(varint, block, place);
        }
        for (int i = 0; i < template.accounts; i++) {
            writeWriteVersion(derivation.writeVersion(slot, i), block, template.writeVersionPlaces[i]);
        }
        for (int i = 0; i < template.transactions; i++) {
            int[] places = template.signaturePlaces[i];
            derivation.writeSignature(slot, i, block, places[0]);
            for (int p = 1; p < places.length; p++) {
                System.arraycopy(block, places[0], block, places[p], BlockTemplate.SIGNATURE_BYTES);
            }
        }
        EntryTemplate entries = derivation.entries(slot);
        byte[] entryBytes = entries.bytes.clone();
        for (int i = 0; i < entries.entries; i++) {
            writeSlot(varint, entryBytes, entries.slotPlaces[i]);
            derivation.writeEntryHash(slot, i, entryBytes, entries.hashPlaces[i]);
        }
        return new SlotContent(block, entries, entryBytes);
    }

    /** The five bytes of a slot's varint, the first lowest. */
    static long slotVarint(long slot) {
        long varint = 0;
        for (int i = 0; i < SLOT_BYTES; i++) {
            long more = i < SLOT_BYTES - 1 ? 0x80 : 0;
            varint |= (((slot >> (7 * i)) & 0x7f) | more) << (8 * i);
        }
        return varint;
    }

    static void writeSlot(long varint, byte[] out, int at) {
        for (int i = 0; i < SLOT_BYTES; i++) {
            out[at + i] = (byte) (varint >> (8 * i));
        }
    }

    private static void writeWriteVersion(long value, byte[] out, int at) {
        long rest = value;
        for (int i = 0; i < BlockTemplate.WRITE_VERSION_BYTES - 1; i++) {
            out[at + i] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out[at + BlockTemplate.WRITE_VERSION_BYTES - 1] = (byte) rest;
    }
}
