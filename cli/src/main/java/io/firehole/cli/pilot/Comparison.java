package io.firehole.cli.pilot;

import io.firehole.cli.pilot.Difference.What;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Compares what two ways bring of one subscription. One thread; time is what it is told.
 *
 * <p><b>From where.</b> When both ways have shown something, the slots that neither has shown anything of are still whole
 * to both: from the first of those on everything must come on both. A way that shows nothing for {@link #SILENT} while the
 * other one does counts as begun all the same: what does not come on it is missing.
 *
 * <p><b>What is the same.</b> An update waits until the other way shows an equal one. One that has waited for
 * {@link #PATIENCE} is a difference. Where both ways show an update of the same kind, slot and identity, but not of the same
 * bytes, it is one that was changed.
 */
final class Comparison {

    /** How long an update may come later on one way than on the other. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long a way may show nothing before it counts as begun. */
    static final Duration SILENT = Duration.ofSeconds(10);

    /** Updates that may wait for their like; more are a failure of the run. */
    static final int WAITING_MAX = 500_000;

    /** Differences that are kept to be shown; all are counted. */
    static final int DIFFERENCES_SHOWN = 20;

    /** One way's updates, while they wait for their like. */
    private static final class Way {
        final Map<Sighting.Print, Deque<Waiting>> byPrint = new HashMap<>();
        final Map<Identity, Deque<Waiting>> byIdentity = new HashMap<>();
        final Deque<Waiting> inOrder = new ArrayDeque<>();
        long seen;
        int waiting;
        long openedNanos = Long.MIN_VALUE;
        boolean begun;

        void add(Waiting one) {
            byPrint.computeIfAbsent(one.sighting.print(), any -> new ArrayDeque<>(1))
                    .add(one);
            byIdentity
                    .computeIfAbsent(Identity.of(one.sighting), any -> new ArrayDeque<>(1))
                    .add(one);
            inOrder.add(one);
            waiting++;
        }

        /** It waits no more; it stays in the order until its turn comes. */
        void remove(Waiting one) {
            one.done = true;
            waiting--;
            byPrint.computeIfPresent(one.sighting.print(), (any, like) -> without(like, one));
            byIdentity.computeIfPresent(Identity.of(one.sighting), (any, like) -> without(like, one));
        }

        private static @Nullable Deque<Waiting> without(Deque<Waiting> like, Waiting one) {
            like.remove(one);
            return like.isEmpty() ? null : like;
        }
    }

    private static final class Waiting {
        final Sighting sighting;
        final long atNanos;
        final long number;
        boolean done;

        Waiting(Sighting sighting, long atNanos, long number) {
            this.sighting = sighting;
            this.atNanos = atNanos;
            this.number = number;
        }
    }

    /** What an update is, whatever its bytes. */
    private record Identity(String kind, long slot, String text) {
        static Identity of(Sighting sighting) {
            return new Identity(sighting.kind(), sighting.slot(), sighting.identity());
        }
    }

    private record Early(Side side, Sighting sighting, long atNanos) {}

    private final Sighting.Nodes nodes;
    private final Map<Side, Way> ways = new EnumMap<>(Side.class);
    private final Map<String, KindCount> counts = new TreeMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private final Latencies latencies;
    private final OrderCheck order = new OrderCheck();

    private @Nullable List<Early> early = new ArrayList<>();
    private long highestSlot;
    private long boundary = Long.MAX_VALUE;
    private long endNanos = Long.MAX_VALUE;

    Comparison(Sighting.Nodes nodes, RandomGenerator random) {
        this.nodes = nodes;
        this.latencies = new Latencies(random);
        for (Side side : Side.values()) {
            ways.put(side, new Way());
        }
    }

    /** What came of one kind of update. */
    static final class KindCount {
        long same;
        long missing;
        long extra;
        long changed;

        PilotReport.Count seen() {
            return new PilotReport.Count(same, missing, extra, changed);
        }
    }

    /** The call of that way is open. */
    void opened(Side side, long nowNanos) {
        way(side).openedNanos = nowNanos;
    }

    /**
     * Takes one update.
     *
     * @param atNanos when it came, never before the one taken before it on the same way
     */
    void take(Side side, SubscribeUpdate update, long atNanos) {
        Optional<Sighting> sighting = Sighting.of(update, nodes);
        if (sighting.isEmpty()) {
            return;
        }
        way(side).begun = true;
        List<Early> held = early;
        if (held == null) {
            compare(side, sighting.get(), atNanos);
            return;
        }
        highestSlot = Math.max(highestSlot, sighting.get().slot());
        held.add(new Early(side, sighting.get(), atNanos));
        if (way(side.other()).begun) {
            begin();
        }
    }

    /** From the next slot on everything must come on both ways. */
    private void begin() {
        List<Early> held = early;
        if (held != null) {
            early = null;
            boundary = highestSlot + 1;
            held.forEach(one -> compare(one.side(), one.sighting(), one.atNanos()));
        }
    }

    /** Time has passed: settles what has waited long enough. */
    void passed(long nowNanos) {
        if (early != null) {
            boolean shown = ways.values().stream().anyMatch(way -> way.begun);
            boolean silentLong = ways.values().stream()
                    .allMatch(way -> way.begun
                            || (way.openedNanos != Long.MIN_VALUE && nowNanos - way.openedNanos >= SILENT.toNanos()));
            if (shown && silentLong) {
                begin();
            }
        }
        for (Side side : Side.values()) {
            Deque<Waiting> inOrder = way(side).inOrder;
            while (!inOrder.isEmpty()
                    && (inOrder.peek().done || nowNanos - inOrder.peek().atNanos >= PATIENCE.toNanos())) {
                Waiting waited = inOrder.remove();
                if (!waited.done) {
                    giveUp(side, waited);
                }
            }
        }
    }

    /** What comes from now on is only waited for where the other way has shown it before. */
    void end(long nowNanos) {
        endNanos = nowNanos;
    }

    /** Whether nothing waits any more that was shown before the end. */
    boolean isSettled() {
        return ways.values().stream()
                .allMatch(
                        way -> way.inOrder.stream().noneMatch(waiting -> !waiting.done && waiting.atNanos < endNanos));
    }

    private void compare(Side side, Sighting sighting, long atNanos) {
        if (sighting.slot() < boundary) {
            return;
        }
        Way mine = way(side);
        Way theirs = way(side.other());
        long number = mine.seen++;
        Deque<Waiting> like = theirs.byPrint.get(sighting.print());
        if (like == null) {
            if (atNanos < endNanos) {
                Waiting waiting = new Waiting(sighting, atNanos, number);
                mine.add(waiting);
            }
            return;
        }
        Waiting first = like.element();
        theirs.remove(first);
        count(sighting).same++;
        boolean gatewayIsLater = side == Side.GATEWAY;
        latencies.add(gatewayIsLater ? atNanos - first.atNanos : first.atNanos - atNanos);
        order.matched(sighting, gatewayIsLater ? first.number : number, gatewayIsLater ? number : first.number);
    }

    /** Nothing equal has come. */
    private void giveUp(Side side, Waiting waited) {
        way(side).remove(waited);
        Deque<Waiting> others = way(side.other()).byIdentity.get(Identity.of(waited.sighting));
        if (others == null) {
            note(side == Side.DIRECT ? What.MISSING : What.EXTRA, waited.sighting);
            return;
        }
        Waiting other = others.element();
        way(side.other()).remove(other);
        note(What.CHANGED, side == Side.GATEWAY ? waited.sighting : other.sighting);
    }

    private void note(What what, Sighting sighting) {
        KindCount count = count(sighting);
        switch (what) {
            case MISSING -> count.missing++;
            case EXTRA -> count.extra++;
            case CHANGED -> count.changed++;
        }
        if (differences.size() < DIFFERENCES_SHOWN) {
            differences.add(
                    new Difference(what, sighting.kind(), sighting.slot(), sighting.identity(), sighting.names()));
        }
    }

    private KindCount count(Sighting sighting) {
        return counts.computeIfAbsent(sighting.kind(), kind -> new KindCount());
    }

    private Way way(Side side) {
        Way way = ways.get(side);
        if (way == null) {
            throw new IllegalStateException("no way is called " + side);
        }
        return way;
    }

    /** Whether more waits than it keeps: the two ways are too far apart. */
    boolean isOverfull() {
        int held = early == null ? 0 : early.size();
        return held + ways.values().stream().mapToInt(way -> way.waiting).sum() > WAITING_MAX;
    }

    /** What has come out until now. */
    PilotReport report(Optional<String> failure) {
        Map<String, PilotReport.Count> seen = new TreeMap<>();
        counts.forEach((kind, count) -> seen.put(kind, count.seen()));
        return new PilotReport(
                boundary == Long.MAX_VALUE ? Optional.empty() : Optional.of(boundary),
                seen,
                order.violations(),
                differences,
                latencies.quantile(0.5),
                latencies.quantile(0.99),
                failure);
    }
}
