package io.firehole.simulator.time;

import java.time.Instant;

/**
 * The machine's time. The wall clock is read once; from then on the monotonic clock carries it, so that a correction
 * of the machine's clock never changes how many connections fall into a window.
 */
final class SystemProviderClock implements ProviderClock {

    private final Instant startWall = Instant.now();
    private final long startNanos = System.nanoTime();

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Instant wall() {
        return startWall.plusNanos(System.nanoTime() - startNanos);
    }
}
