package io.firehole.simulation;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.Delivery;
import io.firehole.simulation.VirtualChain.Moment;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription of its own would have given a monitor, and whether it got just that. It knows the chain and what was
 * asked, and nothing of the pool.
 *
 * <p>When a request takes effect is the provider's choice, within a time, and of several it may skip any but the last. So
 * there are many right answers, and all are followed at once: a state is a request that may be in effect, and how much of
 * what was received is explained. A request takes effect between two updates. Where the next request is at another level
 * it needs another call, and both calls send what happens at that moment: then the old one's part may end and the new
 * one's begin anywhere within it.
 */
final class DirectSubscription {

    /** What happened that shortly before a monitor asks may be on its way to others, of whom it is one now. */
    private static final Duration ON_THE_WAY = VirtualProvider.WAY;

    private static final int STATES_MAX = 5_000;

    /** Where an instant begins, and how many places each event in it has. */
    private static final int START = 0;

    private static final int ORDERS = 100_000;

    private record Asked(long atNanos, SubscribeRequest request, FilterSet filters, Matches matches) {}

    private record State(int request, int explained) {}

    /** A state within one moment, with what that request has sent before that place left out. */
    private record Place(int request, int explained, int order) {}

    private final VirtualChain chain;
    private final Duration effectMax;
    private final List<Asked> asked = new ArrayList<>();
    private long endFromNanos = Long.MAX_VALUE;
    private long endUntilNanos = Long.MAX_VALUE;

    private List<Delivery> received = List.of();
    private OptionalLong claim = OptionalLong.empty();
    private Set<State> states = Set.of(new State(-1, 0));
    private @Nullable String fault;

    /** Where the explanation ended that went furthest. */
    private String whereLost = "";

    private int furthestLost;

    private boolean done;
    private List<Moment> instant = List.of();
    private boolean claimed;
    private final List<@Nullable List<SentUpdate>> sent = new ArrayList<>();

    /** @param effectMax by when a request must be in effect */
    DirectSubscription(VirtualChain chain, Duration effectMax) {
        this.chain = chain;
        this.effectMax = effectMax;
    }

    void asks(long nowNanos, SubscribeRequest request) {
        try {
            FilterSet filters = FilterSet.compile(request, FilterLimits.UNLIMITED);
            asked.add(new Asked(nowNanos, request, filters, chain.match(filters)));
            sent.add(null);
        } catch (InvalidFilterException invalid) {
            throw new IllegalArgumentException(invalid);
        }
    }

    /** The stream has ended at some time in between. */
    void ends(long fromNanos, long untilNanos) {
        endFromNanos = fromNanos;
        endUntilNanos = untilNanos;
    }

    boolean asksForSomething() {
        return !asked.isEmpty() && !asked.getLast().filters().isEmpty();
    }

    /**
     * Begins to compare.
     *
     * @param updates what was received
     * @param wholeFrom the first slot of which all that the last request asks for is said to be there
     */
    void compare(List<Delivery> updates, OptionalLong wholeFrom) {
        received = updates;
        claim = wholeFrom;
    }

    /** What is wrong, in words; null if nothing is, so far. */
    @Nullable
    String fault() {
        return fault;
    }

    /** Goes on to what happened next: all of one instant, since calls at different levels hear of it in no order. */
    void follow(List<Moment> next) {
        if (done || fault != null) {
            return;
        }
        instant = next;
        long now = next.getFirst().atNanos();
        boolean mayEnd = now + ON_THE_WAY.toNanos() >= endFromNanos;
        if (mayEnd && isExplained()) {
            done = true;
            return;
        }
        if (now > endUntilNanos) {
            fault = describe("more than a direct subscription gives");
            return;
        }
        for (int i = 0; i < sent.size(); i++) {
            sent.set(i, null);
        }
        claimed |= isClaimed(next);
        if (isClaimedTooEarly(next)) {
            fault = describe("said to be whole from a slot that began before this was asked");
            return;
        }
        Set<State> reached = new LinkedHashSet<>();
        Set<Place> seen = new HashSet<>();
        for (State state : states) {
            follow(new Place(state.request(), state.explained(), START), now, mayEnd, reached, seen);
        }
        if (done) {
            return;
        }
        if (furthest(reached) < furthest(states) && furthest(states) >= furthestLost) {
            furthestLost = furthest(states);
            whereLost = describe("not what a direct subscription gives");
        }
        if (reached.isEmpty()) {
            fault = whereLost;
        } else if (reached.size() > STATES_MAX) {
            fault = "too many ways to explain it";
        }
        states = reached;
    }

