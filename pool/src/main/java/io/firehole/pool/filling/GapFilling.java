package io.firehole.pool.filling;

import java.time.Duration;

/**
 * How gaps beyond the provider's replay are filled.
 *
 * @param source asked for what is missing
 * @param maxSlots how many slots of one gap are filled at the most, the latest of it
 * @param maxTime after which nothing more is fetched of what one break left, so that what is live does not wait on
 */
public record GapFilling(BlockSource source, int maxSlots, Duration maxTime) {

    /** Some 60 s of slots, as far as most providers replay. */
    public static final int USUAL_MAX_SLOTS = 150;

    /**
     * Twice what so many slots take at 5 requests a second, with those that the provider forgets meanwhile: 30 s, 15 s for these, and so
     * on.
     */
    public static final Duration USUAL_MAX_TIME = Duration.ofMinutes(2);

    public GapFilling {
        if (maxSlots < 1) {
            throw new IllegalArgumentException("max-slots must be at least 1, was " + maxSlots);
        }
        if (!maxTime.isPositive()) {
            throw new IllegalArgumentException("max-time must be longer than nothing, was " + maxTime);
        }
    }
}
