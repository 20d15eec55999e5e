package io.firehole.pool.merging;

import com.google.protobuf.Message;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** What one monitor asks: its request, validated. Immutable. */
public final class Subscription {

    /**
     * The largest request that providers take: what the reference server accepts unless configured otherwise (its
     * {@code max_decoding_message_size}). It ends the call of a larger one with OK and no message, and a call is shared.
     */
    public static final int REQUEST_BYTES_MAX = 4 << 20;

    /** Kept free of every request, for the internal filters and for labels longer than the names they stand for. */
    private static final int RESERVED_BYTES = 64 << 10;

    /** What filters may add up to in one request. */
    static final int FILTER_BYTES_MAX = REQUEST_BYTES_MAX - RESERVED_BYTES;

    private final SubscribeRequest request;
    private final List<Named> filters;
    private final Set<Fingerprint> fingerprints;

    /** Whether anything in it is not of our schema. */
    private final boolean unknown;

    private Subscription(SubscribeRequest request, boolean unknown) {
        this.request = request;
        this.unknown = unknown;
        this.filters = named(request);
        this.fingerprints =
                filters.stream().map(named -> Fingerprint.of(named.filter())).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Validates a request as a server with these limits does.
     *
     * @throws InvalidFilterException if it breaks a rule
     */
    public static Subscription of(SubscribeRequest request, FilterLimits limits) throws InvalidFilterException {
        FilterSet filters = FilterSet.compile(request, limits);
        return new Subscription(request, filters.hasUnknownFields());
    }

    /**
     * One filter of the request.
     *
     * @param name what the monitor calls it
     * @param filter what it is
     */
    record Named(String name, Filter filter) {}

    /** The request as the monitor made it. */
    public SubscribeRequest request() {
        return request;
    }

    /** How large it is, in bytes. */
    public int sizeBytes() {
        return request.getSerializedSize();
    }

    /** Whether it fits into a request that providers take, be it alone. */
    public boolean fitsOneRequest() {
        return sizeBytes() <= FILTER_BYTES_MAX;
    }

    /** How many filters it has. */
    public int filterCount() {
        return filters.size();
    }

    /** What its filters are remembered by. */
    public Set<Fingerprint> fingerprints() {
        return fingerprints;
    }

    /** Whether it asks for nothing. */
    public boolean isEmpty() {
        return filters.isEmpty() && !request.hasFromSlot() && !unknown;
    }

    /** The level at which updates come: that of the whole call. */
    public CommitmentLevel commitment() {
        return request.getCommitment();
    }

    /** Which parts of account data come, on the whole call; none where it asks for no account data at all. */
    public List<SubscribeRequestAccountsDataSlice> slices() {
        return hasAccountData() ? request.getAccountsDataSliceList() : List.of();
    }

    /** Whether it asks for account data at all, be it within blocks. */
    public boolean hasAccountData() {
        return request.getAccountsCount() > 0 || request.getBlocksCount() > 0;
    }

    /**
     * Whether it cannot share a call: what our schema does not know, be it in a filter, may concern the whole call, and a
     * replay for no filter has nothing to be replayed for.
     */
    public boolean needsOwnCall() {
        return unknown || (request.hasFromSlot() && filters.isEmpty());
    }

    /** From which slot on it asks for a replay first; empty if it does not. */
    public OptionalLong replayFrom() {
        return request.hasFromSlot() ? OptionalLong.of(request.getFromSlot()) : OptionalLong.empty();
    }

    /** What it asks from now on, when a replay has been given. */
    public Subscription lasting() {
        return request.hasFromSlot() ? withoutReplay() : this;
    }

    /** Its filters for the statuses of slots; empty if it has none. */
    public Optional<Subscription> statusesOnly() {
        return request.getSlotsCount() == 0
                ? Optional.empty()
                : Optional.of(new Subscription(
                        SubscribeRequest.newBuilder()
                                .setCommitment(commitment())
                                .putAllSlots(request.getSlotsMap())
                                .build(),
                        false));
    }

    /** The same from now on. */
    Subscription withoutReplay() {
        return new Subscription(request.toBuilder().clearFromSlot().build(), unknown);
    }

    /** The filters, equal ones once. */
    public Set<Filter> distinctFilters() {
        return filters.stream().map(Named::filter).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    List<Named> filters() {
        return filters;
    }

    private static List<Named> named(SubscribeRequest request) {
        List<Named> named = new ArrayList<>();
        for (FilterKind kind : FilterKind.values()) {
            for (Map.Entry<String, ? extends Message> entry :
                    kind.filters(request).entrySet()) {
                named.add(new Named(entry.getKey(), Filter.of(kind, entry.getValue())));
            }
        }
        return List.copyOf(named);
    }
}
