package io.firehole.filters;

import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import org.jspecify.annotations.Nullable;

/**
 * One accounts filter: all that it states must hold.
 *
 * @param accounts the account must be one of them, or in the cuckoo set
 * @param cuckoo see accounts, or null
 * @param owners the owner must be one of them
 * @param hasTxnSignature whether the update must come from a transaction, or null
 * @param state what must hold of lamports and data
 */
record AccountFilter(
        KeySet accounts,
        @Nullable CuckooSet cuckoo,
        KeySet owners,
        @Nullable Boolean hasTxnSignature,
        AccountState state) {

    /** The checks in the order of the reference server, the length of the name among them. */
    static AccountFilter compile(
            String name, SubscribeRequestFilterAccounts filter, FilterLimits.Accounts limits, int nameBytes)
            throws InvalidFilterException {
        boolean empty =
                filter.getAccountCount() == 0 && filter.getOwnerCount() == 0 && !filter.hasCuckooAccountsFilter();
        LimitCheck.any(empty, limits.any());
        LimitCheck.keys(filter.getAccountCount(), limits.accountMax(), "account");
        LimitCheck.keys(filter.getOwnerCount(), limits.ownerMax(), "owner");
        LimitCheck.name(name, nameBytes);
        KeySet accounts = KeyList.compile("account", filter.getAccountList(), limits.accountReject());
        KeySet owners = KeyList.compile("owner", filter.getOwnerList(), limits.ownerReject());
        AccountState state = AccountState.compile(filter.getFiltersList());
        if (filter.hasCuckooAccountsFilter()) {
            LimitCheck.max(filter.getCuckooAccountsFilter().getData().size(), limits.cuckooBytesMax());
        }
        return new AccountFilter(
                accounts,
                filter.hasCuckooAccountsFilter() ? CuckooSet.of(filter.getCuckooAccountsFilter()) : null,
                owners,
                filter.hasNonemptyTxnSignature() ? filter.getNonemptyTxnSignature() : null,
                state);
    }

    boolean matches(AccountFacts account) {
        return (hasTxnSignature == null || hasTxnSignature == account.hasTxnSignature())
                && listed(account.pubkey())
                && (owners.isEmpty() || owners.contains(account.owner()))
                && state.matches(account.lamports(), account.data());
    }

    private boolean listed(@Nullable PublicKey pubkey) {
        if (accounts.isEmpty() && cuckoo == null) {
            return true;
        }
        return accounts.contains(pubkey) || (cuckoo != null && pubkey != null && cuckoo.contains(pubkey));
    }

    /** Keys of which a matching account must be one; null if it need not. */
    @Nullable
    KeySet accountAnchor() {
        return accounts.isEmpty() || cuckoo != null ? null : accounts;
    }
}
