package io.firehole.simulator.truth;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.tally.Tally;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.IdentifierSink;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.simulator.truth.TruthAnswer.Known;
import io.firehole.simulator.truth.TruthAnswer.NotFinal;
import io.firehole.simulator.truth.TruthAnswer.Refused;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The truth of one chain. Any thread.
 *
 * <p>Identifiers are kept as texts, some 200 bytes each: twenty seconds of everything (50 slots) are some 400,000 under
 * one name, or 80 MB; the filters of a usual monitor a hundredth of that.
 */
public final class Truth {
    /** Identifiers one answer may hold, over all kinds, each counted once however many names it has. */
    public static final int IDENTIFIERS_MAX = 3_000_000;

    private final Chain chain;

    /** Of this chain; several may be made. */
    public Truth(Chain chain) {
        this.chain = chain;
    }

    /**
     * What an uninterrupted direct subscriber gets for the slots {@code from} to {@code to}, both inclusive: all that
     * bears such a slot's number, its statuses too, whenever they come.
     *
     * <p>Final is the range when everything of it that the request can see was sent: a request without slots filters
     * needs {@code to} at the commitment's level, one that sees FINALIZED needs it finalized.
     *
     * @param commitment overrules the request's own
     * @param replayable false: as sent live. True: what replay can give back, that is of each account the last write of a
     *     slot, no lifecycle statuses, nothing of dead slots
     */
    public TruthAnswer expected(
            SubscribeRequest request, CommitmentLevel commitment, long from, long to, boolean replayable) {
        FilterSet filters;
        try {
            filters = FilterSet.compile(
                    request.toBuilder().setCommitment(commitment).build(), FilterLimits.UNLIMITED);
        } catch (InvalidFilterException e) {
            return new Refused(e.statusMessage());
        }
        if (from > to) {
            return new Refused("from is " + from + ", above to, which is " + to);
        }
        if (from < chain.pastFrom()) {
            return new Refused("from is " + from + ", the chain begins with slot " + chain.pastFrom());
        }
        long finalTo = finalTo(filters);
        if (to > finalTo) {
            return new NotFinal(to, finalTo);
        }
        Counting counting = new Counting(namesByKind(request));
        Matches matches = chain.match(filters);
        for (long slot = from; slot <= to; slot++) {
            List<RingEvent> events = replayable ? chain.replayable(slot) : chain.played(slot, commitment);
            for (RingEvent event : events) {
                matches.identify(event, counting);
            }
            if (counting.identifiers > IDENTIFIERS_MAX) {
                return new Refused("slots " + from + " to " + to + " hold more than " + IDENTIFIERS_MAX
                        + " matching updates; up to slot " + slot + " there are " + counting.identifiers);
            }
        }
        return new Known(counting.tallies);
    }

    private long finalTo(FilterSet filters) {
        long finalTo = chain.knownTo(filters.commitment());
        if (!filters.slots(SlotStatus.SLOT_CONFIRMED).isEmpty()) {
            finalTo = Math.min(finalTo, chain.knownTo(CommitmentLevel.CONFIRMED));
        }
        if (!filters.slots(SlotStatus.SLOT_FINALIZED).isEmpty()) {
            finalTo = Math.min(finalTo, chain.knownTo(CommitmentLevel.FINALIZED));
        }
        return finalTo;
    }

    private static Map<UpdateKind, Set<String>> namesByKind(SubscribeRequest request) {
        Map<UpdateKind, Set<String>> names = new EnumMap<>(UpdateKind.class);
        names.put(UpdateKind.ACCOUNT, request.getAccountsMap().keySet());
        names.put(UpdateKind.SLOT, request.getSlotsMap().keySet());
        names.put(UpdateKind.TRANSACTION, request.getTransactionsMap().keySet());
        names.put(
                UpdateKind.TRANSACTION_STATUS,
                request.getTransactionsStatusMap().keySet());
        names.put(UpdateKind.ENTRY, request.getEntryMap().keySet());
        names.put(UpdateKind.BLOCK, request.getBlocksMap().keySet());
        names.put(UpdateKind.BLOCK_META, request.getBlocksMetaMap().keySet());
        return names;
    }

    private static final class Counting implements IdentifierSink {
        private final Map<UpdateKind, Map<String, Tally>> tallies = new EnumMap<>(UpdateKind.class);
        private long identifiers;

        Counting(Map<UpdateKind, Set<String>> names) {
            names.forEach((kind, ofKind) -> {
                for (String name : ofKind) {
                    tallies.computeIfAbsent(kind, none -> new TreeMap<>()).put(name, new Tally());
                }
            });
        }

        @Override
        public void identified(UpdateKind kind, List<String> names, String id) {
            identifiers++;
            for (String name : names) {
                Map<String, Tally> ofKind = tallies.get(kind);
                Tally tally = ofKind == null ? null : ofKind.get(name);
                if (tally == null) {
                    throw new IllegalStateException("a name matched that was not asked for: " + kind + " " + name);
                }
                tally.add(id);
            }
        }
    }
}
