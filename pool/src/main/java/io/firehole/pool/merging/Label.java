package io.firehole.pool.merging;

import io.firehole.filters.FilterKind;
import io.firehole.pool.routing.LocalMatch;
import io.firehole.pool.routing.Route;
import io.firehole.pool.routing.Target;
import io.firehole.pool.routing.UnionCounts;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A filter as it travels to the provider, and which asked ones it brings updates for. It never means anything else than
 * it did when it was first sent. Control thread.
 */
final class Label {

    /** Tags and lengths of a map entry, its key and its value, and a label of at most eight characters. */
    private static final int FRAME_BYTES_MAX = 24;

    final int number;
    final Filter upstream;

    /** The number of the first request that had it. */
    final int since;

    /** The number of the first request that no longer had it. */
    int until = Target.NEVER;

    /** What a union has brought so far, and how much of that was wanted. */
    private final UnionCounts counts = new UnionCounts();

    /** What of that came before it was judged last. */
    private long receivedBefore;

    private long wantedBefore;

    /** Whether it brings more than what it covers, so that nobody is to be served by it for longer than must be. */
    boolean wide;

    private final List<Ask> covers;
    private @Nullable LocalMatch match;

    private final CommitmentLevel commitment;

    /** Stands for the filter on all calls alike, where a router must know it again. */
    private final long filterNumber;

    Label(int number, Filter upstream, int since, List<Ask> covers, CommitmentLevel commitment) {
        this.commitment = commitment;
        this.number = number;
        this.upstream = upstream;
        this.filterNumber =
                upstream.kind() == FilterKind.BLOCKS ? Fingerprint.of(upstream).low() : 0;
        this.since = since;
        this.covers = new ArrayList<>(covers);
        rematch();
    }

    /** What that filter adds to a request at the most: itself, its label, and what frames the two. */
    static int sizeBytes(Filter filter) {
        return filter.sizeBytes() + FRAME_BYTES_MAX;
    }

    List<Ask> covers() {
        return covers;
    }

    boolean isUnion() {
        return match != null;
    }

    UnionCounts counts() {
        return counts;
    }

    /** What it has brought since it was judged last. */
    long receivedUnjudged() {
        return counts.received() - receivedBefore;
    }

    /** How much of that was wanted. */
    long wantedUnjudged() {
        return counts.wanted() - wantedBefore;
    }

    /** It has been judged by what it brought: whoever stays is judged by what comes from now on. */
    void judged() {
        receivedBefore = counts.received();
        wantedBefore = counts.wanted();
    }

    /**
     * Whether the label may go on with these. What came for another label until now comes for that one until the next
     * request is in effect, so it cannot come for this one; and what this one brought goes on being brought by it.
     */
    boolean mayCover(List<Ask> asks) {
        return asks.containsAll(covers.stream().filter(ask -> ask.users > 0).toList())
                && asks.stream().allMatch(ask -> covers.contains(ask) || !ask.isSent());
    }

    /** Brings updates for that one as well, which the filter matches already. */
    void cover(Ask ask) {
        if (!covers.contains(ask)) {
            covers.removeIf(gone -> gone.users == 0 && !gone.isSent());
            covers.add(ask);
            rematch();
        }
    }

    private void rematch() {
        boolean plain = covers.size() == 1 && covers.getFirst().filter.equals(upstream);
        match = plain
                ? null
                : LocalMatch.of(
                        commitment,
                        covers.stream()
                                .<BiConsumer<SubscribeRequest.Builder, String>>map(ask ->
                                        LocalFilter.of(ask.filter, upstream).filter()::put)
                                .toList());
    }

    /** Where updates go that came for it, and are given once more to whoever asks for those filters. */
    Route routeOf(List<Filter> filters, Map<Filter, List<Target>> targets) {
        List<List<Target>> each = filters.stream()
                .map(filter -> targets.getOrDefault(filter, List.of()))
                .toList();
        if (filters.size() == 1 && filters.getFirst().equals(upstream)) {
            return new Route(number, 1, filterNumber, each.getFirst());
        }
        LocalMatch sorts = LocalMatch.of(
                commitment,
                filters.stream()
                        .<BiConsumer<SubscribeRequest.Builder, String>>map(
                                filter -> LocalFilter.of(filter, upstream).filter()::put)
                        .toList());
        return new Route(number, 1, sorts, each, new UnionCounts());
    }

    /** Where updates go that come for it. */
    Route route(Function<Ask, List<Target>> targets) {
        List<List<Target>> each = covers.stream().map(targets).toList();
        return match == null
                ? new Route(number, since, filterNumber, each.getFirst())
                : new Route(number, since, match, each, counts);
    }
}
