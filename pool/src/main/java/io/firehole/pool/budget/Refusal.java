package io.firehole.pool.budget;

import java.util.OptionalLong;

/**
 * One refusal by the provider.
 *
 * @param how what it did
 * @param retryAfterNanos how long it asked to wait; empty if it did not say
 * @param onServingConnection whether it refused a call on a connection that serves others well: then it is that call it
 *     does not want
 * @param text what it said, in its own words
 */
public record Refusal(ProviderRefusal how, OptionalLong retryAfterNanos, boolean onServingConnection, String text) {

    /** A connection was accepted and closed at once. */
    public static Refusal acceptedAndClosed(String address) {
        return new Refusal(
                ProviderRefusal.ACCEPTED_AND_CLOSED,
                OptionalLong.empty(),
                false,
                address + " accepted a connection and closed it before HTTP/2 was set up");
    }
}
