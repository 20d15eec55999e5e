package io.firehole.pool.routing;

import java.util.concurrent.atomic.AtomicLong;

/** What a union of filters has brought, and how much of it somebody asked for. Written by one event loop, read by any thread. */
public final class UnionCounts {

    private final AtomicLong received = new AtomicLong();
    private final AtomicLong wanted = new AtomicLong();

    /** Updates that came. */
    public long received() {
        return received.getAcquire();
    }

    /** Those of them that at least one of the filters matches. */
    public long wanted() {
        return wanted.getAcquire();
    }

    void came(boolean isWanted) {
        received.setRelease(received.getPlain() + 1);
        if (isWanted) {
            wanted.setRelease(wanted.getPlain() + 1);
        }
    }
}
