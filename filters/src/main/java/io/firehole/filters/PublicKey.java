package io.firehole.filters;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The 32 bytes that name an account on Solana. Immutable; {@link #toString()} is base58. */
public final class PublicKey {

    /** How many bytes a key has. */
    public static final int BYTES = 32;

    /** The longest base58 text of a key: longer ones are refused unread. */
    static final int CHARS_MAX = 44;

    /**
     * Makes the hash unpredictable to those who choose the keys of a filter. No result depends on it: wherever order
     * shows, it is the order of the request.
     */
    private static final long HASH_SEED = new SecureRandom().nextLong();

    private final long w0;
    private final long w1;
    private final long w2;
    private final long w3;

    private PublicKey(long w0, long w1, long w2, long w3) {
        this.w0 = w0;
        this.w1 = w1;
        this.w2 = w2;
        this.w3 = w3;
    }

    /**
     * The key with these bytes.
     *
     * @throws IllegalArgumentException if they are not 32
     */
    public static PublicKey of(ByteString bytes) {
        PublicKey key = ofOrNull(bytes);
        if (key == null) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, got " + bytes.size());
        }
        return key;
    }

    /** The key with these bytes; null if they are not 32. */
    static @Nullable PublicKey ofOrNull(ByteString bytes) {
        return bytes.size() == BYTES ? of(bytes.asReadOnlyByteBuffer()) : null;
    }

    /**
     * The key with that base58 text.
     *
     * @throws InvalidFilterException with the text of the Solana SDK, if it is none
     */
    public static PublicKey parse(String base58) throws InvalidFilterException {
        if (LimitCheck.utf8Bytes(base58) > CHARS_MAX) {
            throw InvalidFilterException.because("String is the wrong size");
        }
        byte[] bytes = Base58.decodeOrNull(base58);
        if (bytes == null) {
            throw InvalidFilterException.because("Invalid Base58 string");
        }
        if (bytes.length != BYTES) {
            throw InvalidFilterException.because("String is the wrong size");
        }
        return of(ByteBuffer.wrap(bytes));
    }

    /** The key with that base58 text; null if it is none. */
    public static @Nullable PublicKey parseOrNull(String base58) {
        if (base58.length() > CHARS_MAX) {
            return null;
        }
        byte[] bytes = Base58.decodeOrNull(base58);
        return bytes == null || bytes.length != BYTES ? null : of(ByteBuffer.wrap(bytes));
    }

    private static PublicKey of(ByteBuffer bytes) {
        return new PublicKey(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /** The key whose four big-endian words these are. */
    static PublicKey ofWords(long w0, long w1, long w2, long w3) {
        return new PublicKey(w0, w1, w2, w3);
    }

    /** The key's bytes, a new copy. */
    public byte[] toByteArray() {
        return ByteBuffer.allocate(BYTES)
                .putLong(w0)
                .putLong(w1)
                .putLong(w2)
                .putLong(w3)
                .array();
    }

    /** The word number i of four, big-endian. */
    long word(int i) {
        return switch (i) {
            case 0 -> w0;
            case 1 -> w1;
            case 2 -> w2;
            case 3 -> w3;
            default -> throw new IndexOutOfBoundsException(i);
        };
    }

    static int hash(long w0, long w1, long w2, long w3) {
        long h = (HASH_SEED ^ w0) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 32) ^ w1) * 0xc4ceb9fe1a85ec53L;
        h = (h ^ (h >>> 32) ^ w2) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 32) ^ w3) * 0xc4ceb9fe1a85ec53L;
        return (int) (h ^ (h >>> 32));
    }

    @Override
    public int hashCode() {
        return hash(w0, w1, w2, w3);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PublicKey key && w0 == key.w0 && w1 == key.w1 && w2 == key.w2 && w3 == key.w3;
    }

    @Override
    public String toString() {
        return Base58.encode(toByteArray());
    }
}
