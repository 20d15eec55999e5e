package io.firehole.pool.routing;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Which of several filters an update matches that came for all of them together. Immutable.
 *
 * <p>For this the payload has to be read, which the router does nowhere else: once per update, and only where the provider
 * allows fewer filters than there are.
 */
public final class LocalMatch {

    private final FilterSet filters;

    private LocalMatch(FilterSet filters) {
        this.filters = filters;
    }

    /**
     * For these filters, whose places in the list are what {@link #matching} speaks of.
     *
     * @param commitment of the stream, on which slots filters depend
     * @param filters each puts itself into a request under a name; all valid
     */
    public static LocalMatch of(
            CommitmentLevel commitment, List<BiConsumer<SubscribeRequest.Builder, String>> filters) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().setCommitment(commitment);
        for (int i = 0; i < filters.size(); i++) {
            filters.get(i).accept(request, Integer.toString(i));
        }
        try {
            return new LocalMatch(FilterSet.compile(request.build(), FilterLimits.UNLIMITED));
        } catch (InvalidFilterException invalid) {
            throw new IllegalArgumentException("a filter that was valid is not: " + invalid.statusMessage(), invalid);
        }
    }

    /** The filters that match, by their places in the list, written as decimal numbers. */
    List<String> matching(RawUpdate update, Payload payload) {
        return switch (update.kind()) {
            case SLOT -> filters.slots(update.status());
            case TRANSACTION -> filters.transactions(payload.transaction(update));
            case ACCOUNT -> filters.accounts(payload.account(update));
            case BLOCK_META -> filters.blocksMeta();
            default -> List.of();
        };
    }
}
