package io.firehole.pool.budget.ledger;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * One moment, told so that a later boot can still place it.
 *
 * @param boot which boot of the machine
 * @param bootNanos the time since then
 * @param wallMillis what the wall clock showed: used only after another boot
 */
record Stamp(UUID boot, long bootNanos, long wallMillis) {

    static final int BYTES = 32;

    /** A clock has gone back if something lies further ahead of it: nobody writes what is to come. */
    private static final long AHEAD_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    static Stamp readFrom(ByteBuffer in) {
        return new Stamp(new UUID(in.getLong(), in.getLong()), in.getLong(), in.getLong());
    }

    void writeTo(ByteBuffer out) {
        out.putLong(boot.getMostSignificantBits())
                .putLong(boot.getLeastSignificantBits())
                .putLong(bootNanos)
                .putLong(wallMillis);
    }

    /** How long ago this was; empty if the clocks do not tell, since they have gone back. */
    OptionalLong ageNanos(Stamp now) {
        long age = boot.equals(now.boot)
                ? now.bootNanos - bootNanos
                : TimeUnit.MILLISECONDS.toNanos(now.wallMillis - wallMillis);
        return age < -AHEAD_MAX_NANOS ? OptionalLong.empty() : OptionalLong.of(age);
    }

    /** Another moment of the same boot. */
    Stamp plusNanos(long nanos) {
        return new Stamp(boot, bootNanos + nanos, wallMillis + TimeUnit.NANOSECONDS.toMillis(nanos));
    }
}
