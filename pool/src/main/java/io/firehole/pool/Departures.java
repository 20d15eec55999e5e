package io.firehole.pool;

import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * Calls that are over here, and at the provider count as streams until it hears of that. A call that takes such a one's room on
 * another connection can be there first, and is refused then. Control thread.
 */
final class Departures {

    /**
     * How long the end of a call may be later at the provider than the begin of one that was made after it. Both travel at the
     * same time, so that only what delays one of two connections counts.
     */
    static final Duration HEARD_AFTER = Duration.ofMillis(250);

    private final NanoClock clock;

    /** When calls were ended here, oldest first; no more than there were calls within {@link #HEARD_AFTER}. */
    private final Deque<Long> endedNanos = new ArrayDeque<>();

    Departures(NanoClock clock) {
        this.clock = clock;
    }

    /**
     * The same call, whose end is noted if it comes from here.
     *
     * @param over whether the provider has ended it
     */
    UpstreamStream watched(UpstreamStream call, BooleanSupplier over) {
        return new UpstreamStream() {
            private boolean cancelled;

            @Override
            public void send(SubscribeRequest request) {
                call.send(request);
            }

            @Override
            public void cancel() {
                if (!cancelled && !over.getAsBoolean()) {
                    forgetHeard();
                    endedNanos.addLast(clock.nanos());
                }
                cancelled = true;
                call.cancel();
            }
        };
    }

    /** How many calls the provider may still count. */
    int count() {
        forgetHeard();
        return endedNanos.size();
    }

    private void forgetHeard() {
        while (!endedNanos.isEmpty() && untilHeardNanos() <= 0) {
            endedNanos.removeFirst();
        }
    }

    /** How long until there is one less; 0 if there is none. */
    long waitNanos() {
        return count() == 0 ? 0 : untilHeardNanos();
    }

    private long untilHeardNanos() {
        Long first = endedNanos.peekFirst();
        return first == null ? 0 : first + HEARD_AFTER.toNanos() - clock.nanos();
    }
}
