/**
 * What people and scripts see of a running pool: JSON over HTTP, a WebSocket, figures for Prometheus and a dashboard, on loopback unless it
 * is told otherwise.
 *
 * <p>A {@link io.firehole.console.Console} puts the rooms together: {@code http} is what every request passes, {@code access} who may come
 * in, {@code api} has one class for each path, {@code live} looks at the pool once a second, for rates and for those who watch,
 * {@code metrics} tells Prometheus, and {@code otlp} sends the same to a collector. {@link io.firehole.console.Surroundings} are what it tells of beside the pool. The pages of the
 * dashboard are resources of the jar.
 */
@NullMarked
package io.firehole.console;

import org.jspecify.annotations.NullMarked;
