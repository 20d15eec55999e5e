package io.firehole.filters;

import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.TokenAccountExpansionControlFlag;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One filter for several, for providers that allow fewer filters than there are: it matches whatever any of them matches,
 * and what it matches beyond that is dropped here.
 *
 * <p>That it does is a matter of construction. A filter is a conjunction, so each condition of the union need only be one
 * that <em>every</em> filter of the several implies:
 *
 * <ul>
 *   <li>a condition all of them state (the same {@code vote}, the same {@code memcmp}, a key that all require);
 *   <li>a list of which one must occur: the lists of all of them put together. A filter that has none but requires keys
 *       contributes one of those: who has them all has that one;
 *   <li>a list of which none may occur: what is in all of their lists.
 * </ul>
 *
 * <p>Token expansion makes the set of a transaction's keys larger. The union looks at the largest that any of them asks
 * for: then every "occurs" stays true. A "does not occur" might not, so exclusions are kept only if all look at the same.
 *
 * <p>If no list of keys, signature or set survives, the union would match everything of its kind, and there is none.
 * Stateless; any thread. The filters must be valid.
 */
public final class FilterUnion {

    private FilterUnion() {}

    /**
     * A filter for all of these.
     *
     * @param filters at least one
     * @return empty if only everything would do
     */
    public static Optional<SubscribeRequestFilterTransactions> ofTransactions(
            Collection<SubscribeRequestFilterTransactions> filters) {
        SubscribeRequestFilterTransactions.Builder union = SubscribeRequestFilterTransactions.newBuilder();
        common(filters, f -> f.hasVote(), f -> f.getVote()).ifPresent(union::setVote);
        common(filters, f -> f.hasFailed(), f -> f.getFailed()).ifPresent(union::setFailed);
        common(filters, f -> f.hasSignature(), f -> f.getSignature()).ifPresent(union::setSignature);
        union.addAllAccountRequired(intersection(filters, SubscribeRequestFilterTransactions::getAccountRequiredList));

        TokenExpansion expansion = filters.stream()
                .map(FilterUnion::expansion)
                .max(TokenExpansion.BY_REACH)
                .orElseThrow();
        if (expansion != TokenExpansion.NONE) {
            union.setTokenAccounts(
                    expansion == TokenExpansion.ALL
                            ? TokenAccountExpansionControlFlag.ALL
                            : TokenAccountExpansionControlFlag.BALANCE_CHANGED);
        }
        if (filters.stream().allMatch(filter -> expansion(filter) == expansion)) {
            union.addAllAccountExclude(
                    intersection(filters, SubscribeRequestFilterTransactions::getAccountExcludeList));
        }

        Listed included = Listed.ofAll(
                filters,
                SubscribeRequestFilterTransactions::getAccountIncludeList,
                filter -> filter.hasCuckooAccountInclude()
                        ? Optional.of(filter.getCuckooAccountInclude())
                        : Optional.empty(),
                SubscribeRequestFilterTransactions::getAccountRequiredList);
        union.addAllAccountInclude(included.keys());
        included.cuckoo().ifPresent(union::setCuckooAccountInclude);

        boolean selective = !included.isEmpty() || union.getAccountRequiredCount() > 0 || union.hasSignature();
        return selective ? Optional.of(union.build()) : Optional.empty();
    }

    /**
     * A filter for all of these.
     *
     * @param filters at least one
     * @return empty if only everything would do
     */
    public static Optional<SubscribeRequestFilterAccounts> ofAccounts(
            Collection<SubscribeRequestFilterAccounts> filters) {
        SubscribeRequestFilterAccounts.Builder union = SubscribeRequestFilterAccounts.newBuilder();
        common(filters, f -> f.hasNonemptyTxnSignature(), f -> f.getNonemptyTxnSignature())
                .ifPresent(union::setNonemptyTxnSignature);
        union.addAllFilters(intersection(filters, SubscribeRequestFilterAccounts::getFiltersList));

        Listed accounts = Listed.ofAll(
                filters,
                SubscribeRequestFilterAccounts::getAccountList,
                filter -> filter.hasCuckooAccountsFilter()
                        ? Optional.of(filter.getCuckooAccountsFilter())
                        : Optional.empty(),
                filter -> List.of());
        union.addAllAccount(accounts.keys());
        accounts.cuckoo().ifPresent(union::setCuckooAccountsFilter);
        Listed owners = Listed.ofAll(
                filters, SubscribeRequestFilterAccounts::getOwnerList, filter -> Optional.empty(), filter -> List.of());
        union.addAllOwner(owners.keys());

        return accounts.isEmpty() && owners.isEmpty() ? Optional.empty() : Optional.of(union.build());
    }

