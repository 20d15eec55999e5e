package io.firehole.filters;

import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The filters of one kind of transactions by name, in the order of the request. Immutable. */
final class TransactionFilters {

    private final List<String> names;
    private final List<TransactionFilter> filters;

    /** What the candidates are looked up with: all owners of token balances as well where a filter expands to them. */
    private final TokenExpansion lookup;

    /** Made when first matched: a request that is only validated never needs it. Two threads may make equal ones. */
    private volatile @Nullable KeyIndex index;

    private TransactionFilters(List<String> names, List<TransactionFilter> filters) {
        this.names = List.copyOf(names);
        this.filters = List.copyOf(filters);
        this.lookup = filters.stream().allMatch(filter -> filter.expansion() == TokenExpansion.NONE)
                ? TokenExpansion.NONE
                : TokenExpansion.ALL;
    }

    static TransactionFilters compile(
            FilterKind kind,
            Map<String, SubscribeRequestFilterTransactions> requested,
            FilterLimits.Transactions limits,
            int nameBytes)
            throws InvalidFilterException {
        return compile(
                kind, requested, limits, (name, filter) -> TransactionFilter.compile(name, filter, limits, nameBytes));
    }

    static TransactionFilters compileDeshred(
            Map<String, SubscribeRequestFilterDeshredTransactions> requested,
            FilterLimits.Transactions limits,
            int nameBytes)
            throws InvalidFilterException {
        return compile(
                FilterKind.DESHRED_TRANSACTIONS,
                requested,
                limits,
                (name, filter) -> TransactionFilter.compile(name, filter, limits, nameBytes));
    }

    private interface Compiler<F> {
        TransactionFilter compile(String name, F filter) throws InvalidFilterException;
    }

    private static <F> TransactionFilters compile(
            FilterKind kind, Map<String, F> requested, FilterLimits.Transactions limits, Compiler<F> compiler)
            throws InvalidFilterException {
        Names.checkCount(kind, requested.size(), limits.max());
        List<String> names = new ArrayList<>(requested.size());
        List<TransactionFilter> filters = new ArrayList<>(requested.size());
        for (Map.Entry<String, F> entry : requested.entrySet()) {
            try {
                filters.add(compiler.compile(entry.getKey(), entry.getValue()));
                names.add(entry.getKey());
            } catch (InvalidFilterException e) {
                throw e.inFilter(kind, entry.getKey());
            }
        }
        return new TransactionFilters(names, filters);
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** Whether a filter asks for a signature. */
    boolean hasSignatures() {
        return filters.stream().anyMatch(filter -> filter.signature() != null);
    }

    List<String> matching(TransactionFacts transaction) {
        List<String> matching = new ArrayList<>(4);
        if (filters.size() <= KeyIndex.SCAN_MAX) {
            for (int i = 0; i < filters.size(); i++) {
                if (filters.get(i).matches(transaction)) {
                    matching.add(names.get(i));
                }
            }
            return matching;
        }
        BitSet candidates = index().candidates(transaction.keys(lookup));
        for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
            if (filters.get(i).matches(transaction)) {
                matching.add(names.get(i));
            }
        }
        return matching;
    }

    /** What each filter says to a transaction, and why. */
    List<FilterVerdict> verdicts(FilterKind kind, TransactionFacts transaction) {
        List<FilterVerdict> verdicts = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            verdicts.add(new FilterVerdict(
                    kind, names.get(i), Optional.ofNullable(filters.get(i).objection(transaction))));
        }
        return verdicts;
    }

    private KeyIndex index() {
        KeyIndex made = index;
        if (made == null) {
            List<@Nullable KeySet> anchors = new ArrayList<>(filters.size());
            for (TransactionFilter filter : filters) {
                anchors.add(filter.anchor());
            }
            made = KeyIndex.of(anchors);
            index = made;
        }
        return made;
    }
}
