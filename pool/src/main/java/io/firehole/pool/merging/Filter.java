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
 * What one name in a request stands for. Two filters are equal if they are of the same kind and have the same bytes, the
 * fields that our schema does not know included: then one label serves both.
 *
 * @param kind in which map it stands
 * @param bytes the encoded filter
 */
record Filter(FilterKind kind, ByteString bytes) {

    static Filter of(FilterKind kind, Message message) {
        return new Filter(kind, message.toByteString());
    }

    /** Adds a filter to a request under that name. */
    static void put(SubscribeRequest.Builder request, FilterKind kind, String name, Message filter) {
        switch (kind) {
            case ACCOUNTS -> request.putAccounts(name, (SubscribeRequestFilterAccounts) filter);
            case SLOTS -> request.putSlots(name, (SubscribeRequestFilterSlots) filter);
            case TRANSACTIONS -> request.putTransactions(name, (SubscribeRequestFilterTransactions) filter);
            case TRANSACTIONS_STATUS ->
                request.putTransactionsStatus(name, (SubscribeRequestFilterTransactions) filter);
            case ENTRY -> request.putEntry(name, (SubscribeRequestFilterEntry) filter);
            case BLOCKS -> request.putBlocks(name, (SubscribeRequestFilterBlocks) filter);
            case BLOCKS_META -> request.putBlocksMeta(name, (SubscribeRequestFilterBlocksMeta) filter);
            case DESHRED_TRANSACTIONS -> throw new IllegalArgumentException("a SubscribeRequest has no " + kind);
        }
    }
}
