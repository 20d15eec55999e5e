package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import java.util.Objects;

/**
 * The latencies of one connection or monitor over a whole period.
 *
 * @param life by connection: the process that had it; by monitor: 0
 * @param groupId the number of the connection, or the monitor's id
 * @param buckets all of them; any percentile of them is at most 9.1 % off, and they can be added to others
 */
public record GroupLatency(long life, String groupId, LatencyBuckets buckets) {

    public GroupLatency {
        Objects.requireNonNull(groupId, "groupId");
        Objects.requireNonNull(buckets, "buckets");
    }
}
