package io.firehole.pool.routing;

import java.util.concurrent.atomic.AtomicLong;

/** What came in on one call. Written by its event loop alone, so without contention; read by any thread. */
public final class CallCounts {

    private final AtomicLong updates = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong unrouted = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();

    /** Messages received, pings included. */
    public long updates() {
        return updates.getAcquire();
    }

    /** Their bytes. */
    public long bytes() {
        return bytes.getAcquire();
    }

    /** Updates that went to nobody: under labels of those who left, or under none of ours. */
    public long unrouted() {
        return unrouted.getAcquire();
    }

    /** Messages that are no update. */
    public long malformed() {
        return malformed.getAcquire();
    }

    void received(int length) {
        updates.setRelease(updates.getPlain() + 1);
        bytes.setRelease(bytes.getPlain() + length);
    }

    void wasUnrouted() {
        unrouted.setRelease(unrouted.getPlain() + 1);
    }

    void wasMalformed() {
        malformed.setRelease(malformed.getPlain() + 1);
    }
}
