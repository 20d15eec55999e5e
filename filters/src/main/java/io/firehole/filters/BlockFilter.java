package io.firehole.filters;

import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import org.jspecify.annotations.Nullable;

/**
 * What one blocks filter leaves in a block. It never keeps the block itself back: every block gives one update for
 * each blocks filter, whose counts are those of the whole block. Immutable.
 */
public final class BlockFilter {

    private final KeySet include;
    private final @Nullable CuckooSet cuckoo;
    private final boolean transactions;
    private final boolean accounts;
    private final boolean entries;

    private BlockFilter(SubscribeRequestFilterBlocks filter, KeySet include) {
        this.include = include;
        this.cuckoo = filter.hasCuckooAccountInclude() ? CuckooSet.of(filter.getCuckooAccountInclude()) : null;
        this.transactions = !filter.hasIncludeTransactions() || filter.getIncludeTransactions();
        this.accounts = filter.getIncludeAccounts();
        this.entries = filter.getIncludeEntries();
    }

    /** The checks in the order of the reference server, the length of the name among them. */
    static BlockFilter compile(
            String name, SubscribeRequestFilterBlocks filter, FilterLimits.Blocks limits, int nameBytes)
            throws InvalidFilterException {
        LimitCheck.any(filter.getAccountIncludeCount() == 0, limits.accountIncludeAny());
        LimitCheck.keys(filter.getAccountIncludeCount(), limits.accountIncludeMax(), "account_include");
        boolean wantsTransactions = !filter.hasIncludeTransactions() || filter.getIncludeTransactions();
        allowed(wantsTransactions, limits.includeTransactions(), "transactions");
        allowed(filter.getIncludeAccounts(), limits.includeAccounts(), "accounts");
        // A slip of the reference server that clients can see: entries need the permission for accounts.
        allowed(filter.getIncludeEntries(), limits.includeAccounts(), "entries");
        if (filter.hasCuckooAccountInclude()) {
            LimitCheck.max(filter.getCuckooAccountInclude().getData().size(), limits.cuckooBytesMax());
        }
        LimitCheck.name(name, nameBytes);
        return new BlockFilter(
                filter,
                KeyList.compile("account_include", filter.getAccountIncludeList(), limits.accountIncludeReject()));
    }

    private static void allowed(boolean wanted, boolean allowed, String what) throws InvalidFilterException {
        if (wanted && !allowed) {
            throw InvalidFilterException.because("`include_" + what + "` is not allowed");
        }
    }

    /** Whether the block's transactions are wanted at all; see {@link #keeps(TransactionFacts)}. */
    public boolean includesTransactions() {
        return transactions;
    }

    /** Whether the block's accounts are wanted at all; see {@link #keeps(AccountFacts)}. */
    public boolean includesAccounts() {
        return accounts;
    }

    /** Whether the block's entries are wanted, all of them. */
    public boolean includesEntries() {
        return entries;
    }

    /** Whether this transaction stays in the block: wanted, and with a key in the list or the cuckoo set if any. */
    public boolean keeps(TransactionFacts transaction) {
        if (!transactions || everything()) {
            return transactions;
        }
        KeySet keys = transaction.keys(TokenExpansion.NONE);
        return include.overlaps(keys) || (cuckoo != null && cuckoo.containsAny(keys));
    }

    /** Whether this account stays in the block: wanted, and in the list or the cuckoo set if any. */
    public boolean keeps(AccountFacts account) {
        if (!accounts || everything()) {
            return accounts;
        }
        PublicKey pubkey = account.pubkey();
        return include.contains(pubkey) || (cuckoo != null && pubkey != null && cuckoo.contains(pubkey));
    }

    private boolean everything() {
        return include.isEmpty() && cuckoo == null;
    }
}
