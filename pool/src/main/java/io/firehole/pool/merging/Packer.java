package io.firehole.pool.merging;

import com.google.protobuf.Message;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterUnion;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Packs filters into a request. Pure computation; any thread.
 *
 * <p>As long as the provider allows as many filters as there are, each travels by itself, and the provider does all matching.
 * Where it allows fewer, filters of a kind are united, and matched here once more:
 *
 * <ol>
 *   <li>first those that differ in one list of keys alone: the lists put together match exactly what they match;
 *   <li>then, if that is not enough, whichever two lose the fewest conditions by it, see {@link FilterUnion}.
 * </ol>
 *
 * <p>Slots and block metas need no union: the internal filters ask for all of them already. Blocks are never united, since
 * what is in them depends on the filter; nor are statuses of transactions, which do not show the keys that a filter asks
 * for.
 *
 * <p>The same filters in the same order always give the same bundles, and a filter added at the end leaves those before it
 * where they were, as far as it can be: so a request changes no more than it must.
 */
public final class Packer {

    /** Pairs looked at for one union of filters that are not alike; beyond that only neighbours are. */
    private static final int PAIRS_MAX = 4_096;

    private final StreamRules rules;
    private final boolean sliced;

    /**
     * @param rules what a request may hold
     * @param slices how accounts' data are cut on the stream: then conditions on data cannot be matched here
     */
    public Packer(StreamRules rules, List<SubscribeRequestAccountsDataSlice> slices) {
        this.rules = rules;
        this.sliced = !slices.isEmpty();
    }

    /** Packs these, which are all different and each valid by itself. */
    public Packing pack(Collection<Filter> filters) {
        return pack(filters, Set.of());
    }

    /**
     * Packs these, which are all different and each valid by itself.
     *
     * @param internally kinds that the internal filters are to serve, even if there is room for filters of their own
     */
    Packing pack(Collection<Filter> filters, Set<FilterKind> internally) {
        Map<FilterKind, List<Filter>> byKind = new EnumMap<>(FilterKind.class);
        filters.forEach(filter ->
                byKind.computeIfAbsent(filter.kind(), kind -> new ArrayList<>()).add(filter));

        List<Bundle> bundles = new ArrayList<>();
        List<Filter> slotsByEpoch = List.of();
        List<Filter> metaBySeal = List.of();
        boolean internalOnly = false;
        for (Map.Entry<FilterKind, List<Filter>> kind : byKind.entrySet()) {
            int max = rules.labelsMax(kind.getKey());
            List<Bundle> packed =
                    new ArrayList<>(kind.getValue().stream().map(Bundle::plain).toList());
            if (packed.size() > max || internally.contains(kind.getKey())) {
                switch (kind.getKey()) {
                    case SLOTS -> {
                        slotsByEpoch = kind.getValue();
                        packed = List.of();
                    }
                    case BLOCKS_META -> {
                        metaBySeal = kind.getValue();
                        packed = List.of();
                    }
                    case ACCOUNTS, TRANSACTIONS -> packed = united(packed, max);
                    default -> {}
                }
                internalOnly = true;
            }
            if (packed.size() > max) {
                return new Packing.Overfull(ruleOf(kind.getKey()), max, packed.size());
            }
            bundles.addAll(packed);
        }
        return checked(bundles, slotsByEpoch, metaBySeal, internalOnly);
    }

    private Packing checked(List<Bundle> bundles, List<Filter> slotsByEpoch, List<Filter> metaBySeal, boolean united) {
        List<Bundle> chosen = bundles;
        long keys = StreamRules.accountKeys(upstream(chosen));
        if (keys > rules.accountKeys()) {
            chosen = withSharedKeysOnce(chosen);
            keys = StreamRules.accountKeys(upstream(chosen));
            if (keys > rules.accountKeys()) {
                return new Packing.Overfull("streams.account-keys", rules.accountKeys(), keys);
            }
        }
        long bytes = chosen.stream()
                .mapToLong(bundle -> Label.sizeBytes(bundle.upstream()))
                .sum();
        if (bytes > rules.filterBytesMax()) {
            return new Packing.Overfull("request.bytes", rules.filterBytesMax(), bytes);
        }
        boolean alone = chosen.stream().allMatch(Bundle::isPlain);
        boolean exact = chosen.stream().allMatch(Bundle::exact);
        Packing.Fit fit = !exact ? Packing.Fit.WIDENED : united || !alone ? Packing.Fit.UNITED : Packing.Fit.PLAIN;
        return new Packing.Packed(chosen, fit, slotsByEpoch, metaBySeal);
    }

