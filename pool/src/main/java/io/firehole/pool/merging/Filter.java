package io.firehole.pool.merging;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.firehole.filters.FilterKind;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;

/**
 * What one name in a request stands for. Immutable.
 *
 * <p>Two filters are equal if they are of the same kind and have the same bytes, the fields that our schema does not know
 * included: then one label serves both.
 */
public final class Filter {

    private final FilterKind kind;
    private final Message message;
    private final ByteString bytes;

    private Filter(FilterKind kind, Message message) {
        this.kind = kind;
        this.message = message;
        this.bytes = message.toByteString();
    }

    /** That filter of that kind. */
    public static Filter of(FilterKind kind, Message message) {
        return new Filter(kind, message);
    }

    /** In which map of a request it stands. */
    public FilterKind kind() {
        return kind;
    }

    /** The filter itself. */
    public Message message() {
        return message;
    }

    ByteString bytes() {
        return bytes;
    }

    /** Its encoded length. */
    public int sizeBytes() {
        return bytes.size();
    }

    /** Adds it to a request under that name. */
    public void put(SubscribeRequest.Builder request, String name) {
        switch (kind) {
            case ACCOUNTS -> request.putAccounts(name, (SubscribeRequestFilterAccounts) message);
            case SLOTS -> request.putSlots(name, (SubscribeRequestFilterSlots) message);
            case TRANSACTIONS -> request.putTransactions(name, (SubscribeRequestFilterTransactions) message);
            case TRANSACTIONS_STATUS ->
                request.putTransactionsStatus(name, (SubscribeRequestFilterTransactions) message);
            case ENTRY -> request.putEntry(name, (SubscribeRequestFilterEntry) message);
            case BLOCKS -> request.putBlocks(name, (SubscribeRequestFilterBlocks) message);
            case BLOCKS_META -> request.putBlocksMeta(name, (SubscribeRequestFilterBlocksMeta) message);
            case DESHRED_TRANSACTIONS -> throw new IllegalArgumentException("a SubscribeRequest has no " + kind);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Filter filter && kind == filter.kind && bytes.equals(filter.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * bytes.hashCode() + kind.hashCode();
    }

    @Override
    public String toString() {
        return kind.fieldName() + " " + bytes.size() + " bytes";
    }
}
