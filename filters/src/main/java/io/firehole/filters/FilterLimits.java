package io.firehole.filters;

import java.util.Objects;
import java.util.Set;

/**
 * What a provider allows in one request: the section {@code filter_limits} of the reference server's configuration.
 *
 * <p>{@link #UNLIMITED} is the reference server as it ships. Counts that are unlimited are {@link #NO_LIMIT}.
 *
 * @param nameBytes how long a filter's name may be, in bytes of UTF-8
 * @param accounts limits of accounts filters and of data slices
 * @param slotsMax how many slots filters
 * @param transactions limits of transactions filters
 * @param transactionsStatus limits of transactions_status filters
 * @param blocks limits of blocks filters
 * @param blocksMetaMax how many blocks_meta filters
 * @param entriesMax how many entry filters
 * @param deshredTransactions limits of deshred_transactions filters, which have no cuckoo set
 */
public record FilterLimits(
        int nameBytes,
        Accounts accounts,
        long slotsMax,
        Transactions transactions,
        Transactions transactionsStatus,
        Blocks blocks,
        long blocksMetaMax,
        long entriesMax,
        Transactions deshredTransactions) {

    /** A count that is not limited. */
    public static final long NO_LIMIT = Long.MAX_VALUE;

    /** The reference server's default for the length of a filter's name, in bytes. */
    public static final int DEFAULT_NAME_BYTES = 128;

    /** The reference server as it ships: names of up to 128 bytes, everything else allowed. */
    public static final FilterLimits UNLIMITED = new FilterLimits(
            DEFAULT_NAME_BYTES,
            Accounts.UNLIMITED,
            NO_LIMIT,
            Transactions.UNLIMITED,
            Transactions.UNLIMITED,
            Blocks.UNLIMITED,
            NO_LIMIT,
            NO_LIMIT,
            Transactions.UNLIMITED);

    public FilterLimits {
        atLeast(0, nameBytes, "nameBytes");
        Objects.requireNonNull(accounts, "accounts");
        atLeast(0, slotsMax, "slotsMax");
        Objects.requireNonNull(transactions, "transactions");
        Objects.requireNonNull(transactionsStatus, "transactionsStatus");
        Objects.requireNonNull(blocks, "blocks");
        atLeast(0, blocksMetaMax, "blocksMetaMax");
        atLeast(0, entriesMax, "entriesMax");
        Objects.requireNonNull(deshredTransactions, "deshredTransactions");
    }

    /** These limits with another length of names. */
    public FilterLimits withNameBytes(int bytes) {
        return new FilterLimits(
                bytes,
                accounts,
                slotsMax,
                transactions,
                transactionsStatus,
                blocks,
                blocksMetaMax,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with others for accounts filters. */
    public FilterLimits withAccounts(Accounts limits) {
        return new FilterLimits(
                nameBytes,
                limits,
                slotsMax,
                transactions,
                transactionsStatus,
                blocks,
                blocksMetaMax,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with another number of slots filters. */
    public FilterLimits withSlotsMax(long max) {
        return new FilterLimits(
                nameBytes,
                accounts,
                max,
                transactions,
                transactionsStatus,
                blocks,
                blocksMetaMax,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with others for transactions filters. */
    public FilterLimits withTransactions(Transactions limits) {
        return new FilterLimits(
                nameBytes,
                accounts,
                slotsMax,
                limits,
                transactionsStatus,
                blocks,
                blocksMetaMax,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with others for transactions_status filters. */
    public FilterLimits withTransactionsStatus(Transactions limits) {
        return new FilterLimits(
                nameBytes,
                accounts,
                slotsMax,
                transactions,
                limits,
                blocks,
                blocksMetaMax,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with others for blocks filters. */
    public FilterLimits withBlocks(Blocks limits) {
        return new FilterLimits(
                nameBytes,
                accounts,
                slotsMax,
                transactions,
                transactionsStatus,
                limits,
                blocksMetaMax,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with another number of blocks_meta filters. */
    public FilterLimits withBlocksMetaMax(long max) {
        return new FilterLimits(
                nameBytes,
                accounts,
                slotsMax,
                transactions,
                transactionsStatus,
                blocks,
                max,
                entriesMax,
                deshredTransactions);
    }

    /** These limits with another number of entry filters. */
    public FilterLimits withEntriesMax(long max) {
        return new FilterLimits(
                nameBytes,
                accounts,
                slotsMax,
                transactions,
                transactionsStatus,
                blocks,
                blocksMetaMax,
                max,
                deshredTransactions);
    }

    /** These limits with others for deshred_transactions filters. */
    public FilterLimits withDeshredTransactions(Transactions limits) {
        return new FilterLimits(
                nameBytes,
                accounts,
                slotsMax,
                transactions,
                transactionsStatus,
                blocks,
                blocksMetaMax,
                entriesMax,
                limits);
    }

    /**
     * Limits of accounts filters.
     *
     * @param max how many filters
     * @param any whether a filter without account, owner and cuckoo set is allowed
     * @param accountMax how many keys in {@code account}
     * @param accountReject keys not allowed in {@code account}
     * @param ownerMax how many keys in {@code owner}
     * @param ownerReject keys not allowed in {@code owner}
     * @param dataSliceMax how many {@code accounts_data_slice} in a request
     * @param cuckooBytesMax how many bytes of data in a cuckoo set
     */
    public record Accounts(
            long max,
            boolean any,
            long accountMax,
            Set<PublicKey> accountReject,
            long ownerMax,
            Set<PublicKey> ownerReject,
            long dataSliceMax,
            long cuckooBytesMax) {

        /** No limit at all. */
        public static final Accounts UNLIMITED =
                new Accounts(NO_LIMIT, true, NO_LIMIT, Set.of(), NO_LIMIT, Set.of(), NO_LIMIT, NO_LIMIT);

        public Accounts {
            atLeast(0, max, "accounts.max");
            atLeast(0, accountMax, "accounts.accountMax");
            accountReject = Set.copyOf(accountReject);
            atLeast(0, ownerMax, "accounts.ownerMax");
            ownerReject = Set.copyOf(ownerReject);
            atLeast(0, dataSliceMax, "accounts.dataSliceMax");
            atLeast(0, cuckooBytesMax, "accounts.cuckooBytesMax");
        }

        public Accounts withMax(long filters) {
            return new Accounts(
                    filters, any, accountMax, accountReject, ownerMax, ownerReject, dataSliceMax, cuckooBytesMax);
        }

        public Accounts withAny(boolean allowed) {
            return new Accounts(
                    max, allowed, accountMax, accountReject, ownerMax, ownerReject, dataSliceMax, cuckooBytesMax);
        }

        public Accounts withAccounts(long keys, Set<PublicKey> reject) {
            return new Accounts(max, any, keys, reject, ownerMax, ownerReject, dataSliceMax, cuckooBytesMax);
        }

        public Accounts withOwners(long keys, Set<PublicKey> reject) {
            return new Accounts(max, any, accountMax, accountReject, keys, reject, dataSliceMax, cuckooBytesMax);
        }

        public Accounts withDataSliceMax(long slices) {
            return new Accounts(max, any, accountMax, accountReject, ownerMax, ownerReject, slices, cuckooBytesMax);
        }

        public Accounts withCuckooBytesMax(long bytes) {
            return new Accounts(max, any, accountMax, accountReject, ownerMax, ownerReject, dataSliceMax, bytes);
        }
    }

    /**
     * Limits of transactions, transactions_status or deshred_transactions filters.
     *
     * @param max how many filters
     * @param any whether a filter without any condition is allowed; a signature alone does not count as one
     * @param accountIncludeMax how many keys in {@code account_include}
     * @param accountIncludeReject keys not allowed in {@code account_include}
     * @param accountExcludeMax how many keys in {@code account_exclude}
     * @param accountRequiredMax how many keys in {@code account_required}
     * @param cuckooBytesMax how many bytes of data in a cuckoo set
     */
    public record Transactions(
            long max,
            boolean any,
            long accountIncludeMax,
            Set<PublicKey> accountIncludeReject,
            long accountExcludeMax,
            long accountRequiredMax,
            long cuckooBytesMax) {

        /** No limit at all. */
        public static final Transactions UNLIMITED =
                new Transactions(NO_LIMIT, true, NO_LIMIT, Set.of(), NO_LIMIT, NO_LIMIT, NO_LIMIT);

        public Transactions {
            atLeast(0, max, "transactions.max");
            atLeast(0, accountIncludeMax, "transactions.accountIncludeMax");
            accountIncludeReject = Set.copyOf(accountIncludeReject);
            atLeast(0, accountExcludeMax, "transactions.accountExcludeMax");
            atLeast(0, accountRequiredMax, "transactions.accountRequiredMax");
            atLeast(0, cuckooBytesMax, "transactions.cuckooBytesMax");
        }

        public Transactions withMax(long filters) {
            return new Transactions(
                    filters,
                    any,
                    accountIncludeMax,
                    accountIncludeReject,
                    accountExcludeMax,
                    accountRequiredMax,
                    cuckooBytesMax);
        }

        public Transactions withAny(boolean allowed) {
            return new Transactions(
                    max,
                    allowed,
                    accountIncludeMax,
                    accountIncludeReject,
                    accountExcludeMax,
                    accountRequiredMax,
                    cuckooBytesMax);
        }

        public Transactions withInclude(long keys, Set<PublicKey> reject) {
            return new Transactions(max, any, keys, reject, accountExcludeMax, accountRequiredMax, cuckooBytesMax);
        }

        public Transactions withExcludeMax(long keys) {
            return new Transactions(
                    max, any, accountIncludeMax, accountIncludeReject, keys, accountRequiredMax, cuckooBytesMax);
        }

        public Transactions withRequiredMax(long keys) {
            return new Transactions(
                    max, any, accountIncludeMax, accountIncludeReject, accountExcludeMax, keys, cuckooBytesMax);
        }

        public Transactions withCuckooBytesMax(long bytes) {
            return new Transactions(
                    max, any, accountIncludeMax, accountIncludeReject, accountExcludeMax, accountRequiredMax, bytes);
        }
    }

    /**
     * Limits of blocks filters.
     *
     * <p>The permission for entries is missing on purpose: the reference server tests {@code include_entries} against
     * its permission for accounts, and so do we.
     *
     * @param max how many filters
     * @param accountIncludeMax how many keys in {@code account_include}
     * @param accountIncludeAny whether {@code account_include} may be empty; a cuckoo set does not count
     * @param accountIncludeReject keys not allowed in {@code account_include}
     * @param includeTransactions whether transactions may be asked for
     * @param includeAccounts whether accounts, and by the server's slip entries, may be asked for
     * @param cuckooBytesMax how many bytes of data in a cuckoo set
     */
    public record Blocks(
            long max,
            long accountIncludeMax,
            boolean accountIncludeAny,
            Set<PublicKey> accountIncludeReject,
            boolean includeTransactions,
            boolean includeAccounts,
            long cuckooBytesMax) {

        /** No limit at all. */
        public static final Blocks UNLIMITED = new Blocks(NO_LIMIT, NO_LIMIT, true, Set.of(), true, true, NO_LIMIT);

        public Blocks {
            atLeast(0, max, "blocks.max");
            atLeast(0, accountIncludeMax, "blocks.accountIncludeMax");
            accountIncludeReject = Set.copyOf(accountIncludeReject);
            atLeast(0, cuckooBytesMax, "blocks.cuckooBytesMax");
        }

        public Blocks withMax(long filters) {
            return new Blocks(
                    filters,
                    accountIncludeMax,
                    accountIncludeAny,
                    accountIncludeReject,
                    includeTransactions,
                    includeAccounts,
                    cuckooBytesMax);
        }

        public Blocks withInclude(long keys, boolean any, Set<PublicKey> reject) {
            return new Blocks(max, keys, any, reject, includeTransactions, includeAccounts, cuckooBytesMax);
        }

        public Blocks withContents(boolean transactions, boolean accounts) {
            return new Blocks(
                    max,
                    accountIncludeMax,
                    accountIncludeAny,
                    accountIncludeReject,
                    transactions,
                    accounts,
                    cuckooBytesMax);
        }

        public Blocks withCuckooBytesMax(long bytes) {
            return new Blocks(
                    max,
                    accountIncludeMax,
                    accountIncludeAny,
                    accountIncludeReject,
                    includeTransactions,
                    includeAccounts,
                    bytes);
        }
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
        }
    }
}
