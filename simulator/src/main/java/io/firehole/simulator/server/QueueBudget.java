package io.firehole.simulator.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes may wait in the boxes of all clients together. When they are more, a box that holds a fair part of them
 * takes no more. Any thread.
 */
final class QueueBudget {

    /** A box that holds less than this is never to blame. */
    static final long INNOCENT_BYTES = 4L * 1024 * 1024;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    QueueBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A third of what the program may use. */
    static QueueBudget ofMemory() {
        return new QueueBudget(Runtime.getRuntime().maxMemory() / 3);
    }

    void add(long more) {
        if (more != 0) {
            bytes.addAndGet(more);
        }
    }

    boolean isOver(long ownBytes) {
        return ownBytes >= INNOCENT_BYTES && bytes.get() > maxBytes;
    }

    long bytes() {
        return bytes.get();
    }
}
