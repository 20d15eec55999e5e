package io.firehole.pool.merging;

import io.firehole.filters.FilterKind;
import io.firehole.pool.buffer.RecordedSlot;
import io.firehole.pool.routing.LocalMatch;
import io.firehole.pool.routing.Route;
import io.firehole.pool.routing.RoutingTable;
import io.firehole.pool.routing.Target;
import io.firehole.pool.routing.Term;
import io.firehole.pool.routing.UnionCounts;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Under which labels a call has asked for what since it began, so that what it received can be given to somebody else.
 * Control thread.
 *
 * <p>Filters of slots and of block metas need no label: every request asks for all of them.
 */
public final class LabelHistory {

    /** Filters that are not asked for any more and still known, in bytes; beyond that the oldest are forgotten. */
    static final long GONE_BYTES_MAX = 16L << 20;

    private static final int NO_NUMBER = -1;

    private final CommitmentLevel commitment;
    private final List<Label> labels = new ArrayList<>();

    LabelHistory(CommitmentLevel commitment) {
        this.commitment = commitment;
    }

    void add(Label label) {
        labels.add(label);
    }

    /** Of requests before that nothing is needed any more, and of later ones not more than there is room for. */
    public void forgetBefore(int request) {
        long[] surplus = {-GONE_BYTES_MAX};
        labels.removeIf(label -> isGone(label) && label.until <= request);
        labels.stream().filter(LabelHistory::isGone).forEach(label -> surplus[0] += label.upstream.sizeBytes());
        if (surplus[0] > 0) {
            labels.removeIf(label -> {
                boolean forgotten = surplus[0] > 0 && isGone(label);
                surplus[0] -= forgotten ? label.upstream.sizeBytes() : 0;
                return forgotten;
            });
        }
    }

    /** How many are known. */
    int size() {
        return labels.size();
    }

    private static boolean isGone(Label label) {
        return label.until != Target.NEVER;
    }

    /** Requests that asked for something, without a break. */
    private record Span(int since, int until) {}

    /** What somebody asks, compared with what the call has asked. */
    public static final class Coverage {

        private final List<List<Span>> spans;

        private Coverage(List<List<Span>> spans) {
            this.spans = spans;
        }

        /** Whether the content of that sealed slot is there whole. */
        public boolean hasContentOf(RecordedSlot slot) {
            for (List<Span> each : spans) {
                if (!covers(each, slot)) {
                    return false;
                }
            }
            return true;
        }

        private boolean covers(List<Span> asked, RecordedSlot slot) {
            for (Span span : asked) {
                if (span.since() <= slot.requestBeforeContent() && slot.requestAtSeal() < span.until()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** How what these ask compares with what the call has asked. */
    public Coverage coverage(Collection<Subscription> asked) {
        Set<Filter> filters = new LinkedHashSet<>();
        asked.forEach(subscription -> filters.addAll(subscription.distinctFilters()));
        Map<Filter, List<Label>> bringing = bringing();
        return new Coverage(filters.stream()
                .filter(filter -> !comesAnyway(filter))
                .map(filter -> spans(bringing.getOrDefault(filter, List.of())))
                .toList());
    }

    private static boolean comesAnyway(Filter filter) {
        return filter.kind() == FilterKind.SLOTS || filter.kind() == FilterKind.BLOCKS_META;
    }

    private static List<Span> spans(List<Label> bringing) {
        List<Span> spans = new ArrayList<>();
        bringing.stream().sorted(Comparator.comparingInt(label -> label.since)).forEach(label -> {
            if (!spans.isEmpty() && label.since <= spans.getLast().until()) {
                Span before = spans.removeLast();
                spans.add(new Span(before.since(), Math.max(before.until(), label.until)));
            } else {
                spans.add(new Span(label.since, label.until));
            }
        });
        return spans;
    }

    /** For which labels all comes that matches a filter. */
    private Map<Filter, List<Label>> bringing() {
        Map<Filter, List<Label>> bringing = new HashMap<>();
        for (Label label : labels) {
            brought(label)
                    .forEach(filter -> bringing.computeIfAbsent(filter, any -> new ArrayList<>())
                            .add(label));
        }
        return bringing;
    }

    private static Set<Filter> brought(Label label) {
        Set<Filter> brought = new LinkedHashSet<>();
        brought.add(label.upstream);
        label.covers().forEach(ask -> brought.add(ask.filter));
        return brought;
    }

    /**
     * Somebody who is to get what was received.
     *
     * @param term by which it gets that, served from the first request on
     */
    public record Reader(Term term, Subscription subscription) {}

    /** Where what the call received goes for these. */
    public RoutingTable table(Collection<Reader> readers) {
        Map<Filter, List<Target>> targets = new LinkedHashMap<>();
        for (Reader reader : readers) {
            Map<Filter, List<String>> names = new LinkedHashMap<>();
            for (Subscription.Named named : reader.subscription().filters()) {
                names.computeIfAbsent(named.filter(), filter -> new ArrayList<>())
                        .add(named.name());
            }
            names.forEach((filter, its) -> targets.computeIfAbsent(filter, any -> new ArrayList<>())
                    .add(new Target(reader.term(), Target.NEVER, its)));
        }
        List<Route> routes = new ArrayList<>();
        for (Label label : labels) {
            List<Filter> brought = brought(label).stream()
                    .filter(filter -> !comesAnyway(filter) && targets.containsKey(filter))
                    .toList();
            if (!brought.isEmpty()) {
                routes.add(label.routeOf(brought, targets));
            }
        }
        return new RoutingTable(
                routes,
                readers.stream().map(Reader::term).toList(),
                internal(FilterKind.SLOTS, targets),
                internal(FilterKind.BLOCKS_META, targets));
    }

    private @Nullable Route internal(FilterKind kind, Map<Filter, List<Target>> targets) {
        List<Filter> filters = targets.keySet().stream()
                .filter(filter -> filter.kind() == kind)
                .toList();
        if (filters.isEmpty()) {
            return null;
        }
        return new Route(
                NO_NUMBER,
                1,
                LocalMatch.of(
                        commitment,
                        filters.stream()
                                .<BiConsumer<SubscribeRequest.Builder, String>>map(filter -> filter::put)
                                .toList()),
                filters.stream()
                        .map(filter -> targets.getOrDefault(filter, List.of()))
                        .toList(),
                new UnionCounts());
    }
}
