package io.firehole.pool;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.FilterVerdict;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.TransactionFacts;
import io.firehole.pool.routing.RecentTransactions;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds out what a monitor's filters say to a transaction that was received. Any thread but event loops. */
final class Inquiry {

    private Inquiry() {}

    static TransactionExplanation of(MonitorExplanation monitor, ByteString signature, RecentTransactions recent) {
        TransactionExplanation.Memory memory = new TransactionExplanation.Memory(
                recent.count(), recent.bytes(), recent.bytesMax(), recent.oldestSlot());
        Optional<RecentTransaction> found = find(signature, recent);
        if (found.isEmpty()) {
            return new TransactionExplanation(monitor.id(), OptionalLong.empty(), List.of(), memory);
        }
        long slot = found.get().slot();
        List<TransactionExplanation.Stream> streams = new ArrayList<>();
        for (MonitorExplanation.Stream stream : monitor.streams()) {
            streams.add(new TransactionExplanation.Stream(
                    stream.streamId(), verdicts(stream, found.get().facts()), caveat(stream, slot)));
        }
        return new TransactionExplanation(monitor.id(), OptionalLong.of(slot), streams, memory);
    }

    /** The transaction of that signature; empty if it is not remembered. */
    static Optional<RecentTransaction> find(ByteString signature, RecentTransactions recent) {
        return recent.find(signature)
                .flatMap(update -> facts(update).map(facts -> new RecentTransaction(update.slot(), facts)));
    }

    private static Optional<TransactionFacts> facts(RawUpdate update) {
        try {
            return Optional.of(TransactionFacts.of(SubscribeUpdate.newBuilder()
                    .mergeFrom(update.tail(), update.tailOffset(), update.tailLength())
                    .build()
                    .getTransaction()
                    .getTransaction()));
        } catch (InvalidProtocolBufferException malformed) {
            return Optional.empty();
        }
    }

    private static List<FilterVerdict> verdicts(MonitorExplanation.Stream stream, TransactionFacts facts) {
        try {
            return FilterSet.compile(stream.request(), FilterLimits.UNLIMITED).verdicts(facts);
        } catch (InvalidFilterException neverTaken) {
            throw new IllegalStateException("a request that was taken breaks a rule", neverTaken);
        }
    }

    private static Optional<String> caveat(MonitorExplanation.Stream stream, long slot) {
        if (stream.activeFromSlot().isEmpty()) {
            return Optional.of("it is not known yet from which slot on this stream gets everything");
        }
        long from = stream.activeFromSlot().getAsLong();
        return Long.compareUnsigned(slot, from) < 0
                ? Optional.of("the transaction is of slot " + Long.toUnsignedString(slot)
                        + ", and what it asks now is served whole from slot " + Long.toUnsignedString(from) + " on")
                : Optional.empty();
    }
}
