package io.firehole.simulator.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is moved. Any thread. */
public final class MovedClock implements ProviderClock {

    private static final Instant START = Instant.parse("2026-08-20T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    /** Lets time pass. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant wall() {
        return START.plusNanos(nanos.get());
    }
}
