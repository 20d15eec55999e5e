package io.firehole.filters;

import com.google.protobuf.Message;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.Map;

/** The maps of filters in a {@code SubscribeRequest}, in the order in which the reference server checks them. */
public enum FilterKind {
    ACCOUNTS("accounts"),
    SLOTS("slots"),
    TRANSACTIONS("transactions"),
    TRANSACTIONS_STATUS("transactions_status"),
    ENTRY("entry"),
    BLOCKS("blocks"),
    BLOCKS_META("blocks_meta"),
    /** The one kind that only {@code SubscribeDeshredRequest} has. */
    DESHRED_TRANSACTIONS("deshred_transactions");

    private final String fieldName;

    FilterKind(String fieldName) {
        this.fieldName = fieldName;
    }

    /** The name of the field in the schema; also how this kind is called in JSON output. */
    public String fieldName() {
        return fieldName;
    }

    /** The request's filters of this kind by name, in the order of the request; empty if it has none. */
    public Map<String, ? extends Message> filters(SubscribeRequest request) {
        return switch (this) {
            case ACCOUNTS -> request.getAccountsMap();
            case SLOTS -> request.getSlotsMap();
            case TRANSACTIONS -> request.getTransactionsMap();
            case TRANSACTIONS_STATUS -> request.getTransactionsStatusMap();
            case ENTRY -> request.getEntryMap();
            case BLOCKS -> request.getBlocksMap();
            case BLOCKS_META -> request.getBlocksMetaMap();
            case DESHRED_TRANSACTIONS -> Map.of();
        };
    }
}
