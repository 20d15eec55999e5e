package io.firehole.console.live;

import java.util.concurrent.TimeUnit;

/**
 * How two counters that belong together grew over the last minute: a ring of readings. One thread.
 */
final class Growth {

    /** Readings kept: a minute of seconds, and the one before. */
    static final int READINGS = 61;

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long[] atNanos = new long[READINGS];
    private final long[] messages = new long[READINGS];
    private final long[] bytes = new long[READINGS];
    private int readings;

    /** Takes a reading of both. */
    void read(long nowNanos, long messagesNow, long bytesNow) {
        int at = readings % READINGS;
        atNanos[at] = nowNanos;
        messages[at] = messagesNow;
        bytes[at] = bytesNow;
        readings++;
    }

    Rates rates() {
        if (readings < 2) {
            return Rates.NONE;
        }
        int last = (readings - 1) % READINGS;
        int before = (readings + READINGS - 2) % READINGS;
        int oldest = readings < READINGS ? 0 : readings % READINGS;
        return new Rates(
                perSecond(messages, before, last),
                perSecond(bytes, before, last),
                perSecond(messages, oldest, last),
                perSecond(bytes, oldest, last));
    }

    private double perSecond(long[] counter, int from, int to) {
        long nanos = atNanos[to] - atNanos[from];
        return nanos <= 0 ? 0 : (counter[to] - counter[from]) * NANOS_PER_SECOND / nanos;
    }
}
