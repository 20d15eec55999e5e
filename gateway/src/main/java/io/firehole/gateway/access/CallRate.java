package io.firehole.gateway.access;

import io.firehole.pool.time.NanoClock;
import java.io.Serial;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many calls one address may make: a burst, then so many per second. Any thread.
 *
 * <p>For each address it keeps only the time at which the address will have earned back all its calls; a call moves that time
 * on by what a call costs, and is refused if that would put it further ahead than the burst allows. A refused call costs
 * nothing. Addresses are forgotten, the least recent first, when there are too many of them.
 */
final class CallRate {

    /** Addresses remembered at once. */
    static final int ADDRESSES_MAX = 10_000;

    private final NanoClock clock;
    private final long callNanos;
    private final long burstNanos;
    private final Map<InetAddress, Long> earnedBackAt = new LinkedHashMap<>(16, 0.75f, true) {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Long> eldest) {
            return size() > ADDRESSES_MAX;
        }
    };

    /**
     * @param calls allowed at once, and again in each {@code per}
     * @param per the time in which they are earned back
     */
    CallRate(NanoClock clock, int calls, Duration per) {
        this.clock = clock;
        this.callNanos = Math.max(1, per.toNanos() / calls);
        this.burstNanos = callNanos * calls;
    }

    /** Takes one call for that address, or says how long it must wait; zero means taken. */
    Duration take(InetAddress address) {
        long now = clock.nanos();
        synchronized (earnedBackAt) {
            Long before = earnedBackAt.get(address);
            long from = before == null || before - now < 0 ? now : before;
            long ahead = from + callNanos - now;
            if (ahead > burstNanos) {
                return Duration.ofNanos(ahead - burstNanos);
            }
            earnedBackAt.put(address, from + callNanos);
            return Duration.ZERO;
        }
    }
}
