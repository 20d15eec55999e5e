package io.firehole.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what must become true, and no longer. */
public final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private Eventually() {}

    /**
     * Waits until something is so; fails where it does not become so in time, or the test's own time is up.
     *
     * @param what is awaited, in words
     */
    public static void await(String what, BooleanSupplier so) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting: " + what);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }
}
