package io.firehole.history;

import java.time.Duration;
import java.time.Instant;

/**
 * From a moment on, up to another one that does not belong to it.
 *
 * @param from the first moment
 * @param to the first one after it
 */
record TimeRange(Instant from, Instant to) {

    TimeRange {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("a range ends after it begins, was " + from + " to " + to);
        }
    }

    /** What a period reaches back to from now, begun on a whole step, so that the first step is complete. */
    static TimeRange back(Period period, Instant now, Duration step) {
        return new TimeRange(floor(now.minus(period.length()), step), now.plusSeconds(1));
    }

    /** The same, widened to whole steps on both ends. */
    TimeRange whole(Duration step) {
        Instant end = floor(to, step);
        return new TimeRange(floor(from, step), end.equals(to) ? end : end.plus(step));
    }

    /** The last whole step that is not after a moment. */
    static Instant floor(Instant moment, Duration step) {
        long seconds = step.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), seconds) * seconds);
    }
}
