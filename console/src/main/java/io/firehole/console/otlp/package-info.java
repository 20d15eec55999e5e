/**
 * The same figures that Prometheus reads, sent to an OpenTelemetry collector from time to time: OTLP, as protobuf by HTTP. Only where an
 * {@link io.firehole.console.otlp.OtlpConfig} says to whom.
 *
 * <p>A {@link io.firehole.console.otlp.MetricsExport} takes the figures, has them written as a request, and gives it to the collector;
 * {@link io.firehole.console.otlp.ExportCounts} say what came of that. All of it happens on a virtual thread of its own, one export
 * at a time. Counters go out as they stand, so an export that fails costs a point of a curve and is never tried again: the next one
 * has what it had. Nothing here looks at the pool.
 */
@NullMarked
package io.firehole.console.otlp;

import org.jspecify.annotations.NullMarked;