    /** Whether the slot has begun from which on everything is said to be there. */
    private boolean isClaimed(List<Moment> next) {
        // Said of an earlier request if the last one asks for nothing.
        return beginsTheClaimed(next) && heardAtNanos(next) > asked.getLast().atNanos();
    }

    /** Whether that slot has begun although what was asked last was not asked for yet. */
    private boolean isClaimedTooEarly(List<Moment> next) {
        return asksForSomething()
                && beginsTheClaimed(next)
                && heardAtNanos(next) < asked.getLast().atNanos()
                && asked.stream()
                                .filter(one ->
                                        one.request().equals(asked.getLast().request()))
                                .count()
                        == 1;
    }

    /** When the pool heard of what happened. */
    private static long heardAtNanos(List<Moment> next) {
        return next.getFirst().atNanos() + ON_THE_WAY.toNanos();
    }

    private boolean beginsTheClaimed(List<Moment> next) {
        return claim.isPresent()
                && next.stream()
                        .anyMatch(one -> one.event() instanceof RingEvent.Status status
                                && status.status() == SlotStatus.SLOT_FIRST_SHRED_RECEIVED
                                && status.slot() == claim.getAsLong());
    }

    /** All is over. */
    void finish() {
        if (!done && fault == null && !isExplained()) {
            fault = describe("more than a direct subscription gives") + "\n  " + whereLost;
        }
    }

    private static int furthest(Set<State> states) {
        return states.stream().mapToInt(State::explained).max().orElse(-1);
    }

    private boolean isExplained() {
        return states.stream().anyMatch(state -> state.explained() == received.size());
    }

    /** From a place within what happened at this instant: to its end, or until another request takes effect. */
    private void follow(Place place, long now, boolean mayEnd, Set<State> reached, Set<Place> seen) {
        if (!seen.add(place)) {
            return;
        }
        List<SentUpdate> all = sent(place.request());
        int from = from(all, place.order());
        if (place.order() != START
                && from < all.size()
                && all.get(from).isBlock()
                && all.get(from).order() == place.order()) {
            // The request took effect among the blocks of a slot, which come in no order: any of them may have gone
            // before.
            int group = group(all, from);
            int some = same(all.subList(from, from + group), 0, place.explained());
            for (int taken = 0; taken <= some; taken++) {
                follow(
                        new Place(place.request(), place.explained() + taken, place.order() + 1),
                        now,
                        mayEnd,
                        reached,
                        seen);
            }
            return;
        }
        int same = same(all, from, place.explained());
        if (from + same == all.size() && !isOverdue(place.request(), now)) {
            reached.add(new State(place.request(), place.explained() + same));
        } else if (mayEnd && place.explained() + same == received.size()) {
            done = true;
        }
        for (int next = place.request() + 1; isAskedBy(next, now); next++) {
            boolean otherCall = place.request() >= 0 && isOtherCall(next);
            for (int kept = 0; kept <= same; kept++) {
                int least = otherCall || kept == 0 ? START + 1 : after(all.get(from + kept - 1));
                if (kept == 0 && !otherCall) {
                    least = Math.max(least, place.order());
                }
                int most = otherCall || from + kept == all.size()
                        ? Integer.MAX_VALUE
                        : all.get(from + kept).order();
                // Where it begins matters only by what of it is left out.
                List<SentUpdate> after = sent(next);
                for (int at = from(after, least); at <= after.size(); at++) {
                    int begin = at == after.size() ? most : after.get(at).order();
                    follow(
                            new Place(next, place.explained() + kept, Math.min(begin, most)),
                            now,
                            mayEnd,
                            reached,
                            seen);
                    if (begin >= most) {
                        break;
                    }
                }
            }
        }
    }

    private static int after(SentUpdate update) {
        return update.isBlock() ? update.order() : update.order() + 1;
    }

    private static int from(List<SentUpdate> updates, int order) {
        int from = 0;
        while (from < updates.size() && updates.get(from).order() < order) {
            from++;
        }
        return from;
    }

    private boolean isAskedBy(int request, long now) {
        return request < 0 || (request < asked.size() && asked.get(request).atNanos() - ON_THE_WAY.toNanos() <= now);
    }

