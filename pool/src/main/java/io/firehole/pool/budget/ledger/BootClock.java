package io.firehole.pool.budget.ledger;

import io.firehole.pool.time.NanoClock;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.UUID;

/**
 * A clock that all processes of a machine share, from its boot to its end; it goes on while the machine sleeps, and nobody
 * can set it. Any thread.
 *
 * <p>Its times can be compared among processes as long as they tell the same {@link #bootId}.
 */
public interface BootClock extends NanoClock {

    /**
     * Now, in nanoseconds since the boot.
     *
     * @throws java.io.UncheckedIOException if the clock cannot be read
     */
    @Override
    long nanos();

    /** Which boot: another one each time the machine starts. */
    UUID bootId();

    /**
     * The machine's. On Linux what {@code /proc/uptime} tells, in steps of 10 ms. Elsewhere the wall clock has to do: a
     * step forward by so much makes a ledger forget so much too early, as far as other processes are concerned.
     */
    static BootClock system() {
        if (Files.isReadable(UptimeClock.UPTIME) && Files.isReadable(UptimeClock.BOOT_ID)) {
            return UptimeClock.open();
        }
        return on(InstantSource.system());
    }

    /** A wall clock in the place of a boot clock. */
    static BootClock on(InstantSource wall) {
        return new BootClock() {
            @Override
            public long nanos() {
                return wall.millis() * 1_000_000L;
            }

            @Override
            public UUID bootId() {
                return new UUID(0, 0);
            }
        };
    }
}
