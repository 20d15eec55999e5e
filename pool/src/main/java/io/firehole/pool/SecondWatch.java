package io.firehole.pool;

import io.firehole.pool.metrics.ConnectionSecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import io.firehole.pool.time.Timers;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each second what every monitor and every connection did in it. Nothing is counted for that: it compares what is
 * counted anyway with what it was a second ago. Nobody listens, nothing is done. Control thread.
 */
final class SecondWatch {

    private static final Logger log = LoggerFactory.getLogger(SecondWatch.class);

    private static final long SECOND_NANOS = 1_000_000_000;

    /** How far the time of day may be set back until seconds are told that bear the name of earlier ones. */
    private static final long PATIENCE_SECONDS = 5;

    private final PoolContext pool;
    private final Links links;
    private final Supplier<? extends Iterable<Member>> members;
    private final List<Consumer<? super MetricsSecond>> listeners = new ArrayList<>();
    private final Map<Member, Counted> counted = new HashMap<>();
    private final Map<Stream, StreamSecond> streams = new HashMap<>();
    private Map<Long, Received> received = new HashMap<>();

    private Instant last = Instant.MIN;
    private Timers.Timer next = () -> {};

    SecondWatch(PoolContext pool, Links links, Supplier<? extends Iterable<Member>> members) {
        this.pool = pool;
        this.links = links;
        this.members = members;
    }

    /** A monitor on a connection. */
    private record Stream(long connectionId, String monitorId) {}

    /** What a connection had come to. */
    private record Received(long updates, long bytes) {

        private static final Received NOTHING = new Received(0, 0);
    }

    /** What a monitor's stream had come to when it was looked at last. */
    private static final class Counted {

        private long messages;
        private long bytes;
        private long dropped;
        private long connectionId;
        private long upstreamId;
        private long reopened;

        /** What has happened since. */
        private StreamSecond advance(Member member) {
            MonitorStream stream = member.stream();
            long reconnected = reconnects(member.servedBy());
            long messagesBefore = messages;
            long bytesBefore = bytes;
            long droppedBefore = dropped;
            messages = stream.written();
            bytes = stream.writtenBytes();
            dropped = stream.dropped();
            return new StreamSecond(
                    connectionId,
                    member.id(),
                    member.group().word(),
                    messages - messagesBefore,
                    bytes - bytesBefore,
                    stream.failed() ? 1 : 0,
                    dropped - droppedBefore,
                    reconnected,
                    stream.takeLatency());
        }

        private long reconnects(@Nullable Upstream<?> upstream) {
            if (upstream == null) {
                return 0;
            }
            long since = upstream.id() == upstreamId ? upstream.reopened() - reopened : 0;
            upstreamId = upstream.id();
            reopened = upstream.reopened();
            connectionId = upstream.link().connectionId();
            return since;
        }
    }

    /** Has a listener be told of every second that begins from now on; quickly, or everything waits. */
    void listen(Consumer<? super MetricsSecond> listener) {
        listeners.add(listener);
        if (listeners.size() == 1) {
            members.get().forEach(this::advance);
            connections();
            streams.clear(); // what was before is of no second
            schedule();
        }
    }

    /** Tells a listener nothing more. */
    void forget(Consumer<? super MetricsSecond> listener) {
        if (listeners.remove(listener) && listeners.isEmpty()) {
            next.cancel();
            counted.clear();
            received.clear();
        }
    }

    /** A monitor has left. */
    void left(Member member) {
        if (!listeners.isEmpty()) {
            advance(member);
            counted.remove(member);
        }
    }

    private void schedule() {
        long passedNanos = pool.timeOfDay().instant().getLong(ChronoField.NANO_OF_SECOND);
        next = pool.loop().after(SECOND_NANOS - passedNanos, this::tick);
    }

    private void tick() {
        schedule();
        Instant begin =
                pool.timeOfDay().instant().truncatedTo(ChronoUnit.SECONDS).minusSeconds(1);
        if (!begin.isAfter(last) && last.isBefore(begin.plusSeconds(PATIENCE_SECONDS))) {
            return; // set back a little: what happens meanwhile belongs to the next second without a figure
        }
        last = begin;
        members.get().forEach(this::advance);
        MetricsSecond second = new MetricsSecond(begin, List.copyOf(streams.values()), connections());
        streams.clear();
        for (Consumer<? super MetricsSecond> listener : List.copyOf(listeners)) {
            try {
                listener.accept(second);
            } catch (RuntimeException broken) {
                log.error("Who is told of every second failed; the others are told", broken);
            }
        }
    }

    private void advance(Member member) {
        StreamSecond since =
                counted.computeIfAbsent(member, none -> new Counted()).advance(member);
        streams.merge(new Stream(since.connectionId(), since.monitorId()), since, StreamSecond::plus);
    }

    private List<ConnectionSecond> connections() {
        List<ConnectionSecond> connections = new ArrayList<>();
        Map<Long, Received> now = new HashMap<>();
        for (Link.Traffic traffic : links.traffic()) {
            Received before = received.getOrDefault(traffic.connectionId(), Received.NOTHING);
            connections.add(new ConnectionSecond(
                    traffic.connectionId(),
                    traffic.group().map(Group::word).orElse(""),
                    traffic.updates() - before.updates(),
                    traffic.bytes() - before.bytes(),
                    traffic.delay()));
            now.put(traffic.connectionId(), new Received(traffic.updates(), traffic.bytes()));
        }
        received = now;
        return connections;
    }
}
