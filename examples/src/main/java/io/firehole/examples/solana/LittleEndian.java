package io.firehole.examples.solana;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of a Solana record one after the other: integers are little-endian, texts carry their length.
 *
 * <p>A record that is too short gives {@link java.nio.BufferUnderflowException}; newer programs append fields, so what is left
 * over is no error.
 */
public final class LittleEndian {

    /** Longest text believed: token names have at most 32 bytes, links some 200. */
    private static final int TEXT_BYTES_MAX = 4_096;

    private final ByteBuffer fields;

    /** Begins at that byte of the record. */
    public LittleEndian(ByteString record, int from) {
        fields = record.substring(Math.min(from, record.size()))
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** An unsigned 64-bit number as the bits of a long. */
    public long u64() {
        return fields.getLong();
    }

    /** An unsigned 16-bit number. */
    public int u16() {
        return Short.toUnsignedInt(fields.getShort());
    }

    /** One byte that is 0 or not. */
    public boolean bool() {
        return fields.get() != 0;
    }

    /** One byte, unsigned. */
    public int u8() {
        return Byte.toUnsignedInt(fields.get());
    }

    /** A public key in base58. */
    public String key() {
        byte[] key = new byte[32];
        fields.get(key);
        return Base58.encode(key);
    }

    /** A text with its length in front. */
    public String text() {
        long length = Integer.toUnsignedLong(fields.getInt());
        if (length > Math.min(fields.remaining(), TEXT_BYTES_MAX)) {
            throw new java.nio.BufferUnderflowException();
        }
        byte[] text = new byte[(int) length];
        fields.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Passes over that many bytes. */
    public LittleEndian skip(int bytes) {
        if (bytes > fields.remaining()) {
            throw new java.nio.BufferUnderflowException();
        }
        fields.position(fields.position() + bytes);
        return this;
    }
}
