package io.firehole.gateway.stream;

import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Notices that a client takes nothing of what waits for it. Event loop only. */
final class StallWatch {

    private final NanoClock clock;
    private final Timers timers;
    private final LongSupplier limitNanos;
    private final BooleanSupplier keepsUsWaiting;
    private final Runnable stalled;

    private long movedNanos;
    private Timers.Timer timer = () -> {};

    /**
     * Watches nothing yet.
     *
     * @param limitNanos how long a client may take nothing; asked again and again
     * @param keepsUsWaiting whether the client has yet to take what was sent last
     * @param stalled told once
     */
    StallWatch(
            NanoClock clock, Timers timers, LongSupplier limitNanos, BooleanSupplier keepsUsWaiting, Runnable stalled) {
        this.clock = clock;
        this.timers = timers;
        this.limitNanos = limitNanos;
        this.keepsUsWaiting = keepsUsWaiting;
        this.stalled = stalled;
    }

    void start() {
        moved();
        restart();
    }

    /** Something has been sent, or there was nothing to send: from now on the client is waited for. */
    void moved() {
        movedNanos = clock.nanos();
    }

    /** The limit has changed. */
    void restart() {
        arm(limitNanos.getAsLong());
    }

    void stop() {
        timer.cancel();
    }

    private void arm(long delayNanos) {
        timer.cancel();
        timer = timers.after(delayNanos, this::look);
    }

    private void look() {
        long limit = limitNanos.getAsLong();
        long waitedNanos = clock.nanos() - movedNanos;
        if (!keepsUsWaiting.getAsBoolean()) {
            arm(limit);
        } else if (waitedNanos < limit) {
            arm(limit - waitedNanos);
        } else {
            stalled.run();
        }
    }
}
