/**
 * What happened in a pool, second by second and stream by stream, as plain values for whoever keeps or shows it.
 *
 * <p>A {@link io.firehole.pool.metrics.MetricsSecond} is made once a second and handed on; it is immutable, so any thread may
 * have it. Its figures are of that second alone and not running totals: whoever misses one misses only that one. Latencies
 * come as exact figures of the second, to be shown, and as {@link io.firehole.pool.metrics.LatencyBuckets}, to be added up:
 * the percentile of an hour is not the mean of its seconds' percentiles. Everybody may see this package, and it sees nobody.
 */
@NullMarked
package io.firehole.pool.metrics;

import org.jspecify.annotations.NullMarked;
