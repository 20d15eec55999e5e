/**
 * Many subscriptions as one request.
 *
 * <p>A {@link io.firehole.pool.merging.Subscription} is what one monitor asks. A
 * {@link io.firehole.pool.merging.MergedSubscription} is what one call to the provider asks for all who share it: each
 * distinct filter once, under a label of its own, whatever the monitors call it. It says what to send, and makes the
 * {@link io.firehole.pool.routing.RoutingTable} that belongs to it. All of it is plain computation on the control thread:
 * nothing here sends, waits or reads a clock; updates are routed in {@code routing}.
 */
@NullMarked
package io.firehole.pool.merging;

import org.jspecify.annotations.NullMarked;
