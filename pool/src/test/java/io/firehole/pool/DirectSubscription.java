package io.firehole.pool;

import com.google.protobuf.ProtocolStringList;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription of its own would have given a monitor, and whether it got just that.
 *
 * <p>When a provider applies a request is the provider's choice, within limits; and of several requests it may skip any
 * but the last. So there are many right answers, and this one follows them all at once: a state is a request that may be
 * in effect and how much of what was received is explained so far.
 */
final class DirectSubscription {

    /** By then a request must be in effect: a batch, the way up, and a slot that shows it. */
    static final Duration EFFECT_MAX = Duration.ofMillis(1_200);

    /**
     * What happens that shortly before a monitor asks or leaves may still be on its way: if all it asks for comes already,
     * for others, it gets it at once.
     */
    private final Duration onTheWay;

    private record Asked(long atNanos, FilterSet filters) {}

    private record State(int request, int explained) {}

    private final boolean mayMove;
    private final Duration effectMax;
    private final List<Asked> asked = new ArrayList<>();
    private final IdentityHashMap<FilterSet, List<SubscribeUpdate>> seen = new IdentityHashMap<>();
    private long leftNanos = Long.MAX_VALUE;

    /** @param mayMove whether its requests may differ in commitment or slices */
    DirectSubscription(boolean mayMove) {
        this(mayMove, EFFECT_MAX);
    }

    /** @param effectMax by when a request must be in effect */
    DirectSubscription(boolean mayMove, Duration effectMax) {
        this(mayMove, effectMax, Duration.ZERO);
    }

    /** @param lag how much longer than usual updates may be on their way */
    DirectSubscription(boolean mayMove, Duration effectMax, Duration lag) {
        this.onTheWay = FakeProvider.DOWN.plus(lag);
        this.mayMove = mayMove;
        this.effectMax = effectMax;
    }

    void asks(long nowNanos, SubscribeRequest request) {
        try {
            asked.add(new Asked(nowNanos, FilterSet.compile(request, FilterLimits.UNLIMITED)));
        } catch (InvalidFilterException invalid) {
            throw new AssertionError(invalid);
        }
    }

    void leaves(long nowNanos) {
        leftNanos = nowNanos;
    }

    /** What is wrong with what was received, in words; null if a subscription of its own may have given just that. */
    @Nullable
    String faultIn(List<SubscribeUpdate> received, List<FakeChain.Event> events) {
        Set<State> states = Set.of(new State(-1, 0));
        for (FakeChain.Event event : events) {
            if (event.atNanos() > leftNanos - onTheWay.toNanos()
                    && states.stream().anyMatch(state -> state.explained() == received.size())) {
                return null;
            }
            if (event.atNanos() > leftNanos) {
                return describe("more than", states, received, event);
            }
            Set<State> next = new LinkedHashSet<>();
            seen.clear();
            for (State state : states) {
                follow(state, event, received, next);
            }
            if (next.isEmpty()) {
                return describe("not", states, received, event);
            }
            states = next;
        }
        return states.stream().anyMatch(state -> state.explained() == received.size())
                ? null
                : "more than a direct subscription gives: " + states + " of " + received.size();
    }

    private void follow(State state, FakeChain.Event event, List<SubscribeUpdate> received, Set<State> next) {
        for (int request = state.request(); request < asked.size(); request++) {
            if (request >= 0 && asked.get(request).atNanos() - onTheWay.toNanos() > event.atNanos()) {
                return;
            }
            if (request + 1 < asked.size()
                    && event.atNanos() > asked.get(request + 1).atNanos() + effectMax.toNanos()) {
                continue;
            }
            int explained = explain(request, event, received, state.explained());
            if (explained >= 0) {
                next.add(new State(request, explained));
            }
            if (mayMove && request > state.request() && state.request() >= 0) {
                // On its way to another call a monitor may see again what it just saw.
                int before = explain(state.request(), event, received, state.explained());
                int both = before < 0 ? -1 : explain(request, event, received, before);
                if (both >= 0) {
                    next.add(new State(request, both));
                }
            }
        }
    }

    /** How much is explained if that request is in effect at that event; -1 if that does not fit what was received. */
    private int explain(int request, FakeChain.Event event, List<SubscribeUpdate> received, int explained) {
        if (request < 0) {
            return explained;
        }
        List<SubscribeUpdate> expected =
                new ArrayList<>(seen.computeIfAbsent(asked.get(request).filters(), event::seenBy));
        int end = explained + expected.size();
        if (end > received.size()) {
            return -1;
        }
        for (SubscribeUpdate update : received.subList(explained, end)) {
            if (!expected.removeIf(candidate -> isSame(candidate, update))) {
                return -1;
            }
        }
        return expected.isEmpty() ? end : -1;
    }

    private static boolean isSame(SubscribeUpdate expected, SubscribeUpdate received) {
        ProtocolStringList names = received.getFiltersList();
        return names.size() == expected.getFiltersCount()
                && new HashSet<>(names).equals(new HashSet<>(expected.getFiltersList()))
                && received.toBuilder()
                        .clearFilters()
                        .build()
                        .equals(expected.toBuilder().clearFilters().build());
    }

    private String describe(String how, Set<State> states, List<SubscribeUpdate> received, FakeChain.Event event) {
        int furthest = states.stream().mapToInt(State::explained).max().orElse(0);
        return how + " what a direct subscription gives: at " + Duration.ofNanos(event.atNanos()) + ", event "
                + brief(event.update()) + "; states " + states + "; next received "
                + (furthest < received.size() ? brief(received.get(furthest)) : "nothing") + " of " + received.size()
                + "; asked at "
                + asked.stream()
                        .map(a -> Duration.ofNanos(a.atNanos()).toString())
                        .toList();
    }

    private static String brief(SubscribeUpdate update) {
        String text = update.toString().replace('\n', ' ');
        return text.length() > 300 ? text.substring(0, 300) : text;
    }
}
