package io.firehole.filters.profile;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;

/** Which figures there are, and what each one sets. */
final class ProfileKeys {

    /** What a provider without a word about it allows; the reference server's default. */
    private static final int REQUEST_BYTES = 4 << 20;

    private static final int REPLAY_SLOTS = 150;
    private static final String TOKEN_HEADER = "x-token";

    private static final Map<String, Setter> SETTERS = setters();

    private ProfileKeys() {}

    /** Puts one value where it belongs. */
    @FunctionalInterface
    private interface Setter {
        void set(Draft draft, String value);
    }

    /** A profile as it grows. */
    private static final class Draft {
        List<Rate> connects = List.of();
        List<Rate> subscribes = List.of();
        List<Rate> requests = List.of();
        int connectionsMax = ProviderProfile.UNLIMITED;
        int streamsPerConnection = ProviderProfile.UNLIMITED;
        int streamsPerAccount = ProviderProfile.UNLIMITED;
        int accountKeysPerStream = ProviderProfile.UNLIMITED;
        int requestBytes = REQUEST_BYTES;
        int replaySlots = REPLAY_SLOTS;
        String tokenHeader = TOKEN_HEADER;
        FilterLimits filters = FilterLimits.UNLIMITED;
    }

    static SequencedSet<String> names() {
        return Collections.unmodifiableSequencedSet(new LinkedHashSet<>(SETTERS.keySet()));
    }

    static ProviderProfile profile(String name, String title, SequencedMap<String, Figure> figures) {
        Draft draft = new Draft();
        figures.forEach((key, figure) -> {
            Setter setter = SETTERS.get(key);
            if (setter == null) {
                throw new IllegalArgumentException("unknown key \"" + key
                        + "\" in the profile of a provider; there are: " + String.join(", ", SETTERS.keySet()));
            }
            try {
                setter.set(draft, figure.value());
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(
                        key + " is \"" + figure.value() + "\": " + invalid.getMessage(), invalid);
            }
        });
        return new ProviderProfile(
                name,
                title,
                draft.connects,
                draft.subscribes,
                draft.requests,
                draft.connectionsMax,
                draft.streamsPerConnection,
                draft.streamsPerAccount,
                draft.accountKeysPerStream,
                draft.requestBytes,
                draft.replaySlots,
                draft.tokenHeader,
                draft.filters,
                figures);
    }

    private static Map<String, Setter> setters() {
        Map<String, Setter> setters = new LinkedHashMap<>();
        setters.put("connects", (draft, value) -> draft.connects = rates(value));
        setters.put("subscribes", (draft, value) -> draft.subscribes = rates(value));
        setters.put("requests", (draft, value) -> draft.requests = rates(value));
        setters.put("connections.max", (draft, value) -> draft.connectionsMax = count(value, 1));
        setters.put("streams.per-connection", (draft, value) -> draft.streamsPerConnection = count(value, 1));
        setters.put("streams.per-account", (draft, value) -> draft.streamsPerAccount = count(value, 1));
        setters.put("streams.account-keys", (draft, value) -> draft.accountKeysPerStream = count(value, 1));
        setters.put("request.bytes", (draft, value) -> draft.requestBytes = count(value, 1));
        setters.put("replay.slots", (draft, value) -> draft.replaySlots = count(value, 0));
        setters.put("token.header", (draft, value) -> draft.tokenHeader = value);
        setters.put("filters.name-bytes", filters((limits, value) -> limits.withNameBytes(count(value, 1))));
        setters.put("accounts.max", accounts((limits, value) -> limits.withMax(count(value, 0))));
        setters.put("accounts.any", accounts((limits, value) -> limits.withAny(flag(value))));
        setters.put(
                "accounts.account-max",
                accounts((limits, value) -> limits.withAccounts(count(value, 0), limits.accountReject())));
        setters.put(
                "accounts.account-reject",
                accounts((limits, value) -> limits.withAccounts(limits.accountMax(), keys(value))));
        setters.put(
                "accounts.owner-max",
                accounts((limits, value) -> limits.withOwners(count(value, 0), limits.ownerReject())));
        setters.put(
                "accounts.owner-reject",
                accounts((limits, value) -> limits.withOwners(limits.ownerMax(), keys(value))));
        setters.put("accounts.data-slices", accounts((limits, value) -> limits.withDataSliceMax(count(value, 0))));
        setters.put("slots.max", filters((limits, value) -> limits.withSlotsMax(count(value, 0))));
        ofTransactions("transactions", ProfileKeys::transactions, setters);
        setters.put("blocks.max", blocks((limits, value) -> limits.withMax(count(value, 0))));
        setters.put(
                "blocks.include-max",
                blocks((limits, value) -> limits.withInclude(
                        count(value, 0), limits.accountIncludeAny(), limits.accountIncludeReject())));
        setters.put(
                "blocks.any",
                blocks((limits, value) ->
                        limits.withInclude(limits.accountIncludeMax(), flag(value), limits.accountIncludeReject())));
        setters.put(
                "blocks.include-reject",
                blocks((limits, value) ->
                        limits.withInclude(limits.accountIncludeMax(), limits.accountIncludeAny(), keys(value))));
        setters.put(
                "blocks.accounts",
                blocks((limits, value) -> limits.withContents(limits.includeTransactions(), flag(value))));
        setters.put("blocks-meta.max", filters((limits, value) -> limits.withBlocksMetaMax(count(value, 0))));
        setters.put("entries.max", filters((limits, value) -> limits.withEntriesMax(count(value, 0))));
        ofTransactions("deshred", ProfileKeys::deshred, setters);
        return setters;
    }

