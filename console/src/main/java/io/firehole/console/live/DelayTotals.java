package io.firehole.console.live;

import io.firehole.pool.Group;
import io.firehole.pool.metrics.ConnectionSecond;
import io.firehole.pool.metrics.LatencyBuckets;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Adds up, second by second, how long updates took, by group: within the pool, and on their way to it. Any thread. */
public final class DelayTotals {

    /** The group of what is in none. */
    public static final String NO_GROUP = "none";

    /**
     * How long something took, since the console was opened. Immutable.
     *
     * @param buckets how often
     * @param sumMicros in all
     */
    public record Delays(LatencyBuckets buckets, long sumMicros) {

        /** Nothing yet. */
        static final Delays NONE = new Delays(LatencyBuckets.NONE, 0);

        Delays plus(LatencySecond second) {
            return second.count() == 0
                    ? this
                    : new Delays(buckets.plus(second.buckets()), sumMicros + second.sumMicros());
        }
    }

    /** Guards the maps below. Every group is in both from the start, so that rates are right from the first update on. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, Delays> handedOver = new LinkedHashMap<>();
    private final Map<String, Delays> onTheWay = new LinkedHashMap<>();

    DelayTotals() {
        for (Group group : Group.values()) {
            handedOver.put(group.word(), Delays.NONE);
            onTheWay.put(group.word(), Delays.NONE);
        }
    }

    void add(MetricsSecond second) {
        lock.lock();
        try {
            for (StreamSecond stream : second.streams()) {
                add(handedOver, stream.group(), stream.latency());
            }
            for (ConnectionSecond connection : second.connections()) {
                add(onTheWay, connection.group(), connection.providerDelay());
            }
        } finally {
            lock.unlock();
        }
    }

    private static void add(Map<String, Delays> delays, String group, LatencySecond second) {
        if (second.count() > 0) {
            delays.merge(
                    group.isEmpty() ? NO_GROUP : group, Delays.NONE.plus(second), (known, first) -> known.plus(second));
        }
    }

    /** From the arrival of an update until it was handed to a monitor, by the monitor's group. */
    Map<String, Delays> handedOver() {
        return copied(handedOver);
    }

    /** From the provider's {@code created_at} until the update came, by the group of the connection. */
    Map<String, Delays> onTheWay() {
        return copied(onTheWay);
    }

    private Map<String, Delays> copied(Map<String, Delays> delays) {
        lock.lock();
        try {
            return new LinkedHashMap<>(delays);
        } finally {
            lock.unlock();
        }
    }
}
