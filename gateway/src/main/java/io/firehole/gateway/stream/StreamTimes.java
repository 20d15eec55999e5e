package io.firehole.gateway.stream;

import java.time.Duration;

/**
 * How long a stream waits for what.
 *
 * @param pingEvery between two pings to the client; the first comes at once
 * @param stalledAfter when a client that takes nothing of what waits for it is cut off
 * @param stalledHalfClosedAfter the same for a client that has ended its side: it may have gone without saying so
 * @param errorHeldFor by how much an end which makes clients reconnect at once is put off, so that a client which does so
 *     without pause is served once in that time
 */
public record StreamTimes(
        Duration pingEvery, Duration stalledAfter, Duration stalledHalfClosedAfter, Duration errorHeldFor) {

    public static final StreamTimes DEFAULT = new StreamTimes(
            Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(1));

    public StreamTimes {
        positive("pingEvery", pingEvery);
        positive("stalledAfter", stalledAfter);
        positive("stalledHalfClosedAfter", stalledHalfClosedAfter);
        if (errorHeldFor.isNegative()) {
            throw new IllegalArgumentException("errorHeldFor must not be negative, was " + errorHeldFor);
        }
    }

    /** These times with another patience for clients that take nothing; no more for one that has ended its side. */
    public StreamTimes withStalledAfter(Duration time) {
        Duration halfClosed = time.compareTo(stalledHalfClosedAfter) < 0 ? time : stalledHalfClosedAfter;
        return new StreamTimes(pingEvery, time, halfClosed, errorHeldFor);
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }
}
