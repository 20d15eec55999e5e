package io.firehole.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 64-bit hash behind {@link RawUpdate#identityHash}.
 *
 * <p>It takes eight bytes at a time and mixes after each. A step is a bijection of the hash so far for any fixed input
 * and of the input for any fixed hash so far, so two identities that differ in one such word never collide; any others
 * do with about the probability of 64 random bits. The length goes in too, so that a field's end cannot move into the
 * next. It is no defence against one who picks the bytes, and need not be: nobody picks the bytes of a signature.
 */
final class IdentityHash {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** 2^64 divided by the golden ratio, odd: keeps a run of zero words from staying zero. */
    private static final long STEP = 0x9e3779b97f4a7c15L;

    private IdentityHash() {}

    /** The hash of nothing yet, apart for each kind. */
    static long start(UpdateKind kind) {
        return mix(kind.fieldNumber() + STEP);
    }

    /** The hash with a number taken in. */
    static long addNumber(long hash, long word) {
        return mix((hash ^ word) + STEP);
    }

    /** The hash with a range of bytes taken in. */
    static long addBytes(long hash, byte[] bytes, int offset, int length) {
        long result = addNumber(hash, length);
        int wholeWordsEnd = offset + (length & -Long.BYTES);
        for (int i = offset; i < wholeWordsEnd; i += Long.BYTES) {
            result = addNumber(result, (long) WORD.get(bytes, i));
        }
        if (wholeWordsEnd < offset + length) {
            long last = 0;
            for (int i = offset + length - 1; i >= wholeWordsEnd; i--) {
                last = (last << Byte.SIZE) | (bytes[i] & 0xff);
            }
            result = addNumber(result, last);
        }
        return result;
    }

    /** Spreads every bit over all 64: the finishing step of SplitMix64. */
    private static long mix(long z) {
        long mixed = z;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
