package io.firehole.pool.routing;

/**
 * How labels are written: short, since every update repeats them, and such that a router reads them as numbers.
 *
 * <p>A filter's label is its number in base 36 with lower-case digits. Internal labels are an upper-case letter
 * and the number of the request: {@code E} on the slots filter, {@code M} on the blocks_meta filter.
 */
public final class LabelText {

    /** No label of ours. */
    static final long FOREIGN = -1;

    /** Together with the number of the request: a label on the internal slots filter, as {@link #read} gives it. */
    static final long EPOCH = 1L << 32;

    /** Together with the number of the request: a label on the internal blocks_meta filter, as {@link #read} gives it. */
    static final long SEAL = 1L << 33;

    private static final int RADIX = 36;
    private static final long NUMBER_MAX = Integer.MAX_VALUE;
    private static final char EPOCH_LETTER = 'E';
    private static final char SEAL_LETTER = 'M';

    private LabelText() {}

    /** The label of the filter with that number. */
    public static String filter(int number) {
        return Integer.toString(number, RADIX);
    }

    /** The label on the internal slots filter of the request with that number. */
    public static String epoch(int request) {
        return EPOCH_LETTER + Integer.toString(request, RADIX);
    }

    /** The label on the internal blocks_meta filter of the request with that number. */
    public static String seal(int request) {
        return SEAL_LETTER + Integer.toString(request, RADIX);
    }

    /** Whether what was {@linkplain #read read} is an internal label. */
    static boolean isInternal(long label) {
        return label >= EPOCH;
    }

    /** Whether what was {@linkplain #read read} stands on the internal blocks_meta filter. */
    static boolean isSeal(long label) {
        return label >= SEAL;
    }

    /** The number of the request of an internal label. */
    static int request(long label) {
        return (int) label;
    }

    /** Reads a label from bytes: a filter's number, {@link #EPOCH} or {@link #SEAL} with a number, or
     * {@link #FOREIGN}. */
    static long read(byte[] buffer, int offset, int length) {
        if (length == 0) {
            return FOREIGN;
        }
        byte first = buffer[offset];
        if (first == EPOCH_LETTER || first == SEAL_LETTER) {
            long number = number(buffer, offset + 1, length - 1);
            return number == FOREIGN ? FOREIGN : (first == SEAL_LETTER ? SEAL : EPOCH) | number;
        }
        return number(buffer, offset, length);
    }

    private static long number(byte[] buffer, int offset, int length) {
        if (length == 0 || (length > 1 && buffer[offset] == '0')) {
            return FOREIGN;
        }
        long number = 0;
        for (int i = offset; i < offset + length; i++) {
            int digit = digit(buffer[i]);
            if (digit < 0) {
                return FOREIGN;
            }
            number = number * RADIX + digit;
            if (number > NUMBER_MAX) {
                return FOREIGN;
            }
        }
        return number;
    }

    private static int digit(byte letter) {
        if (letter >= '0' && letter <= '9') {
            return letter - '0';
        }
        return letter >= 'a' && letter <= 'z' ? letter - 'a' + 10 : -1;
    }
}
