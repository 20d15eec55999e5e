package io.firehole.pool.routing;

import io.firehole.pool.metrics.LatencyRecorder;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.wire.RawUpdate;
import java.time.Instant;
import java.time.InstantSource;

/**
 * How old the updates of one connection are when they come, by the provider's own timestamps. It looks at one in sixteen:
 * what slows the provider down slows down its neighbours as well, and a look costs more than passing an update on.
 *
 * <p>The event loop of the connection measures, the control thread asks.
 */
public final class ProviderDelay {

    private static final int ONE_IN = 16;

    private final InstantSource timeOfDay;
    private final LatencyRecorder delays = new LatencyRecorder();
    private int passed;

    /** @param timeOfDay what the time of day is here */
    public ProviderDelay(InstantSource timeOfDay) {
        this.timeOfDay = timeOfDay;
    }

    /** An update has come. Event loop. */
    void came(RawUpdate update) {
        if (++passed < ONE_IN) {
            return;
        }
        passed = 0;
        long createdAtMicros = update.createdAtMicros();
        if (createdAtMicros != 0) {
            Instant now = timeOfDay.instant();
            long nowMicros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
            delays.record((nowMicros - createdAtMicros) * 1_000);
        }
    }

    /** The delays since this was asked last. Control thread. */
    public LatencySecond take() {
        return delays.take();
    }
}