    /**
     * A filter for all of these. There is always one: slots are few.
     *
     * @param filters at least one
     */
    public static SubscribeRequestFilterSlots ofSlots(Collection<SubscribeRequestFilterSlots> filters) {
        return SubscribeRequestFilterSlots.newBuilder()
                .setFilterByCommitment(filters.stream().allMatch(SubscribeRequestFilterSlots::getFilterByCommitment))
                .setInterslotUpdates(filters.stream().anyMatch(SubscribeRequestFilterSlots::getInterslotUpdates))
                .build();
    }

    private static TokenExpansion expansion(SubscribeRequestFilterTransactions filter) {
        if (!filter.hasTokenAccounts()) {
            return TokenExpansion.NONE;
        }
        return filter.getTokenAccounts() == TokenAccountExpansionControlFlag.BALANCE_CHANGED
                ? TokenExpansion.BALANCE_CHANGED
                : TokenExpansion.ALL;
    }

    /** What all of them state alike. */
    private static <F, T> Optional<T> common(Collection<F> filters, Predicate<F> states, Function<F, T> what) {
        Set<T> stated = new HashSet<>();
        for (F filter : filters) {
            if (!states.test(filter)) {
                return Optional.empty();
            }
            stated.add(what.apply(filter));
        }
        return stated.size() == 1 ? Optional.of(stated.iterator().next()) : Optional.empty();
    }

    /** What is in the lists of all of them, in the order of the first. */
    private static <F, T> Set<T> intersection(Collection<F> filters, Function<F, List<T>> list) {
        Set<T> common = null;
        for (F filter : filters) {
            if (common == null) {
                common = new LinkedHashSet<>(list.apply(filter));
            } else {
                common.retainAll(new HashSet<>(list.apply(filter)));
            }
        }
        return common == null ? Set.of() : common;
    }

    /**
     * A list of which something must match: keys, or a set that answers for them.
     *
     * @param keys any of them
     * @param cuckoo or any in it
     */
    private record Listed(Set<String> keys, Optional<CuckooFilter> cuckoo) {

        /** Says nothing at all. */
        private static final Listed NOTHING = new Listed(Set.of(), Optional.empty());

        boolean isEmpty() {
            return keys.isEmpty() && cuckoo.isEmpty();
        }

        /** The lists of all filters put together; {@link #NOTHING} if one of them has none that can be. */
        static <F> Listed ofAll(
                Collection<F> filters,
                Function<F, ? extends List<String>> list,
                Function<F, Optional<CuckooFilter>> cuckooOf,
                Function<F, ? extends List<String>> required) {
            Set<String> keys = new LinkedHashSet<>();
            Optional<CuckooFilter> cuckoo = Optional.empty();
            for (F filter : filters) {
                if (cuckoo.isEmpty()) {
                    cuckoo = cuckooOf.apply(filter);
                }
                keys.addAll(list.apply(filter));
            }
            for (F filter : filters) {
                Optional<CuckooFilter> own = cuckooOf.apply(filter);
                boolean covered = own.isEmpty() || own.equals(cuckoo); // two different sets cannot be made one
                boolean lists = own.isPresent() || !list.apply(filter).isEmpty();
                if (lists && covered) {
                    continue;
                }
                List<String> others = required.apply(filter);
                if (others.isEmpty()) {
                    return NOTHING;
                }
                if (others.stream().noneMatch(keys::contains)) {
                    keys.add(others.getFirst());
                }
            }
            return new Listed(keys, cuckoo);
        }
    }
}
