package io.firehole.filters.tally;

import io.firehole.filters.AccountFacts;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.TransactionFacts;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.capture.CaptureException;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a request's filters pass of a recording, fed to them once and in order.
 *
 * <p>The recording is taken as it is, a stream at PROCESSED: the request's commitment changes what slots filters pass,
 * but no account writes are joined as they would be at a higher level. What servers make themselves is made here too,
 * as far as identifiers show it: a transaction status from each transaction, and from each block meta one block for
 * each blocks filter, whose content is not put together.
 */
public final class CaptureTally {

    private final FilterSet filters;
    private final Map<FilterKind, Map<String, Tally>> tallies = new EnumMap<>(FilterKind.class);

    private CaptureTally(SubscribeRequest request, FilterSet filters) {
        this.filters = filters;
        for (FilterKind kind : FilterKind.values()) {
            Map<String, Tally> byName = new LinkedHashMap<>();
            kind.filters(request).keySet().forEach(name -> byName.put(name, new Tally()));
            if (!byName.isEmpty()) {
                tallies.put(kind, byName);
            }
        }
    }

    /**
     * Applies the request to the recording.
     *
     * @throws InvalidFilterException if no server would accept the request, whatever its limits
     * @throws CaptureException if a message of the recording cannot be decoded
     */
    public static CaptureTally of(Capture capture, SubscribeRequest request)
            throws InvalidFilterException, CaptureException {
        CaptureTally tally = new CaptureTally(request, FilterSet.compile(request, FilterLimits.UNLIMITED));
        for (SubscribeUpdate update : capture.updates()) {
            tally.feed(update);
        }
        return tally;
    }

    /** By kind and name what that filter passed, in the order of the request; kinds it has no filters of are absent. */
    public Map<FilterKind, Map<String, Tally>> filters() {
        return Collections.unmodifiableMap(tallies);
    }

    /**
     * What the filters passed together: an update counts once, however many filters of its kind pass it.
     *
     * <p>Equal identifiers of different kinds (a transaction and its status) are two. The hash is over the identifiers
     * alone, so for a request of one kind and one filter it is that filter's.
     */
    public Tally total() {
        Tally total = new Tally();
        for (Map<String, Tally> byName : tallies.values()) {
            Tally kind = new Tally();
            byName.values().forEach(tally -> kind.addAll(tally.ids()));
            total.addAll(kind.distinct().ids());
        }
        return total;
    }

    private void feed(SubscribeUpdate update) {
        switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> account(update.getAccount());
            case SLOT -> slot(update.getSlot());
            case TRANSACTION -> transaction(update.getTransaction().getTransaction());
            case BLOCK_META -> blockMeta(update.getBlockMeta());
            case ENTRY -> entry(update.getEntry());
            case TRANSACTION_STATUS, BLOCK, PING, PONG, UPDATEONEOF_NOT_SET -> {
                // Servers make these themselves; the first two follow from what is above.
            }
        }
    }

    private void account(SubscribeUpdateAccount update) {
        pass(
                FilterKind.ACCOUNTS,
                filters.accounts(AccountFacts.of(update.getAccount())),
                () -> Identifier.account(
                        update.getAccount().getPubkey(), update.getAccount().getWriteVersion()));
    }

    private void slot(SubscribeUpdateSlot update) {
        pass(
                FilterKind.SLOTS,
                filters.slots(update.getStatus()),
                () -> Identifier.slot(update.getSlot(), update.getStatus()));
    }

    private void transaction(SubscribeUpdateTransactionInfo info) {
        TransactionFacts facts = TransactionFacts.of(info);
        pass(FilterKind.TRANSACTIONS, filters.transactions(facts), () -> Identifier.transaction(info.getSignature()));
        pass(
                FilterKind.TRANSACTIONS_STATUS,
                filters.transactionStatuses(facts),
                () -> Identifier.transaction(info.getSignature()));
    }

    private void blockMeta(SubscribeUpdateBlockMeta meta) {
        for (String name : filters.blocks().keySet()) {
            pass(FilterKind.BLOCKS, List.of(name), () -> Identifier.block(meta.getSlot(), meta.getBlockhash(), name));
        }
        pass(FilterKind.BLOCKS_META, filters.blocksMeta(), () -> Identifier.blockMeta(meta.getSlot()));
    }

    private void entry(SubscribeUpdateEntry entry) {
        pass(FilterKind.ENTRY, filters.entries(), () -> Identifier.entry(entry.getSlot(), entry.getIndex()));
    }

    private void pass(FilterKind kind, Collection<String> names, Supplier<String> id) {
        Map<String, Tally> byName = tallies.get(kind);
        if (byName == null || names.isEmpty()) {
            return;
        }
        String identifier = id.get();
        for (String name : names) {
            Tally tally = byName.get(name);
            if (tally != null) {
                tally.add(identifier);
            }
        }
    }
}
