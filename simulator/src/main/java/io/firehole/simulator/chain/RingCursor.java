package io.firehole.simulator.chain;

import org.jspecify.annotations.Nullable;

/** A stream's place in a {@link Ring}. Belongs to one thread at a time; never blocks the ring. */
public final class RingCursor {
    private final Ring ring;
    private long next;
    private boolean lagged;

    RingCursor(Ring ring, long next) {
        this.ring = ring;
        this.next = next;
    }

    /** The next event, or null if there is none yet or the ring has overrun this cursor: see {@link #lagged}. */
    public @Nullable RingEvent poll() {
        if (lagged || next >= ring.end()) {
            return null;
        }
        RingEvent event = ring.at(next);
        if (event == null) {
            lagged = true;
            return null;
        }
        next++;
        return event;
    }

    /** Whether events were overwritten before this cursor read them: the stream must end. Stays so. */
    public boolean lagged() {
        return lagged;
    }

    /** How many events wait. */
    public long behind() {
        return ring.end() - next;
    }
}