    /** Whether a later request must be in effect by now. */
    private boolean isOverdue(int request, long now) {
        return request + 1 < asked.size()
                && (claimed || now > asked.get(request + 1).atNanos() + effectMax.toNanos());
    }

    /** Whether that is asked at another level than anything before it. */
    private boolean isOtherCall(int request) {
        return asked.subList(0, request).stream()
                .anyMatch(before -> before.filters().commitment()
                        != asked.get(request).filters().commitment());
    }

    /** How many of them are just what was received from there on; blocks of a slot in whatever order. */
    private int same(List<SentUpdate> updates, int from, int explained) {
        int same = 0;
        while (from + same < updates.size() && explained + same < received.size()) {
            int group = group(updates, from + same);
            List<SentUpdate> expected = new ArrayList<>(updates.subList(from + same, from + same + group));
            while (!expected.isEmpty()
                    && explained + same < received.size()
                    && removeSame(expected, received.get(explained + same))) {
                same++;
            }
            if (!expected.isEmpty()) {
                return same;
            }
        }
        return same;
    }

    /** How many from there on come in no order: one, but for blocks. */
    private static int group(List<SentUpdate> updates, int from) {
        int end = from + 1;
        while (updates.get(from).isBlock()
                && end < updates.size()
                && updates.get(end).order() == updates.get(from).order()) {
            end++;
        }
        return end - from;
    }

    private static boolean removeSame(List<SentUpdate> expected, Delivery delivery) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i).isSame(delivery)) {
                expected.remove(i);
                return true;
            }
        }
        return false;
    }

    /** What that request gives of the instant at hand. */
    private List<SentUpdate> sent(int request) {
        if (request < 0) {
            return List.of();
        }
        List<SentUpdate> known = sent.get(request);
        if (known == null) {
            known = new ArrayList<>();
            for (int i = 0; i < instant.size(); i++) {
                if (instant.get(i).level() == asked.get(request).filters().commitment()) {
                    write(asked.get(request).matches(), instant.get(i).event(), START + 1 + i * ORDERS, known);
                }
            }
            sent.set(request, known);
        }
        return known;
    }

    private static void write(Matches matches, RingEvent event, int order, List<SentUpdate> updates) {
        if (event instanceof RingEvent.Data data) {
            for (int position = data.from(); position < data.to(); position++) {
                RingEvent one = new RingEvent.Data(
                        data.slot(), position, position + 1, data.lastWritesOnly(), data.createdAt());
                writeOne(matches, one, order + 2 * (position - data.from()), updates);
            }
        } else {
            writeOne(matches, event, order, updates);
        }
    }

    private static void writeOne(Matches matches, RingEvent event, int order, List<SentUpdate> updates) {
        matches.write(event, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
            int place = kind == UpdateKind.TRANSACTION_STATUS ? order + 1 : order;
            return updates.add(new SentUpdate(kind, place, names, payload, offset, length, createdAt));
        });
    }

    private String describe(String how) {
        int furthest = furthest(states);
        StringBuilder text = new StringBuilder(how)
                .append(": at ")
                .append(Duration.ofNanos(instant.getFirst().atNanos()))
                .append(instant.stream()
                        .map(one -> "\n    " + one.level() + " " + one.event())
                        .collect(Collectors.joining()))
                .append("\n    states ")
                .append(states)
                .append(", received ")
                .append(received.size())
                .append(", said to be whole from slot ")
                .append(claim)
                .append(", asked at ")
                .append(asked.stream()
                        .map(one -> Duration.ofNanos(one.atNanos()).toString())
                        .toList());
        for (State state : states) {
            if (state.explained() < furthest) {
                continue;
            }
            for (int request = Math.max(0, state.request()); request < asked.size(); request++) {
                List<SentUpdate> expected = sent(request);
                int same = same(expected, 0, state.explained());
                text.append("\n    request ")
                        .append(request)
                        .append(" gives ")
                        .append(expected.size())
                        .append(", received ")
                        .append(same)
                        .append(" of them, then should come ")
                        .append(SentUpdate.brief(
                                same < expected.size() ? expected.get(same).whole() : null));
            }
        }
        return text.append("\n    received next: ")
                .append(SentUpdate.brief(furthest < received.size() ? SentUpdate.whole(received.get(furthest)) : null))
                .toString();
    }
}
