package io.firehole.pool;

import io.firehole.filters.FilterVerdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a monitor would have got one transaction, and by which of its filters: see {@link Pool#explain(String,
 * com.google.protobuf.ByteString)}.
 *
 * @param monitorId the monitor
 * @param slot the slot of the transaction; empty if it was not received, or is remembered no more
 * @param streams what each open stream of the monitor says to it; empty if it was not received
 * @param memory what the pool remembers
 */
public record TransactionExplanation(String monitorId, OptionalLong slot, List<Stream> streams, Memory memory) {

    public TransactionExplanation {
        streams = List.copyOf(streams);
    }

    /**
     * One open stream of the monitor.
     *
     * @param streamId the provider's stream that serves it; 0 while it has asked for nothing
     * @param verdicts what each of its filters of transactions and transactions_status says, as it asks now
     * @param caveat why it may not have come although a filter lets it pass; empty if there is nothing to say
     */
    public record Stream(long streamId, List<FilterVerdict> verdicts, Optional<String> caveat) {

        public Stream {
            verdicts = List.copyOf(verdicts);
        }

        /** Whether a filter lets it pass. */
        public boolean passes() {
            return verdicts.stream().anyMatch(FilterVerdict::passes);
        }
    }

    /**
     * The transactions a pool remembers: the last ones that any of its streams received.
     *
     * @param transactions how many
     * @param bytes how large they are
     * @param bytesMax how large they may be; 0 if nothing is remembered
     * @param oldestSlot the slot of the oldest; empty if there is none
     */
    public record Memory(int transactions, long bytes, long bytesMax, OptionalLong oldestSlot) {}
}
