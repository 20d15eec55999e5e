package io.firehole.simulator.rules;

import org.jspecify.annotations.Nullable;

/**
 * What a provider allows of calls. An account is the {@code x-subscription-id}, else the {@code x-token}, else the
 * peer's address.
 *
 * @param perConnection Subscribe and SubscribeDeshred calls open on one connection
 * @param perAccount the same for one account
 * @param calls calls of one method per account, as a token bucket that starts full; null if they are not limited
 */
public record StreamRules(
        int perConnection, int perAccount, @Nullable Rate calls) {

    /** Any number. */
    public static final StreamRules NONE = new StreamRules(ProviderProfile.UNLIMITED, ProviderProfile.UNLIMITED, null);

    public StreamRules {
        ProviderProfile.atLeast(1, perConnection, "streams.perConnection");
        ProviderProfile.atLeast(1, perAccount, "streams.perAccount");
    }
}
