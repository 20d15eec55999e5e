package io.firehole.console.live;

import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Adds up what each monitor got, second by second. Any thread; nothing waits for long. */
final class MonitorTotals {

    /** Monitors with figures of their own; the one that got something longest ago is forgotten for one more. */
    static final int MONITORS_MAX = 10_000;

    /** Guards the map below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, MonitorFigures> byId = new LinkedHashMap<>(64, 0.75f, true);

    void add(MetricsSecond second) {
        lock.lock();
        try {
            for (StreamSecond stream : second.streams()) {
                byId.merge(
                        stream.monitorId(),
                        MonitorFigures.NONE.plus(stream, second.begin()),
                        (known, first) -> known.plus(stream, second.begin()));
                if (byId.size() > MONITORS_MAX) {
                    byId.remove(byId.keySet().iterator().next());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    Map<String, MonitorFigures> all() {
        lock.lock();
        try {
            return Map.copyOf(byId);
        } finally {
            lock.unlock();
        }
    }
}
