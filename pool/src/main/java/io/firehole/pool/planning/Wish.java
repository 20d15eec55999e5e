package io.firehole.pool.planning;

import io.firehole.pool.merging.Subscription;

/**
 * What one monitor needs. Immutable.
 *
 * @param monitorId for people
 * @param group the word of its frequency group
 * @param subscription what it asks
 * @param alone whether it is to have a stream for itself, whatever it asks
 */
public record Wish(String monitorId, String group, Subscription subscription, boolean alone) {

    /** Whether it needs a stream for itself. */
    public boolean needsOwnStream() {
        return alone || subscription.needsOwnCall();
    }
}
