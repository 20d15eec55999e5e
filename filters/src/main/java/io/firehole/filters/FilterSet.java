package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code SubscribeRequest}'s filters, validated and ready to match: which names an update goes out under.
 *
 * <p>Immutable; any thread. Names come in the order of the request, each once. The request's {@code ping} and
 * {@code from_slot} are not looked at: a ping's filters are checked like any others.
 *
 * <p>Names already in use on the stream need no check of their own here: the reference server spares them the check of
 * their length, which they passed when they came first.
 */
public final class FilterSet {

    private final AccountFilters accounts;
    private final SlotFilters slots;
    private final TransactionFilters transactions;
    private final TransactionFilters transactionStatuses;
    private final List<String> entries;
    private final Map<String, BlockFilter> blocks;
    private final List<String> blocksMeta;
    private final CommitmentLevel commitment;
    private final DataSlices slices;
    private final List<String> unknownFields;

    /** Checks in the order of the reference server, whose first fault is the one reported. */
    private FilterSet(SubscribeRequest request, FilterLimits limits) throws InvalidFilterException {
        int nameBytes = limits.nameBytes();
        accounts = AccountFilters.compile(request.getAccountsMap(), limits.accounts(), nameBytes);
        SlotFilters slotFilters = SlotFilters.compile(request.getSlotsMap(), limits);
        transactions = TransactionFilters.compile(
                FilterKind.TRANSACTIONS, request.getTransactionsMap(), limits.transactions(), nameBytes);
        transactionStatuses = TransactionFilters.compile(
                FilterKind.TRANSACTIONS_STATUS,
                request.getTransactionsStatusMap(),
                limits.transactionsStatus(),
                nameBytes);
        entries = Names.compile(FilterKind.ENTRY, request.getEntryMap().keySet(), limits.entriesMax(), nameBytes);
        blocks = blocks(request.getBlocksMap(), limits.blocks(), nameBytes);
        blocksMeta = Names.compile(
                FilterKind.BLOCKS_META, request.getBlocksMetaMap().keySet(), limits.blocksMetaMax(), nameBytes);
        commitment = commitment(request);
        slots = slotFilters.on(commitment);
        try {
            slices = DataSlices.compile(
                    request.getAccountsDataSliceList(), limits.accounts().dataSliceMax());
        } catch (InvalidFilterException e) {
            throw e.in("accounts_data_slice");
        }
        unknownFields = UnknownFields.in(request);
    }

    /**
     * Validates the request as a server with these limits does.
     *
     * @throws InvalidFilterException with the reference server's text, for the first fault in its order of checking
     */
    public static FilterSet compile(SubscribeRequest request, FilterLimits limits) throws InvalidFilterException {
        return new FilterSet(request, limits);
    }

    private static Map<String, BlockFilter> blocks(
            Map<String, SubscribeRequestFilterBlocks> requested, FilterLimits.Blocks limits, int nameBytes)
            throws InvalidFilterException {
        Names.checkCount(FilterKind.BLOCKS, requested.size(), limits.max());
        Map<String, BlockFilter> filters = new LinkedHashMap<>();
        for (Map.Entry<String, SubscribeRequestFilterBlocks> entry : requested.entrySet()) {
            try {
                filters.put(entry.getKey(), BlockFilter.compile(entry.getKey(), entry.getValue(), limits, nameBytes));
            } catch (InvalidFilterException e) {
                throw e.inFilter(FilterKind.BLOCKS, entry.getKey());
            }
        }
        return Collections.unmodifiableMap(filters);
    }

    private static CommitmentLevel commitment(SubscribeRequest request) throws InvalidFilterException {
        if (!request.hasCommitment()) {
            return CommitmentLevel.PROCESSED;
        }
        CommitmentLevel level = request.getCommitment();
        if (level == CommitmentLevel.UNRECOGNIZED) {
            throw InvalidFilterException.because(
                            "failed to create CommitmentLevel from " + request.getCommitmentValue())
                    .in("commitment");
        }
        return level;
    }

    /** The level of the stream; PROCESSED if the request has none. */
    public CommitmentLevel commitment() {
        return commitment;
    }

    /** What is left of an account's data on this stream, in accounts and in blocks. */
    public ByteString slice(ByteString data) {
        return slices.apply(data);
    }

    /** Whether accounts' data are cut. */
    public boolean hasSlices() {
        return !slices.isEmpty();
    }

    /** How accounts' data are cut. */
    public DataSlices slices() {
        return slices;
    }

    /** The transactions filters that match. */
    public List<String> transactions(TransactionFacts transaction) {
        return transactions.matching(transaction);
    }

    /** The transactions_status filters that match; an update of their own, after the transaction's. */
    public List<String> transactionStatuses(TransactionFacts transaction) {
        return transactionStatuses.matching(transaction);
    }

    /**
     * What each filter of transactions and transactions_status says to a transaction, in the order of the request, and
     * which condition stood against it. For people who ask why; {@link #transactions} is the way to match.
     */
    public List<FilterVerdict> verdicts(TransactionFacts transaction) {
        List<FilterVerdict> verdicts = new ArrayList<>(transactions.verdicts(FilterKind.TRANSACTIONS, transaction));
        verdicts.addAll(transactionStatuses.verdicts(FilterKind.TRANSACTIONS_STATUS, transaction));
        return verdicts;
    }

    /**
     * Whether a filter of transactions or transactions_status asks for a signature. Without one, transactions that differ
     * in their signature alone match the same names.
     */
    public boolean hasSignatures() {
        return transactions.hasSignatures() || transactionStatuses.hasSignatures();
    }

    /** The accounts filters that match. */
    public List<String> accounts(AccountFacts account) {
        return accounts.matching(account);
    }

    /** The slots filters that match a slot's reaching that status, on a stream of this commitment. */
    public List<String> slots(SlotStatus status) {
        return slots.matching(status);
    }

    /** The entry filters, each of which matches every entry. */
    public List<String> entries() {
        return entries;
    }

    /** The blocks_meta filters, each of which matches every block meta. */
    public List<String> blocksMeta() {
        return blocksMeta;
    }

    /** The blocks filters by name, in the order of the request; every block gives one update for each. */
    public Map<String, BlockFilter> blocks() {
        return blocks;
    }

    /** Whether there is no filter of any kind: a stream with these gets pings only. */
    public boolean isEmpty() {
        return accounts.isEmpty()
                && slots.isEmpty()
                && transactions.isEmpty()
                && transactionStatuses.isEmpty()
                && entries.isEmpty()
                && blocks.isEmpty()
                && blocksMeta.isEmpty();
    }

    /** Whether the request has fields newer than this schema, so that this set may match more than was asked for. */
    public boolean hasUnknownFields() {
        return !unknownFields.isEmpty();
    }

    /** The first few unknown fields, each as its place and number, such as {@code transactions["a"]: 31}. */
    public List<String> unknownFields() {
        return unknownFields;
    }
}
