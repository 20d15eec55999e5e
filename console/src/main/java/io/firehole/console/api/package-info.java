/**
 * The paths of the console: one class for each resource, which turns a question into an answer.
 *
 * <p>A resource is asked on a virtual thread and may wait for the pool. Answers are bounded, and say what is allowed when a
 * question was wrong. Names of monitors and filters are data of strangers: they go out as JSON text and nothing else. What the
 * console can have done or shown for others stands here as interfaces: {@link io.firehole.console.api.Drainable},
 * {@link io.firehole.console.api.MetricsHistory}, {@link io.firehole.console.api.PermitForecast}.
 */
@NullMarked
package io.firehole.console.api;

import org.jspecify.annotations.NullMarked;
