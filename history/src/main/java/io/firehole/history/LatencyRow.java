package io.firehole.history;

import io.firehole.pool.metrics.LatencyBuckets;
import java.time.Instant;

/**
 * One stream's latencies of up to ten seconds.
 *
 * @param first the first second counted in it; a stream's second is counted once, so no two rows have the same
 * @param stream whose
 * @param buckets all of them
 */
record LatencyRow(Instant first, StreamId stream, LatencyBuckets buckets) {}
