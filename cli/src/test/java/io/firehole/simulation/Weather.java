package io.firehole.simulation;

import io.firehole.wire.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What goes wrong at a provider and on the way to it, at the moment. In fair weather, as at the beginning, nothing does. */
final class Weather {

    /** Connects are refused. */
    int refuses;

    /** Connects are never answered. */
    int hangs;

    /** Nothing that the provider writes arrives before. */
    long stalledUntilNanos = Long.MIN_VALUE / 2;

    /** Whoever wants a replay hears OUT_OF_RANGE. */
    int deniesReplay;

    /** The provider remembers nothing before that slot. */
    long remembersFrom;

    /** How much longer than usual a request may wait until it is looked at. */
    int lookMillisMax;

    /** How long the event loop of a call may be busy when that is cancelled. */
    int busyMillisMax;

    /** From one replayed slot to the next; 0 for all at once. */
    int replaySlotMillis;

    /** How many slots of the next replay are sent before it breaks; negative if it does not. */
    int replayBreaksAfter = -1;

    /** How it breaks; null for the connection. */
    @Nullable
    GrpcStatus replayBreaksWith;

    private long lastTroubleNanos = Long.MIN_VALUE / 2;
    private long lastAwayNanos = Long.MIN_VALUE / 2;
    private long lastAskedNanos = Long.MIN_VALUE / 2;

    private final List<Long> connects = new ArrayList<>();

    /** Something has gone wrong just now. */
    void troubled(long nowNanos) {
        lastTroubleNanos = nowNanos;
    }

    /** When something went wrong last; now, if something does. */
    long lastTroubleNanos(long nowNanos) {
        boolean foul = refuses > 0 || hangs > 0 || deniesReplay > 0 || stalledUntilNanos >= nowNanos;
        return foul ? nowNanos : Math.max(lastTroubleNanos, stalledUntilNanos);
    }

    /** When the provider last could not be reached; now, if it cannot. */
    long lastAwayNanos(long nowNanos) {
        if (refuses > 0 || hangs > 0 || stalledUntilNanos >= nowNanos) {
            lastAwayNanos = nowNanos;
        }
        return Math.max(lastAwayNanos, stalledUntilNanos);
    }

    /** Somebody has connected, or been sent a part of a replay, just now. */
    void asked(long nowNanos) {
        lastAskedNanos = nowNanos;
    }

    /** When anybody last connected, or was sent a replay. */
    long lastAskedNanos() {
        return lastAskedNanos;
    }

    void connected(long nowNanos) {
        asked(nowNanos);
        connects.add(nowNanos);
    }

    /** When connects were made. */
    List<Long> connects() {
        return connects;
    }
}
