package io.firehole.pool.budget.ledger;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * One place of a ledger file: always {@value #BYTES} bytes, so that none lies across two sectors of a disk and each is
 * written whole or not at all by most.
 *
 * <p>The checksum covers the slot, its number and the identity of its file: what was written elsewhere, or for another
 * file, does not pass for this one. A slot of zeros does not pass either: a free one says that it is free.
 */
sealed interface Slot {

    /** The size of a slot in the file. */
    int BYTES = 64;

    /** What a free slot begins with; a taken one begins with a bit for each kind. */
    int FREE = 0x46524545;

    /** Never used. */
    record Free() implements Slot {}

    /**
     * An entry, perhaps one that does not matter any more.
     *
     * @param id its own
     * @param kinds what was attempted; both if nobody knows which
     * @param granted when the provider can have counted it at the earliest
     * @param spanNanos how long after that at the latest
     */
    record Taken(UUID id, Set<AttemptKind> kinds, Stamp granted, long spanNanos) implements Slot {
        public Taken {
            kinds = Set.copyOf(kinds);
        }
    }

    /** Torn, flipped or zeroed: nobody knows what it was. */
    record Unreadable() implements Slot {}

    /** As bytes, for that place of that file. */
    static byte[] toBytes(Slot slot, UUID file, int index) {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        switch (slot) {
            case Taken taken -> {
                out.putInt(bits(taken.kinds));
                out.putLong(taken.id.getMostSignificantBits()).putLong(taken.id.getLeastSignificantBits());
                taken.granted.writeTo(out);
                out.putLong(taken.spanNanos);
            }
            case Free free -> out.putInt(FREE);
            case Unreadable unreadable -> throw new IllegalArgumentException("nobody writes what cannot be read");
        }
        out.putInt(BYTES - Integer.BYTES, checksum(out.array(), 0, file, index));
        return out.array();
    }

    /** What stands there. */
    static Slot read(byte[] image, int at, UUID file, int index) {
        ByteBuffer in = ByteBuffer.wrap(image, at, BYTES).slice();
        if (in.getInt(BYTES - Integer.BYTES) != checksum(image, at, file, index)) {
            return new Unreadable();
        }
        int bits = in.getInt();
        if (bits == FREE) {
            return new Free();
        }
        Set<AttemptKind> kinds = kinds(bits);
        if (kinds.isEmpty()) {
            return new Unreadable();
        }
        UUID id = new UUID(in.getLong(), in.getLong());
        return new Taken(id, kinds, Stamp.readFrom(in), in.getLong());
    }

    private static int checksum(byte[] image, int at, UUID file, int index) {
        CRC32C crc = new CRC32C();
        crc.update(image, at, BYTES - Integer.BYTES);
        crc.update(ByteBuffer.allocate(20)
                .putLong(file.getMostSignificantBits())
                .putLong(file.getLeastSignificantBits())
                .putInt(index)
                .flip());
        return (int) crc.getValue();
    }

    private static int bits(Set<AttemptKind> kinds) {
        return (kinds.contains(AttemptKind.CONNECT) ? 1 : 0) | (kinds.contains(AttemptKind.SUBSCRIBE) ? 2 : 0);
    }

    private static Set<AttemptKind> kinds(int bits) {
        return switch (bits) {
            case 1 -> Set.of(AttemptKind.CONNECT);
            case 2 -> Set.of(AttemptKind.SUBSCRIBE);
            case 3 -> Set.of(AttemptKind.CONNECT, AttemptKind.SUBSCRIBE);
            default -> Set.of();
        };
    }
}
