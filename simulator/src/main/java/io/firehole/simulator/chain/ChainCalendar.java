package io.firehole.simulator.chain;

import io.firehole.simulator.chain.Seeded.Purpose;
import java.time.Instant;

/**
 * When things happen to a slot, and which slots are skipped. A pure function of configuration and start.
 *
 * <p>Inside a slot time is counted in microseconds at speed 1, from the slot's beginning; only {@link #nanosAfterStart}
 * knows the speed.
 */
final class ChainCalendar {
    static final long SLOT_MICROS = ChainConfig.SLOT.toNanos() / 1_000;
    static final long CREATED_BANK_MICROS = 3_000;
    static final long DATA_FROM_MICROS = 10_000;
    static final long DATA_TO_MICROS = 375_000;
    static final long SEAL_MICROS = 390_000;

    /** A slot is confirmed 0.1 to 0.48 s after its seal; the spread stays below a slot, so slots keep their order. */
    private static final int CONFIRM_AFTER_MICROS = 100_000;

    private static final int CONFIRM_SPREAD_MICROS = 380_000;

    /** A slot is finalized 31 to 32 slots after its seal. */
    private static final int FINALIZE_AFTER_SLOTS = 31;

    private static final int FINALIZE_AFTER_MICROS = 40_000;
    private static final int FINALIZE_SPREAD_MICROS = 320_000;

    private final ChainConfig config;
    private final Seeded seeded;
    private final Instant start;

    ChainCalendar(ChainConfig config, Instant start) {
        this.config = config;
        this.seeded = new Seeded(config.seed());
        this.start = start;
    }

    /** Whether no leader made a block in this slot. One slot of each run of {@code skipEvery}. */
    boolean skipped(long slot) {
        int every = config.skipEvery();
        return every > 0 && slot % every == skippedPlace(slot / every);
    }

    /** How many of the slots below this one were skipped, counted from slot 0. */
    long skippedBelow(long slot) {
        int every = config.skipEvery();
        if (every == 0) {
            return 0;
        }
        long run = slot / every;
        return run + (skippedPlace(run) < slot % every ? 1 : 0);
    }

    private int skippedPlace(long run) {
        return seeded.below(config.skipEvery(), Purpose.SKIP, run);
    }

    /** When a slot reaches CONFIRMED, in microseconds after its own beginning. */
    long confirmedMicros(long slot) {
        return SEAL_MICROS + CONFIRM_AFTER_MICROS + seeded.below(CONFIRM_SPREAD_MICROS, Purpose.CONFIRMATION, slot);
    }

    /** When a slot reaches FINALIZED, in microseconds after its own beginning. */
    long finalizedMicros(long slot) {
        return SEAL_MICROS
                + FINALIZE_AFTER_SLOTS * SLOT_MICROS
                + FINALIZE_AFTER_MICROS
                + seeded.below(FINALIZE_SPREAD_MICROS, Purpose.FINALITY, slot);
    }

    /** A moment of a slot in nanoseconds after the chain's start; negative in the past. */
    long nanosAfterStart(long slot, long micros) {
        return Math.round(((slot - config.firstSlot()) * SLOT_MICROS + micros) * (1_000 / config.speed()));
    }

    /** A moment of a slot on the wall clock, as planned. */
    Instant at(long slot, long micros) {
        return start.plusNanos(nanosAfterStart(slot, micros));
    }
}
