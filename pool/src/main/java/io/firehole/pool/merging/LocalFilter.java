package io.firehole.pool.merging;

import io.firehole.filters.FilterKind;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter.FilterCase;
import java.util.HashSet;
import java.util.Set;

/**
 * What is left to match of a filter that travels in a union. Conditions on an account's state that the union states as
 * well hold for all that comes; they are left out, and with them the need for the account's data.
 */
record LocalFilter(Filter filter) {

    static LocalFilter of(Filter asked, Filter upstream) {
        if (asked.kind() != FilterKind.ACCOUNTS) {
            return new LocalFilter(asked);
        }
        SubscribeRequestFilterAccounts own = (SubscribeRequestFilterAccounts) asked.message();
        Set<SubscribeRequestFilterAccountsFilter> stated =
                new HashSet<>(((SubscribeRequestFilterAccounts) upstream.message()).getFiltersList());
        SubscribeRequestFilterAccounts.Builder rest = own.toBuilder().clearFilters();
        own.getFiltersList().stream()
                .filter(condition -> !stated.contains(condition))
                .forEach(rest::addFilters);
        return new LocalFilter(Filter.of(FilterKind.ACCOUNTS, rest.build()));
    }

    /** Whether it cannot be matched against data that have been cut. */
    boolean needsData() {
        return filter.kind() == FilterKind.ACCOUNTS
                && ((SubscribeRequestFilterAccounts) filter.message())
                        .getFiltersList().stream()
                                .anyMatch(condition -> condition.getFilterCase() != FilterCase.LAMPORTS);
    }
}
