package io.firehole.pool;

import io.firehole.pool.MailboxLimits.OverrunPolicy;
import java.util.Objects;
import java.util.Optional;

/**
 * What is said of monitors that read too slowly, beside {@link PoolConfig#mailbox}.
 *
 * @param policies the policies of those monitors that have another one than the rest, by name or pattern
 * @param spill where updates wait on disk; empty if they may not, and then nobody has {@link OverrunPolicy#SPILL}
 * @param buffersMaxBytes how much all buffers of the pool may hold together; see {@code memory} for how it is counted
 */
public record SlowMonitorRules(MonitorNames<OverrunPolicy> policies, Optional<SpillRules> spill, long buffersMaxBytes) {

    /** Which part of the heap all buffers may hold if nothing is said. */
    public static final double SHARE_OF_HEAP = 0.25;

    /** All alike, and a quarter of the heap. */
    public static final SlowMonitorRules DEFAULT =
            new SlowMonitorRules(MonitorNames.none(), Optional.empty(), ofHeap(SHARE_OF_HEAP));

    static final String NOWHERE = "the policy spill needs a directory for what waits on disk";

    public SlowMonitorRules {
        Objects.requireNonNull(policies, "policies");
        if (spill.isEmpty() && policies.says(OverrunPolicy.SPILL)) {
            throw new IllegalArgumentException(NOWHERE);
        }
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
        return new SlowMonitorRules(others, spill, buffersMaxBytes);
    }

    /** These rules with another limit for all buffers. */
    public SlowMonitorRules withBuffersMaxBytes(long bytes) {
        return new SlowMonitorRules(policies, spill, bytes);
    }

    /** These rules with a place on disk. */
    public SlowMonitorRules withSpill(SpillRules rules) {
        return new SlowMonitorRules(policies, Optional.of(rules), buffersMaxBytes);
    }
}
