package io.firehole.simulator.rules;

import io.firehole.filters.FilterLimits;
import java.util.Objects;

/**
 * What a provider allows in a request.
 *
 * @param maxBytes the largest request message
 * @param replaySlots how far back {@code from_slot} reaches; 0 if there is no replay
 * @param filters how many filters, keys and so on
 */
public record RequestRules(int maxBytes, int replaySlots, FilterLimits filters) {

    /** The reference server's {@code max_decoding_message_size}. */
    public static final int DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

    /** The reference server's {@code replay_stored_slots}. */
    public static final int DEFAULT_REPLAY_SLOTS = 150;

    /** As the reference server is when nothing is configured. */
    public static final RequestRules DEFAULT =
            new RequestRules(DEFAULT_MAX_BYTES, DEFAULT_REPLAY_SLOTS, FilterLimits.UNLIMITED);

    public RequestRules {
        ProviderProfile.atLeast(1, maxBytes, "requests.maxBytes");
        ProviderProfile.atLeast(0, replaySlots, "requests.replaySlots");
        Objects.requireNonNull(filters, "filters");
    }

    /** The same with another depth of replay. */
    public RequestRules withReplaySlots(int slots) {
        return new RequestRules(maxBytes, slots, filters);
    }

    /** The same with other limits for filters. */
    public RequestRules withFilters(FilterLimits limits) {
        return new RequestRules(maxBytes, replaySlots, limits);
    }
}
