package io.firehole.pool.buffer;

/**
 * How much a {@link ReplayBuffer} may hold.
 *
 * @param bytesMax how many bytes of updates; 0 keeps nothing
 * @param slotsMax how many slots, counted back from the newest
 */
public record BufferLimits(long bytesMax, int slotsMax) {

    /** 256 MiB, and seven minutes of slots. */
    public static final BufferLimits DEFAULT = new BufferLimits(256L << 20, 1_024);

    /** Nothing is kept. */
    public static final BufferLimits OFF = DEFAULT.withBytesMax(0);

    public BufferLimits {
        if (bytesMax < 0) {
            throw new IllegalArgumentException("replay.buffer-max must not be negative, was " + bytesMax);
        }
        if (slotsMax < 1) {
            throw new IllegalArgumentException("replay.buffer-slots must be at least 1, was " + slotsMax);
        }
    }

    /** These limits with another number of bytes. */
    public BufferLimits withBytesMax(long bytes) {
        return new BufferLimits(bytes, slotsMax);
    }

    /** These limits with another number of slots. */
    public BufferLimits withSlotsMax(int slots) {
        return new BufferLimits(bytesMax, slots);
    }

    /** Whether nothing is kept. */
    public boolean isOff() {
        return bytesMax == 0;
    }
}
