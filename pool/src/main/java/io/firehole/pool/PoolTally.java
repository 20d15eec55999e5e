package io.firehole.pool;

import io.firehole.pool.RecordedCall.Miss;
import io.firehole.pool.buffer.ReplayBuffer;
import io.firehole.pool.routing.CallCounts;
import io.firehole.pool.time.NanoClock;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What happened in a pool since it started, as far as it is not counted where it happens. Control thread. */
final class PoolTally {

    final FillingTally filling = new FillingTally();
    long overruns;
    long hits;
    long misses;
    long connects;
    long reconnects;
    long requests;
    long invalidRequests;
    long watchdogs;

    /** Calls on which something was replayed, and how many of them are open. */
    long replays;

    long replaysOpen;
    /** Connections that became ready, and how long that took in sum, from when each was asked for. */
    long connected;

    long connectNanos;

    /** Replays given from what was received lately, by client. */
    long buffered;

    /** Those that could not be, by why. */
    private final Map<Miss, Long> unbuffered = new EnumMap<>(Miss.class);

    /** Updates given from there. */
    long bufferedUpdates;

    long calls;
    long refusedCalls;
    long evictedLeases;

    private long updates;
    private long bytes;
    private long unrouted;
    private long malformed;
    private long delivered;
    private long deliveredBytes;
    private long dropped;
    private long conflated;
    private final NanoClock clock;
    private final GapLog gaps;
    private final ClosedLog closed;
    private final Deque<PoolEvent> latestEvents = new ArrayDeque<>();
    private long events;

    /**
     * @param clock tells when an event was
     * @param timeOfDay tells when a gap was
     */
    PoolTally(NanoClock clock, InstantSource timeOfDay) {
        this.clock = clock;
        this.gaps = new GapLog(clock, timeOfDay);
        this.closed = new ClosedLog(clock, timeOfDay);
    }

    /** A call is over: its counts live on here. */
    void closed(CallCounts call) {
        updates += call.updates();
        bytes += call.bytes();
        unrouted += call.unrouted();
        malformed += call.malformed();
    }

    /** A monitor's stream is gone: what it got lives on here. */
    void left(MonitorStream stream) {
        delivered += stream.updates();
        deliveredBytes += stream.bytes();
        dropped += stream.dropped();
        conflated += stream.conflated();
    }

    /** So many clients asked for a replay, and it was looked whether what was received lately has it. */
    void buffered(Optional<Miss> miss, int clients) {
        if (miss.isEmpty()) {
            buffered += clients;
        } else {
            unbuffered.merge(miss.get(), (long) clients, Long::sum);
        }
    }

    /** What is kept, and what became of those who asked for it. */
    PoolStats.BufferStats buffer(ReplayBuffer kept) {
        Map<String, Long> misses = new TreeMap<>();
        for (Miss why : Miss.values()) {
            misses.put(why.word(), unbuffered.getOrDefault(why, 0L));
        }
        return new PoolStats.BufferStats(
                kept.isOff() ? 0 : kept.bytesMax(),
                kept.bytes(),
                kept.slotsMax(),
                kept.slots(),
                kept.updates(),
                buffered,
                misses,
                bufferedUpdates,
                kept.evictedSlots(),
                kept.evictedForMemory());
    }

    /** What monitors should have seen and did not. */
    GapLog gaps() {
        return gaps;
    }

    /** The connections that are gone. */
    ClosedLog closedConnections() {
        return closed;
    }

    /**
     * Something a person may want to know. The latest {@link PoolStats#EVENTS_KEPT} are kept, all are counted.
     *
     * @param kind a few words, always the same for the same kind of event
     * @param monitorId whom it concerns; empty if nobody in particular
     */
    void event(String kind, String monitorId, String text) {
        events++;
        if (latestEvents.size() == PoolStats.EVENTS_KEPT) {
            latestEvents.removeFirst();
        }
        latestEvents.addLast(new PoolEvent(clock.nanos(), kind, monitorId, text));
    }

    List<PoolEvent> latestEvents() {
        return List.copyOf(latestEvents);
    }

    /** What came of monitors that read too slowly, those that are there included. */
    PoolStats.SlowStats slow(List<MonitorStream> openStreams, long losses, PoolStats.SpillStats spill) {
        return new PoolStats.SlowStats(
                overruns,
                dropped + openStreams.stream().mapToLong(MonitorStream::dropped).sum(),
                conflated
                        + openStreams.stream()
                                .mapToLong(MonitorStream::conflated)
                                .sum(),
                losses,
                spill);
    }

    /** The totals, those of calls and streams that are open included. */
    PoolStats.Totals totals(
            List<CallCounts> openCalls,
            List<MonitorStream> openStreams,
            long refusedStreams,
            long refusedCommands,
            long delayedRequests) {
        PoolTally sum = new PoolTally(clock, InstantSource.system());
        openCalls.forEach(sum::closed);
        openStreams.forEach(sum::left);
        return new PoolStats.Totals(
                updates + sum.updates,
                bytes + sum.bytes,
                delivered + sum.delivered,
                deliveredBytes + sum.deliveredBytes,
                unrouted + sum.unrouted,
                malformed + sum.malformed,
                overruns,
                refusedCommands,
                refusedStreams,
                hits,
                misses,
                connects,
                reconnects,
                requests,
                invalidRequests,
                watchdogs,
                gaps.total(),
                calls,
                refusedCalls,
                evictedLeases,
                events,
                delayedRequests,
                connected,
                connectNanos,
                closed.total());
    }
}
