package io.firehole.simulator.rules;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.PublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A profile as it is written in JSON: whatever is left out is not limited, or the reference's default. */
record ProfileFile(
        String source,
        @Nullable Connections connections,
        @Nullable Streams streams,
        @Nullable Requests requests) {

    ProviderProfile profile(String name) {
        return new ProviderProfile(
                name,
                source,
                connections == null ? ConnectionRules.NONE : connections.rules(),
                streams == null ? StreamRules.NONE : streams.rules(),
                requests == null ? RequestRules.DEFAULT : requests.rules());
    }

    record Connections(
            @Nullable List<String> rates,
            @Nullable OverLimit overLimit,
            @Nullable Integer maxOpen) {
        ConnectionRules rules() {
            return new ConnectionRules(
                    rates == null ? List.of() : rates.stream().map(Rate::parse).toList(),
                    overLimit == null ? OverLimit.HTTP_429 : overLimit,
                    maxOpen == null ? ProviderProfile.UNLIMITED : maxOpen);
        }
    }

    record Streams(
            @Nullable Integer perConnection,
            @Nullable Integer perAccount,
            @Nullable String calls) {
        StreamRules rules() {
            return new StreamRules(
                    perConnection == null ? ProviderProfile.UNLIMITED : perConnection,
                    perAccount == null ? ProviderProfile.UNLIMITED : perAccount,
                    calls == null ? null : Rate.parse(calls));
        }
    }

    record Requests(
            @Nullable Integer maxBytes,
            @Nullable Integer replaySlots,
            @Nullable Filters filters) {
        RequestRules rules() {
            return new RequestRules(
                    maxBytes == null ? RequestRules.DEFAULT_MAX_BYTES : maxBytes,
                    replaySlots == null ? RequestRules.DEFAULT_REPLAY_SLOTS : replaySlots,
                    filters == null ? FilterLimits.UNLIMITED : filters.limits());
        }
    }

    record Filters(
            @Nullable Integer nameBytes,
            @Nullable Accounts accounts,
            @Nullable Long slotsMax,
            @Nullable Transactions transactions,
            @Nullable Transactions transactionsStatus,
            @Nullable Blocks blocks,
            @Nullable Long blocksMetaMax,
            @Nullable Long entriesMax,
            @Nullable Transactions deshredTransactions) {
        FilterLimits limits() {
            return new FilterLimits(
                    nameBytes == null ? FilterLimits.DEFAULT_NAME_BYTES : nameBytes,
                    accounts == null ? FilterLimits.Accounts.UNLIMITED : accounts.limits(),
                    count(slotsMax),
                    transactions == null ? FilterLimits.Transactions.UNLIMITED : transactions.limits(),
                    transactionsStatus == null ? FilterLimits.Transactions.UNLIMITED : transactionsStatus.limits(),
                    blocks == null ? FilterLimits.Blocks.UNLIMITED : blocks.limits(),
                    count(blocksMetaMax),
                    count(entriesMax),
                    deshredTransactions == null ? FilterLimits.Transactions.UNLIMITED : deshredTransactions.limits());
        }
    }

    record Accounts(
            @Nullable Long max,
            @Nullable Boolean any,
            @Nullable Long accountMax,
            @Nullable List<String> accountReject,
            @Nullable Long ownerMax,
            @Nullable List<String> ownerReject,
            @Nullable Long dataSliceMax,
            @Nullable Long cuckooBytesMax) {
        FilterLimits.Accounts limits() {
            return new FilterLimits.Accounts(
                    count(max),
                    allowed(any),
                    count(accountMax),
                    keys(accountReject),
                    count(ownerMax),
                    keys(ownerReject),
                    count(dataSliceMax),
                    count(cuckooBytesMax));
        }
    }

    record Transactions(
            @Nullable Long max,
            @Nullable Boolean any,
            @Nullable Long accountIncludeMax,
            @Nullable List<String> accountIncludeReject,
            @Nullable Long accountExcludeMax,
            @Nullable Long accountRequiredMax,
            @Nullable Long cuckooBytesMax) {
        FilterLimits.Transactions limits() {
            return new FilterLimits.Transactions(
                    count(max),
                    allowed(any),
                    count(accountIncludeMax),
                    keys(accountIncludeReject),
                    count(accountExcludeMax),
                    count(accountRequiredMax),
                    count(cuckooBytesMax));
        }
    }

    record Blocks(
            @Nullable Long max,
            @Nullable Long accountIncludeMax,
            @Nullable Boolean accountIncludeAny,
            @Nullable List<String> accountIncludeReject,
            @Nullable Boolean includeTransactions,
            @Nullable Boolean includeAccounts,
            @Nullable Long cuckooBytesMax) {
        FilterLimits.Blocks limits() {
            return new FilterLimits.Blocks(
                    count(max),
                    count(accountIncludeMax),
                    allowed(accountIncludeAny),
                    keys(accountIncludeReject),
                    allowed(includeTransactions),
                    allowed(includeAccounts),
                    count(cuckooBytesMax));
        }
    }

    private static long count(@Nullable Long written) {
        return written == null ? FilterLimits.NO_LIMIT : written;
    }

    private static boolean allowed(@Nullable Boolean written) {
        return written == null || written;
    }

    private static Set<PublicKey> keys(@Nullable List<String> written) {
        Set<PublicKey> keys = new HashSet<>();
        if (written != null) {
            written.forEach(key -> keys.add(key(key)));
        }
        return keys;
    }

    private static PublicKey key(String base58) {
        try {
            return PublicKey.parse(base58);
        } catch (InvalidFilterException e) {
            throw new IllegalArgumentException("\"" + base58 + "\" is no key: " + e.getMessage(), e);
        }
    }
}
