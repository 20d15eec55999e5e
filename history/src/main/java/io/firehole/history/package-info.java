/**
 * What a pool did, kept: seconds for some days, minutes and hours for months.
 *
 * <p>A {@link io.firehole.pool.metrics.MetricsSecond} comes in by {@link io.firehole.history.History#accept}, on any thread, which
 * never waits. The <em>recorder's</em> thread writes it to a SQLite file in the state directory, which belongs to this process
 * alone: {@code EmbeddedStore}'s one writing connection is that thread's. It also rolls seconds up to minutes and hours, and
 * forgets what is too old. Where a database is configured, the <em>forwarder's</em> thread sends there what the file has and
 * the database does not, as often as it takes; it asks the recorder's thread for rows and never touches the file itself. So
 * a database that is slow or away costs nobody anything, and what could not be kept is counted by
 * {@link io.firehole.history.DropReason}.
 *
 * <p>Questions are answered on the caller's thread over connections of their own. No word of a question becomes part of an SQL
 * text: names of relations and columns come from enums, all else is bound. Who may ask, and how often, is decided elsewhere.
 */
@NullMarked
package io.firehole.history;

import org.jspecify.annotations.NullMarked;
