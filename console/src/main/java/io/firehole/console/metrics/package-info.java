/**
 * What Prometheus reads of a pool and of the process: {@code docs/metrics.md} has the table.
 *
 * <p>A {@link io.firehole.console.metrics.MetricFamily} makes its figures from the latest
 * {@link io.firehole.console.live.Sample}, so that a scrape costs the pool nothing; what tells of the Java machine is Micrometer's.
 */
@NullMarked
package io.firehole.console.metrics;

import org.jspecify.annotations.NullMarked;
