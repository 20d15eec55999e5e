package io.firehole.pool.filling;

/**
 * How gaps beyond the provider's replay are filled.
 *
 * @param source asked for what is missing
 * @param maxSlots how many slots of one gap are filled at the most, the latest of it
 */
public record GapFilling(BlockSource source, int maxSlots) {

    /** Some 60 s of slots, as far as most providers replay. */
    public static final int USUAL_MAX_SLOTS = 150;

    public GapFilling {
        if (maxSlots < 1) {
            throw new IllegalArgumentException("max-slots must be at least 1, was " + maxSlots);
        }
    }
}
