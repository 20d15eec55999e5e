package io.firehole.pool.budget.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The bytes of a ledger file: a header, then slots.
 *
 * <pre>
 *   0  magic "FHLEDGER", version, number of slots
 *  16  identity of this file
 *  32  since when it holds everybody back, and for how long (0: it does not)
 *  72  nothing yet
 * 124  checksum of the header
 * 128  slots of 64 bytes
 * </pre>
 *
 * <p>The header is never written in place: a file that grows or holds back is written anew and put in the place of the old
 * one, so that no crash finds it half done.
 */
final class LedgerImage {

    /** How a file grows: by so many slots, or by as many as there are. */
    static final int STEP = 64;

    static final int HEADER_BYTES = 2 * Slot.BYTES;

    private static final byte[] MAGIC = "FHLEDGER".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CHECKSUM_AT = HEADER_BYTES - Integer.BYTES;

    private final byte[] bytes;
    private final UUID file;
    private final int slots;
    private final Stamp holdSince;
    private final long holdNanos;

    private LedgerImage(byte[] bytes, UUID file, int slots, Stamp holdSince, long holdNanos) {
        this.bytes = bytes;
        this.file = file;
        this.slots = slots;
        this.holdSince = holdSince;
        this.holdNanos = holdNanos;
    }

    /** An empty one that holds everybody back for so long from that moment on; 0 if not at all. */
    static LedgerImage empty(int slots, Stamp now, long holdNanos) {
        return new LedgerImage(new byte[sizeFor(slots)], UUID.randomUUID(), slots, now, holdNanos).written(Map.of(), 0);
    }

    /** The same with more slots, and with these in their places. */
    LedgerImage grown(int moreSlots, Map<Integer, Slot.Taken> changed) {
        LedgerImage grown =
                new LedgerImage(Arrays.copyOf(bytes, sizeFor(moreSlots)), file, moreSlots, holdSince, holdNanos);
        return grown.written(changed, slots);
    }

    static int sizeFor(int slots) {
        return HEADER_BYTES + slots * Slot.BYTES;
    }

    /**
     * Reads it.
     *
     * @throws UnreadableLedgerException if the header is damaged, or the file is not as long as the header says
     */
    static LedgerImage of(byte[] bytes) throws UnreadableLedgerException {
        if (bytes.length < HEADER_BYTES) {
            throw new UnreadableLedgerException(
                    "it has " + bytes.length + " bytes, and a header alone takes " + HEADER_BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt(CHECKSUM_AT) != checksum(bytes)) {
            throw new UnreadableLedgerException("the checksum of its header is wrong");
        }
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        int version = in.getInt();
        if (!Arrays.equals(magic, MAGIC) || version != VERSION) {
            throw new UnreadableLedgerException("it is not a ledger of version " + VERSION);
        }
        int slots = in.getInt();
        if (bytes.length != sizeFor(slots)) {
            throw new UnreadableLedgerException(
                    "it has " + bytes.length + " bytes, and " + slots + " slots take " + sizeFor(slots));
        }
        UUID file = new UUID(in.getLong(), in.getLong());
        return new LedgerImage(bytes, file, slots, Stamp.readFrom(in), in.getLong());
    }

    byte[] bytes() {
        return bytes;
    }

    int slots() {
        return slots;
    }

    Stamp holdSince() {
        return holdSince;
    }

    long holdNanos() {
        return holdNanos;
    }

    Slot slot(int index) {
        return Slot.read(bytes, sizeFor(index), file, index);
    }

    /** A slot as it is to be written at {@link #sizeFor sizeFor(index)}. */
    byte[] toBytes(Slot slot, int index) {
        return Slot.toBytes(slot, file, index);
    }

    /** Writes the header, the changed slots, and free ones from that number on. */
    private LedgerImage written(Map<Integer, Slot.Taken> changed, int freeFrom) {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.put(MAGIC).putInt(VERSION).putInt(slots);
        out.putLong(file.getMostSignificantBits()).putLong(file.getLeastSignificantBits());
        holdSince.writeTo(out);
        out.putLong(holdNanos);
        out.putInt(CHECKSUM_AT, checksum(bytes));
        for (int index = freeFrom; index < slots; index++) {
            out.put(sizeFor(index), toBytes(new Slot.Free(), index));
        }
        changed.forEach((index, slot) -> out.put(sizeFor(index), toBytes(slot, index)));
        return this;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CHECKSUM_AT);
        return (int) crc.getValue();
    }
}
