package io.firehole.filters;

import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import java.util.List;

/**
 * A {@code SubscribeDeshredRequest}'s filters, validated and ready to match.
 *
 * <p>Immutable; any thread. A deshred stream has no commitment, so a slots filter that goes by it matches nothing.
 */
public final class DeshredFilterSet {

    private final TransactionFilters transactions;
    private final SlotFilters slots;
    private final List<String> unknownFields;

    private DeshredFilterSet(SubscribeDeshredRequest request, FilterLimits limits) throws InvalidFilterException {
        transactions = TransactionFilters.compileDeshred(
                request.getDeshredTransactionsMap(), limits.deshredTransactions(), limits.nameBytes());
        slots = SlotFilters.compile(request.getSlotsMap(), limits);
        unknownFields = UnknownFields.in(request);
    }

    /**
     * Validates the request as a server with these limits does.
     *
     * @throws InvalidFilterException with the reference server's text, for the first fault in its order of checking
     */
    public static DeshredFilterSet compile(SubscribeDeshredRequest request, FilterLimits limits)
            throws InvalidFilterException {
        try {
            return new DeshredFilterSet(request, limits);
        } catch (InvalidFilterException e) {
            throw e.ofDeshred();
        }
    }

    /** The deshred_transactions filters that match. */
    public List<String> transactions(TransactionFacts transaction) {
        return transactions.matching(transaction);
    }

    /** The slots filters that match a slot's reaching that status. */
    public List<String> slots(SlotStatus status) {
        return slots.matching(status);
    }

    /** Whether there is no filter of any kind: a stream with these gets pings only. */
    public boolean isEmpty() {
        return transactions.isEmpty() && slots.isEmpty();
    }

    /** Whether the request has fields newer than this schema, so that this set may match more than was asked for. */
    public boolean hasUnknownFields() {
        return !unknownFields.isEmpty();
    }

    /** The first few unknown fields, each as its place and number. */
    public List<String> unknownFields() {
        return unknownFields;
    }
}
