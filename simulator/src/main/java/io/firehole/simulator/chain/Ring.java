package io.firehole.simulator.chain;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of one commitment level, in order, bounded: the oldest are overwritten. One writer, the chain's
 * driver; any number of readers, each with its {@link RingCursor}.
 */
public final class Ring {
    /** Events kept per ring: some three minutes of the PROCESSED ring at speed 1. */
    public static final int CAPACITY = 16_384;

    private record Sequenced(long sequence, RingEvent event) {}

    private final AtomicReferenceArray<@Nullable Sequenced> events = new AtomicReferenceArray<>(CAPACITY);

    /** Written by the driver only, after the event is in its place. */
    private volatile long end;

    Ring() {}

    /** Driver only. */
    void append(RingEvent event) {
        long sequence = end;
        events.set(place(sequence), new Sequenced(sequence, event));
        end = sequence + 1;
    }

    /** A cursor at the end: it gives what is appended from now on. Any thread. */
    public RingCursor cursor() {
        return new RingCursor(this, end);
    }

    /** How many events were ever appended. Any thread. */
    public long end() {
        return end;
    }

    /** The event of that number, or null if it was overwritten. */
    @Nullable
    RingEvent at(long sequence) {
        Sequenced found = events.get(place(sequence));
        return found != null && found.sequence == sequence ? found.event : null;
    }

    private static int place(long sequence) {
        return (int) (sequence % CAPACITY);
    }
}
