package io.firehole.simulator.time;

import java.time.Instant;

/** The provider's own clock. Any thread. */
public interface ProviderClock {

    /** Nanoseconds since some fixed moment; never goes back. Differences mean something, the number itself does not. */
    long nanos();

    /** What the provider takes for the time of day. Goes on as evenly as {@link #nanos()} and never jumps. */
    Instant wall();

    /** The machine's clock, read once at this call and carried on by its monotonic clock. */
    static ProviderClock system() {
        return new SystemProviderClock();
    }
}
