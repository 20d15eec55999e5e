package io.firehole.pool.merging;

import com.google.protobuf.Message;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.PublicKey;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What the request of one stream may hold. Immutable.
 *
 * @param filters how many filters, and how many keys in each
 * @param accountKeys how many keys all accounts filters together may list
 * @param requestBytes how large the request may be
 */
public record StreamRules(FilterLimits filters, int accountKeys, int requestBytes) {

    /** Kept free of every request, for the internal filters and for labels longer than the names they stand for. */
    private static final int RESERVED_BYTES = 64 << 10;

    /** Those of that provider. */
    public static StreamRules of(ProviderProfile profile) {
        return new StreamRules(profile.filters(), profile.accountKeysPerStream(), profile.requestBytes());
    }

    /** The same where no slots filter may stand beside the internal one, which serves all of them. */
    public StreamRules withSlotsByInternal() {
        return new StreamRules(filters.withSlotsMax(1), accountKeys, requestBytes);
    }

    /** What filters and their labels may add up to in one request. */
    int filterBytesMax() {
        return Math.max(requestBytes - RESERVED_BYTES, requestBytes / 2);
    }

    /** How many filters of that kind the request may have besides the internal one. */
    int labelsMax(FilterKind kind) {
        long max = switch (kind) {
            case ACCOUNTS -> filters.accounts().max();
            case SLOTS -> filters.slotsMax() - 1;
            case TRANSACTIONS -> filters.transactions().max();
            case TRANSACTIONS_STATUS -> filters.transactionsStatus().max();
            case ENTRY -> filters.entriesMax();
            case BLOCKS -> filters.blocks().max();
            case BLOCKS_META -> filters.blocksMetaMax() - 1;
            case DESHRED_TRANSACTIONS -> 0;
        };
        return Math.clamp(max, 0, Integer.MAX_VALUE);
    }

    /**
     * Whether a union may stand in a request. What a union of filters states, each of them states too, so that it can only
     * break a rule about how much there is, or one about a key that has come into another list.
     */
    boolean admits(FilterKind kind, Message union) {
        return switch (kind) {
            case ACCOUNTS -> admits((SubscribeRequestFilterAccounts) union, filters.accounts());
            case TRANSACTIONS -> admits((SubscribeRequestFilterTransactions) union, filters.transactions());
            default -> true;
        };
    }

    private static boolean admits(SubscribeRequestFilterAccounts union, FilterLimits.Accounts limits) {
        boolean empty = union.getAccountCount() == 0 && union.getOwnerCount() == 0 && !union.hasCuckooAccountsFilter();
        return (limits.any() || !empty)
                && union.getAccountCount() <= limits.accountMax()
                && union.getOwnerCount() <= limits.ownerMax();
    }

    private static boolean admits(SubscribeRequestFilterTransactions union, FilterLimits.Transactions limits) {
        boolean empty = !union.hasVote()
                && !union.hasFailed()
                && union.getAccountIncludeCount() == 0
                && !union.hasCuckooAccountInclude()
                && union.getAccountExcludeCount() == 0
                && union.getAccountRequiredCount() == 0
                && !union.hasTokenAccounts();
        return (limits.any() || !empty)
                && union.getAccountIncludeCount() <= limits.accountIncludeMax()
                && isFreeOf(limits.accountIncludeReject(), union.getAccountIncludeList());
    }

    private static boolean isFreeOf(Set<PublicKey> rejected, List<String> keys) {
        return rejected.isEmpty()
                || keys.stream().map(PublicKey::parseOrNull).noneMatch(key -> key != null && rejected.contains(key));
    }

    /** How many keys the accounts filters among these list together. */
    static long accountKeys(Collection<Filter> filters) {
        long keys = 0;
        for (Filter filter : filters) {
            if (filter.kind() == FilterKind.ACCOUNTS) {
                keys += ((SubscribeRequestFilterAccounts) filter.message()).getAccountCount();
            }
        }
        return keys;
    }
}
