package io.firehole.filters;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Base58 with the alphabet of Bitcoin and Solana.
 *
 * <p>The work grows with the square of the length, so both ways have a limit that is tested first: what people encode
 * here are keys, signatures and the 128 bytes of a memcmp.
 */
public final class Base58 {

    /** The longest input of {@link #encode}, in bytes. */
    public static final int BYTES_MAX = 1_024;

    /** The longest input of {@link #decode}, in characters: enough for whatever {@link #encode} gives. */
    public static final int CHARS_MAX = 1_400;

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int BASE = 58;
    private static final byte[] DIGITS = new byte[128];

    /** Five digits fit an unsigned int, so one pass over the number takes five digits in or out. */
    private static final int GROUP_DIGITS = 5;

    private static final long GROUP_BASE = 58L * 58 * 58 * 58 * 58;
    private static final long LIMB_MASK = 0xffff_ffffL;

    static {
        Arrays.fill(DIGITS, (byte) -1);
        for (int i = 0; i < BASE; i++) {
            DIGITS[ALPHABET.charAt(i)] = (byte) i;
        }
    }

    private Base58() {}

    /**
     * The bytes as text.
     *
     * @throws IllegalArgumentException if there are more than {@link #BYTES_MAX} bytes
     */
    public static String encode(byte[] bytes) {
        return encode(bytes, BYTES_MAX);
    }

    /**
     * The same of what may be longer.
     *
     * @param bytesMax the most that the caller has time for
     * @throws IllegalArgumentException if there are more
     */
    public static String encode(byte[] bytes, int bytesMax) {
        if (bytes.length > bytesMax) {
            throw new IllegalArgumentException(
                    "base58 of " + bytes.length + " bytes asked for, at most " + bytesMax + " are allowed");
        }
        int zeros = 0;
        while (zeros < bytes.length && bytes[zeros] == 0) {
            zeros++;
        }
        int[] limbs = limbs(bytes, zeros);
        // 137 / 100 is a little more than log 256 / log 58.
        char[] text = new char[(bytes.length - zeros) * 137 / 100 + GROUP_DIGITS + 1];
        int at = text.length;
        int high = 0;
        while (high < limbs.length) {
            long rest = 0;
            for (int i = high; i < limbs.length; i++) {
                long value = (rest << 32) | (limbs[i] & LIMB_MASK);
                limbs[i] = (int) (value / GROUP_BASE);
                rest = value % GROUP_BASE;
            }
            while (high < limbs.length && limbs[high] == 0) {
                high++;
            }
            boolean last = high == limbs.length;
            for (int digit = 0; last ? rest > 0 : digit < GROUP_DIGITS; digit++) {
                text[--at] = ALPHABET.charAt((int) (rest % BASE));
                rest /= BASE;
            }
        }
        return "1".repeat(zeros) + new String(text, at, text.length - at);
    }

    /**
     * The bytes of a text.
     *
     * @throws IllegalArgumentException if the text is longer than {@link #CHARS_MAX} or has a character outside the
     *     alphabet
     */
    public static byte[] decode(String text) {
        return decode(text, CHARS_MAX);
    }

    /**
     * The same of what may be longer.
     *
     * @param charsMax the most that the caller has time for
     * @throws IllegalArgumentException if the text is longer or has a character outside the alphabet
     */
    public static byte[] decode(String text, int charsMax) {
        if (text.length() > charsMax) {
            throw new IllegalArgumentException(
                    "base58 text of " + text.length() + " characters, at most " + charsMax + " are allowed");
        }
        byte[] bytes = decodeOrNull(text);
        if (bytes == null) {
            throw new IllegalArgumentException("base58 text with a character that is not in the alphabet");
        }
        return bytes;
    }

    /** The bytes of a text that is at most {@link #CHARS_MAX} long; null if a character is outside the alphabet. */
    static byte @Nullable [] decodeOrNull(String text) {
        int length = text.length();
        int zeros = 0;
        while (zeros < length && text.charAt(zeros) == '1') {
            zeros++;
        }
        int digits = length - zeros;
        // 733 / 1000 is a little more than log 58 / log 256.
        int[] limbs = new int[(digits * 733 / 1000 + 1 + 3) / 4];
        int low = limbs.length;
        int at = zeros;
        int groupEnd = zeros + digits % GROUP_DIGITS;
        while (at < length) {
            if (groupEnd == at) {
                groupEnd += GROUP_DIGITS;
            }
            long carry = 0;
            for (; at < groupEnd; at++) {
                char c = text.charAt(at);
                int digit = c < DIGITS.length ? DIGITS[c] : -1;
                if (digit < 0) {
                    return null;
                }
                carry = carry * BASE + digit;
            }
            for (int i = limbs.length - 1; i >= low; i--) {
                long value = (limbs[i] & LIMB_MASK) * GROUP_BASE + carry;
                limbs[i] = (int) value;
                carry = value >>> 32;
            }
            if (carry != 0) {
                limbs[--low] = (int) carry;
            }
        }
        return bytes(limbs, low, zeros);
    }

    /** The number without its leading zeros as 32-bit limbs, the highest first and not zero. */
    private static int[] limbs(byte[] bytes, int zeros) {
        int[] limbs = new int[(bytes.length - zeros + 3) / 4];
        for (int i = bytes.length - 1, shift = 0; i >= zeros; i--, shift += 8) {
            limbs[limbs.length - 1 - shift / 32] |= (bytes[i] & 0xff) << (shift % 32);
        }
        return limbs;
    }

    private static byte[] bytes(int[] limbs, int low, int zeros) {
        if (low == limbs.length) {
            return new byte[zeros];
        }
        int highBytes = (32 - Integer.numberOfLeadingZeros(limbs[low]) + 7) / 8;
        byte[] bytes = new byte[zeros + highBytes + (limbs.length - low - 1) * 4];
        for (int i = bytes.length - 1, shift = 0; i >= zeros; i--, shift += 8) {
            bytes[i] = (byte) (limbs[limbs.length - 1 - shift / 32] >>> (shift % 32));
        }
        return bytes;
    }
}