    /** Two filters that list the same keys count them twice; united they count them once. */
    private List<Bundle> withSharedKeysOnce(List<Bundle> bundles) {
        List<Bundle> accounts = new ArrayList<>();
        List<Bundle> others = new ArrayList<>();
        bundles.forEach(bundle -> (bundle.upstream().kind() == FilterKind.ACCOUNTS ? accounts : others).add(bundle));
        others.addAll(alike(accounts));
        return others;
    }

    private static List<Filter> upstream(List<Bundle> bundles) {
        return bundles.stream().map(Bundle::upstream).toList();
    }

    private List<Bundle> united(List<Bundle> single, int max) {
        List<Bundle> bundles = alike(single);
        if (bundles.size() <= max) {
            return spread(bundles, max);
        }
        while (bundles.size() > Math.max(max, 1)) {
            if (!uniteCheapest(bundles)) {
                break;
            }
        }
        return bundles;
    }

    /** Unites what differs in one list of keys alone, first come, first served. */
    private List<Bundle> alike(List<Bundle> single) {
        Map<Object, List<Bundle>> byShape = new LinkedHashMap<>();
        for (Bundle bundle : single) {
            List<Bundle> like = byShape.computeIfAbsent(shape(bundle.upstream()), shape -> new ArrayList<>());
            boolean found = false;
            for (int i = 0; i < like.size() && !found; i++) {
                Bundle both = both(like.get(i), bundle, true);
                if (both != null) {
                    like.set(i, both);
                    found = true;
                }
            }
            if (!found) {
                like.add(bundle);
            }
        }
        return new ArrayList<>(byShape.values().stream().flatMap(List::stream).toList());
    }

    /** Gives the labels that are left over to the oldest filters, which then need no matching here. */
    private List<Bundle> spread(List<Bundle> bundles, int max) {
        int spare = max - bundles.size();
        List<Bundle> spread = new ArrayList<>();
        for (Bundle bundle : bundles) {
            List<Filter> rest = new ArrayList<>(bundle.asked());
            while (spare > 0 && rest.size() > 1) {
                spread.add(Bundle.plain(rest.removeFirst()));
                spare--;
            }
            Bundle left = Bundle.plain(rest.getFirst());
            for (Filter filter : rest.subList(1, rest.size())) {
                Bundle both = both(left, Bundle.plain(filter), true);
                left = both == null ? bundle : both;
            }
            spread.add(left);
        }
        return spread;
    }

    private boolean uniteCheapest(List<Bundle> bundles) {
        int best = Integer.MAX_VALUE;
        int first = -1;
        int second = -1;
        Bundle union = null;
        int pairs = 0;
        for (int i = 0; i < bundles.size() && pairs < PAIRS_MAX; i++) {
            for (int j = i + 1; j < bundles.size() && pairs < PAIRS_MAX; j++) {
                pairs++;
                Bundle both = both(bundles.get(i), bundles.get(j), false);
                if (both != null) {
                    int cost = conditionsLost(bundles.get(i), both) + conditionsLost(bundles.get(j), both);
                    if (cost < best) {
                        best = cost;
                        first = i;
                        second = j;
                        union = both;
                    }
                }
            }
        }
        if (union == null) {
            return false;
        }
        bundles.remove(second);
        bundles.set(first, union);
        return true;
    }