    private static void ofTransactions(
            String kind, Function<Change<FilterLimits.Transactions>, Setter> of, Map<String, Setter> setters) {
        setters.put(kind + ".max", of.apply((limits, value) -> limits.withMax(count(value, 0))));
        setters.put(kind + ".any", of.apply((limits, value) -> limits.withAny(flag(value))));
        setters.put(
                kind + ".include-max",
                of.apply((limits, value) -> limits.withInclude(count(value, 0), limits.accountIncludeReject())));
        setters.put(
                kind + ".include-reject",
                of.apply((limits, value) -> limits.withInclude(limits.accountIncludeMax(), keys(value))));
        setters.put(kind + ".exclude-max", of.apply((limits, value) -> limits.withExcludeMax(count(value, 0))));
        setters.put(kind + ".required-max", of.apply((limits, value) -> limits.withRequiredMax(count(value, 0))));
    }

    @FunctionalInterface
    private interface Change<T> {
        T with(T limits, String value);
    }

    private static Setter filters(Change<FilterLimits> change) {
        return (draft, value) -> draft.filters = change.with(draft.filters, value);
    }

    private static Setter accounts(Change<FilterLimits.Accounts> change) {
        return filters((limits, value) -> limits.withAccounts(change.with(limits.accounts(), value)));
    }

    /** Providers state one set of limits for transactions and for their statuses. */
    private static Setter transactions(Change<FilterLimits.Transactions> change) {
        return filters((limits, value) -> limits.withTransactions(change.with(limits.transactions(), value))
                .withTransactionsStatus(change.with(limits.transactionsStatus(), value)));
    }

    private static Setter deshred(Change<FilterLimits.Transactions> change) {
        return filters(
                (limits, value) -> limits.withDeshredTransactions(change.with(limits.deshredTransactions(), value)));
    }

    private static Setter blocks(Change<FilterLimits.Blocks> change) {
        return filters((limits, value) -> limits.withBlocks(change.with(limits.blocks(), value)));
    }

    private static List<Rate> rates(String value) {
        return list(value).stream().map(Rate::parse).toList();
    }

    private static Set<PublicKey> keys(String value) {
        Set<PublicKey> keys = new HashSet<>();
        for (String text : list(value)) {
            PublicKey key = PublicKey.parseOrNull(text);
            if (key == null) {
                throw new IllegalArgumentException("\"" + text + "\" is no key in base58");
            }
            keys.add(key);
        }
        return keys;
    }

    private static List<String> list(String value) {
        List<String> items = new ArrayList<>(Arrays.asList(value.split("\\s*,\\s*", -1)));
        items.removeIf(String::isBlank);
        return items;
    }

    private static int count(String value, int least) {
        try {
            int count = Integer.parseInt(value.strip());
            if (count >= least) {
                return count;
            }
        } catch (NumberFormatException notOne) {
            throw new IllegalArgumentException("must be a whole number of at least " + least, notOne);
        }
        throw new IllegalArgumentException("must be at least " + least);
    }

    private static boolean flag(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }
}
