package io.firehole.simulator.chain;

import java.time.Duration;

/**
 * What makes one chain differ from another. Two chains of equal configuration, templates and start instant are equal to
 * the last byte, but for {@code created_at} of what is sent live.
 *
 * @param seed of every choice: signatures, hashes, skipped slots, which recorded slot's entries are played, delays
 * @param speed how many times faster than mainnet's 400 ms a slot goes by, above 0
 * @param skipEvery one slot of each run of this many has no block, at a place chosen by the seed; 0 for none
 * @param replaySlots how many of the newest slot numbers can be replayed; 0 switches replay off
 * @param firstSlot the first slot that begins after the start; the past lies before it
 */
public record ChainConfig(long seed, double speed, int skipEvery, int replaySlots, long firstSlot) {
    /** How long a slot takes at speed 1. */
    public static final Duration SLOT = Duration.ofMillis(400);

    /** Blocks there are at least at the start: the reference answers some unary calls only after it has seen 332. */
    public static final int PAST_BLOCKS_MIN = 400;

    /** The deepest replay: a day of slots. */
    public static final int REPLAY_SLOTS_MAX = 216_000;

    /** Slot numbers are patched in place, so they must keep their length on the wire: five bytes. */
    static final long SLOT_MIN = 1L << 28;

    static final long SLOT_MAX = (1L << 35) - 1;

    /** Seed 1, mainnet's speed, every 16th slot or so skipped, 150 slots of replay. */
    public static final ChainConfig DEFAULT = new ChainConfig(1, 1.0, 16, 150, 400_000_000L);

    public ChainConfig {
        if (!(speed > 0) || speed > 1_000) {
            throw new IllegalArgumentException("speed must be above 0 and at most 1000, was " + speed);
        }
        if (skipEvery < 0 || skipEvery == 1) {
            throw new IllegalArgumentException("skipEvery must be 0 or at least 2, was " + skipEvery);
        }
        if (replaySlots < 0 || replaySlots > REPLAY_SLOTS_MAX) {
            throw new IllegalArgumentException(
                    "replaySlots must be from 0 to " + REPLAY_SLOTS_MAX + ", was " + replaySlots);
        }
        if (firstSlot < SLOT_MIN + (1 << 20) || firstSlot > SLOT_MAX / 2) {
            throw new IllegalArgumentException("firstSlot must be between " + (SLOT_MIN + (1 << 20)) + " and "
                    + SLOT_MAX / 2 + ", was " + firstSlot);
        }
    }

    /** How many blocks there are before the first slot. */
    int pastBlocks() {
        return Math.max(PAST_BLOCKS_MIN, replaySlots);
    }

    public ChainConfig withSeed(long newSeed) {
        return new ChainConfig(newSeed, speed, skipEvery, replaySlots, firstSlot);
    }

    public ChainConfig withSpeed(double newSpeed) {
        return new ChainConfig(seed, newSpeed, skipEvery, replaySlots, firstSlot);
    }

    public ChainConfig withSkipEvery(int newSkipEvery) {
        return new ChainConfig(seed, speed, newSkipEvery, replaySlots, firstSlot);
    }

    public ChainConfig withReplaySlots(int newReplaySlots) {
        return new ChainConfig(seed, speed, skipEvery, newReplaySlots, firstSlot);
    }

    public ChainConfig withFirstSlot(long newFirstSlot) {
        return new ChainConfig(seed, speed, skipEvery, replaySlots, newFirstSlot);
    }
}
