package io.firehole.pool;

import io.firehole.pool.MailboxLimits.OverrunPolicy;
import java.util.Objects;

/**
 * What is said of monitors that read too slowly, beside {@link PoolConfig#mailbox}.
 *
 * @param policies the policies of those monitors that have another one than the rest, by name or pattern
 * @param buffersMaxBytes how much all buffers of the pool may hold together; see {@code memory} for how it is counted
 */
public record SlowMonitorRules(MonitorNames<OverrunPolicy> policies, long buffersMaxBytes) {

    /** Which part of the heap all buffers may hold if nothing is said. */
    public static final double SHARE_OF_HEAP = 0.25;

    /** All alike, and a quarter of the heap. */
    public static final SlowMonitorRules DEFAULT = new SlowMonitorRules(MonitorNames.none(), ofHeap(SHARE_OF_HEAP));

    public SlowMonitorRules {
        Objects.requireNonNull(policies, "policies");
        if (buffersMaxBytes < 1) {
            throw new IllegalArgumentException("buffers-max must be at least 1 byte, was " + buffersMaxBytes);
        }
    }

    /** A part of what the heap can grow to, in bytes. */
    public static long ofHeap(double share) {
        return Math.max(1, (long) (Runtime.getRuntime().maxMemory() * share));
    }

    /** These rules with other policies for some. */
    public SlowMonitorRules withPolicies(MonitorNames<OverrunPolicy> others) {
        return new SlowMonitorRules(others, buffersMaxBytes);
    }

    /** These rules with another limit for all buffers. */
    public SlowMonitorRules withBuffersMaxBytes(long bytes) {
        return new SlowMonitorRules(policies, bytes);
    }
}
