package io.firehole.filters;

import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The accounts filters by name, in the order of the request. Immutable. */
final class AccountFilters {

    private final List<String> names;
    private final List<AccountFilter> filters;

    /** Made when first matched: a request that is only validated never needs it. Two threads may make equal ones. */
    private volatile @Nullable Index index;

    /** A filter is a candidate if its accounts and its owners both allow it. */
    private record Index(KeyIndex accounts, KeyIndex owners) {

        BitSet candidates(AccountFacts account) {
            BitSet candidates = accounts.candidates(account.pubkey());
            candidates.and(owners.candidates(account.owner()));
            return candidates;
        }
    }

    private AccountFilters(List<String> names, List<AccountFilter> filters) {
        this.names = List.copyOf(names);
        this.filters = List.copyOf(filters);
    }

    static AccountFilters compile(
            Map<String, SubscribeRequestFilterAccounts> requested, FilterLimits.Accounts limits, int nameBytes)
            throws InvalidFilterException {
        Names.checkCount(FilterKind.ACCOUNTS, requested.size(), limits.max());
        List<String> names = new ArrayList<>(requested.size());
        List<AccountFilter> filters = new ArrayList<>(requested.size());
        for (Map.Entry<String, SubscribeRequestFilterAccounts> entry : requested.entrySet()) {
            try {
                filters.add(AccountFilter.compile(entry.getKey(), entry.getValue(), limits, nameBytes));
                names.add(entry.getKey());
            } catch (InvalidFilterException e) {
                throw e.inFilter(FilterKind.ACCOUNTS, entry.getKey());
            }
        }
        return new AccountFilters(names, filters);
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    List<String> matching(AccountFacts account) {
        List<String> matching = new ArrayList<>(4);
        if (filters.size() <= KeyIndex.SCAN_MAX) {
            for (int i = 0; i < filters.size(); i++) {
                if (filters.get(i).matches(account)) {
                    matching.add(names.get(i));
                }
            }
            return matching;
        }
        BitSet candidates = index().candidates(account);
        for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
            if (filters.get(i).matches(account)) {
                matching.add(names.get(i));
            }
        }
        return matching;
    }

    private Index index() {
        Index made = index;
        if (made == null) {
            List<@Nullable KeySet> accounts = new ArrayList<>(filters.size());
            List<@Nullable KeySet> owners = new ArrayList<>(filters.size());
            for (AccountFilter filter : filters) {
                accounts.add(filter.accountAnchor());
                owners.add(filter.owners().isEmpty() ? null : filter.owners());
            }
            made = new Index(KeyIndex.of(accounts), KeyIndex.of(owners));
            index = made;
        }
        return made;
    }
}