    /** Both as one; null if there is no union, or none that may be. */
    private @Nullable Bundle both(Bundle one, Bundle other, boolean exact) {
        FilterKind kind = one.upstream().kind();
        Optional<? extends Message> union = kind == FilterKind.ACCOUNTS
                ? FilterUnion.ofAccounts(List.of(accounts(one.upstream()), accounts(other.upstream())))
                : FilterUnion.ofTransactions(List.of(transactions(one.upstream()), transactions(other.upstream())));
        if (union.isEmpty() || !rules.admits(kind, union.get())) {
            return null;
        }
        Set<Filter> asked = new LinkedHashSet<>(one.asked());
        asked.addAll(other.asked());
        Filter upstream = Filter.of(kind, union.get());
        if (sliced
                && asked.stream()
                        .anyMatch(filter -> LocalFilter.of(filter, upstream).needsData())) {
            return null;
        }
        return new Bundle(upstream, List.copyOf(asked), exact && one.exact() && other.exact());
    }

    /**
     * What filters must have in common to be united exactly: all but one list. For transactions that list is of the keys of
     * which one must occur; for accounts it is that of accounts, or, where no accounts are named, that of owners.
     */
    private static Object shape(Filter filter) {
        if (filter.kind() == FilterKind.ACCOUNTS) {
            SubscribeRequestFilterAccounts accounts = accounts(filter);
            if (accounts.getAccountCount() > 0) {
                return List.of("account", accounts.toBuilder().clearAccount().build());
            }
            if (accounts.getOwnerCount() > 0) {
                return List.of("owner", accounts.toBuilder().clearOwner().build());
            }
            return filter;
        }
        SubscribeRequestFilterTransactions transactions = transactions(filter);
        return transactions.getAccountIncludeCount() == 0
                ? filter
                : List.of(
                        "include",
                        transactions.toBuilder().clearAccountInclude().build());
    }

    /** How many kinds of conditions the union no longer states. Lists that merely grow cost a tenth of one. */
    private static int conditionsLost(Bundle bundle, Bundle union) {
        if (bundle.upstream().kind() == FilterKind.ACCOUNTS) {
            SubscribeRequestFilterAccounts before = accounts(bundle.upstream());
            SubscribeRequestFilterAccounts after = accounts(union.upstream());
            return lost(before.getAccountCount(), after.getAccountCount())
                    + lost(before.getOwnerCount(), after.getOwnerCount())
                    + 10 * (before.getFiltersCount() - after.getFiltersCount())
                    + (before.hasNonemptyTxnSignature() && !after.hasNonemptyTxnSignature() ? 10 : 0);
        }
        SubscribeRequestFilterTransactions before = transactions(bundle.upstream());
        SubscribeRequestFilterTransactions after = transactions(union.upstream());
        return lost(before.getAccountIncludeCount(), after.getAccountIncludeCount())
                + 10 * (before.getAccountRequiredCount() - after.getAccountRequiredCount())
                + (before.getAccountExcludeCount() > after.getAccountExcludeCount() ? 10 : 0)
                + (before.hasVote() && !after.hasVote() ? 10 : 0)
                + (before.hasFailed() && !after.hasFailed() ? 10 : 0)
                + (before.hasSignature() && !after.hasSignature() ? 100 : 0);
    }

    private static int lost(int before, int after) {
        if (before > 0 && after == 0) {
            return 50;
        }
        return after > before ? 1 : 0;
    }

    private static SubscribeRequestFilterAccounts accounts(Filter filter) {
        return (SubscribeRequestFilterAccounts) filter.message();
    }

    private static SubscribeRequestFilterTransactions transactions(Filter filter) {
        return (SubscribeRequestFilterTransactions) filter.message();
    }

    static String ruleOf(FilterKind kind) {
        return switch (kind) {
            case ACCOUNTS -> "accounts.max";
            case SLOTS -> "slots.max";
            case TRANSACTIONS, TRANSACTIONS_STATUS, DESHRED_TRANSACTIONS -> "transactions.max";
            case ENTRY -> "entries.max";
            case BLOCKS -> "blocks.max";
            case BLOCKS_META -> "blocks-meta.max";
        };
    }
}
