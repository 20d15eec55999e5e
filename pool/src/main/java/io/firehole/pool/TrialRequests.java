package io.firehole.pool;

import com.google.protobuf.Message;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is asked on a trial. Pure computation. */
final class TrialRequests {

    /** What no label begins with. */
    private static final String NAME = "T";

    private TrialRequests() {}

    /**
     * The filters of several requests as one, each filter once, commitment and slices those of the first. A single request
     * keeps its own names: what the provider says of it may quote them.
     */
    static SubscribeRequest alone(List<SubscribeRequest> requests) {
        SubscribeRequest first = requests.getFirst();
        return requests.size() == 1 ? first : together(bare(first), requests);
    }

    private static SubscribeRequest bare(SubscribeRequest first) {
        SubscribeRequest.Builder bare =
                SubscribeRequest.newBuilder().addAllAccountsDataSlice(first.getAccountsDataSliceList());
        if (first.hasCommitment()) {
            bare.setCommitmentValue(first.getCommitmentValue());
        }
        return bare.build();
    }

    /** A request with the filters of others beside its own, under names that nothing else has. */
    static SubscribeRequest together(SubscribeRequest base, List<SubscribeRequest> more) {
        SubscribeRequest.Builder whole = base.toBuilder();
        for (FilterKind kind : FilterKind.values()) {
            Map<Message, String> names = new HashMap<>();
            kind.filters(base).forEach((name, filter) -> names.put(filter, name));
            for (SubscribeRequest request : more) {
                for (Message filter : kind.filters(request).values()) {
                    if (!names.containsKey(filter)) {
                        String name = NAME + names.size();
                        names.put(filter, name);
                        put(whole, kind, name, filter);
                    }
                }
            }
        }
        return whole.build();
    }

    /** Whether the provider is known to take it, as far as its profile says. */
    static boolean isAllowed(SubscribeRequest request, ProviderProfile profile) {
        if (request.getSerializedSize() > profile.requestBytes()) {
            return false;
        }
        try {
            FilterSet.compile(request, profile.filters());
            return true;
        } catch (InvalidFilterException notAllowed) {
            return false;
        }
    }

    private static void put(SubscribeRequest.Builder request, FilterKind kind, String name, Message filter) {
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
