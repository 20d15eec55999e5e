package io.firehole.history;

import io.firehole.pool.metrics.MetricsSecond;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What waits for the file: bounded in rows. Filled from any thread without waiting, emptied by one. */
final class Intake {

    private final int rowsMax;
    private final Queue<MetricsSecond> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong rows = new AtomicLong();

    Intake(int rowsMax) {
        this.rowsMax = rowsMax;
    }

    /** Whether there is room for all rows of a second; if not, none of them is taken. */
    boolean offer(MetricsSecond second) {
        int added = second.streams().size();
        if (rows.addAndGet(added) > rowsMax) {
            rows.addAndGet(-added);
            return false;
        }
        waiting.add(second);
        return true;
    }

    /** The next one, left where it is; null if none waits. */
    @Nullable
    MetricsSecond peek() {
        return waiting.peek();
    }

    /** Takes out the next one. */
    void remove() {
        MetricsSecond taken = waiting.remove();
        rows.addAndGet(-taken.streams().size());
    }

    /** How many rows wait. */
    long rows() {
        return rows.get();
    }
}
