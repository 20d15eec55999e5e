package io.firehole.filters.profile;

import io.firehole.filters.FilterLimits;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * What a provider allows.
 *
 * @param name under which it is chosen
 * @param title for people
 * @param connects new TCP connections, refused ones counted too
 * @param subscribes new {@code Subscribe} calls
 * @param requests {@code SubscribeRequest}s, the changes of open streams included, of all streams of an account
 *     together: where a source does not say whether it counts by stream or by account, what keeps to the second keeps to
 *     the first
 * @param connectionsMax connections open at once
 * @param streamsPerConnection {@code Subscribe} calls open on one connection
 * @param streamsPerAccount the same for all connections together
 * @param accountKeysPerStream keys in the accounts filters of one stream; see {@link #accountKeys}
 * @param requestBytes the largest {@code SubscribeRequest}
 * @param replaySlots how far back {@code from_slot} reaches; 0 if there is no replay
 * @param tokenHeader the header that carries the token
 * @param filters what a request may hold
 * @param figures all of it as it was written, with sources
 */
public record ProviderProfile(
        String name,
        String title,
        List<Rate> connects,
        List<Rate> subscribes,
        List<Rate> requests,
        int connectionsMax,
        int streamsPerConnection,
        int streamsPerAccount,
        int accountKeysPerStream,
        int requestBytes,
        int replaySlots,
        String tokenHeader,
        FilterLimits filters,
        SequencedMap<String, Figure> figures) {

    /** There is no such limit, or none is known. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Every key that a profile or a user can set, in the order in which a person reads them. */
    public static final SequencedSet<String> KEYS = ProfileKeys.names();

    /** Where a figure of the user's own comes from. */
    private static final String USER = "configuration";

    public ProviderProfile {
        connects = List.copyOf(connects);
        subscribes = List.copyOf(subscribes);
        requests = List.copyOf(requests);
        figures = new LinkedHashMap<>(figures);
    }

    @Override
    public SequencedMap<String, Figure> figures() {
        return new LinkedHashMap<>(figures);
    }

    /**
     * How many account keys a request has by the count that {@link #accountKeysPerStream} bounds: the keys in
     * {@code account} of all its accounts filters, one that stands in two filters twice. Owners are not accounts that one
     * subscribes to, and do not count.
     */
    public static long accountKeys(SubscribeRequest request) {
        long keys = 0;
        for (SubscribeRequestFilterAccounts filter : request.getAccountsMap().values()) {
            keys += filter.getAccountCount();
        }
        return keys;
    }

    /**
     * The same with some figures overruled.
     *
     * @param values by key
     * @throws IllegalArgumentException for a key there is not or a value that is none; the message names both
     */
    public ProviderProfile with(Map<String, String> values) {
        SequencedMap<String, Figure> changed = figures();
        values.forEach((key, value) -> changed.put(key, new Figure(key, value, USER, "now")));
        return ProfileKeys.profile(name, title, changed);
    }
}
