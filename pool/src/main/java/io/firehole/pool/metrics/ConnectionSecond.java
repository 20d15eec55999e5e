package io.firehole.pool.metrics;

import java.util.Objects;

/**
 * What came over one connection in one second. All counts are of that second alone.
 *
 * @param connectionId the number of the connection
 * @param group the word of the group whose streams it carries, as in {@code high}; empty while it carries none
 * @param updates messages received from the provider, pings included
 * @param bytes of these messages
 * @param providerDelay from the provider's {@code created_at} until the update came, by the clocks of both machines; of one
 *     update in sixteen
 */
public record ConnectionSecond(long connectionId, String group, long updates, long bytes, LatencySecond providerDelay) {

    public ConnectionSecond {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(providerDelay, "providerDelay");
        if ((connectionId | updates | bytes) < 0) {
            throw new IllegalArgumentException("no figure of a second may be negative: connection " + connectionId
                    + ", updates " + updates + ", bytes " + bytes);
        }
    }
}
