package io.firehole.pool;

import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.memory.MemoryPressure;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How a pool stands at one moment: one consistent picture, taken on its control thread. Totals only grow.
 *
 * @param atNanos when it was taken, by the pool's clock
 * @param ready whether the provider can be reached
 * @param maxConnections how many connections the pool may have
 * @param connections those open or to be opened, by number
 * @param streams the calls to the provider that monitors share, by number
 * @param monitors every monitor's open stream, by monitor id
 * @param channels the monitors that make calls of their own, by monitor id
 * @param totals what happened since the start
 * @param vetting what came of trying filters before others depend on them
 * @param integrity what came of matching some updates a second time
 * @param slow what came of monitors that read too slowly
 * @param memory how much all buffers hold together
 * @param buffer what was received lately and is kept for clients that come back
 * @param filling what came of filling gaps from elsewhere
 * @param gaps the latest gaps, newest last; at most {@link #GAPS_KEPT}, and {@link Pool#gaps} has more
 * @param gapCounts all gaps, by monitor and cause
 * @param events what else happened of late that somebody may want the reason of, newest last; at most {@link #EVENTS_KEPT}
 * @param budget how the connection budget stands; empty if the transport has none
 */
public record PoolStats(
        long atNanos,
        boolean ready,
        int maxConnections,
        List<ConnectionStats> connections,
        List<StreamStats> streams,
        List<MonitorStats> monitors,
        List<ChannelStats> channels,
        Totals totals,
        VettingStats vetting,
        IntegrityStats integrity,
        SlowStats slow,
        MemoryStats memory,
        BufferStats buffer,
        FillingStats filling,
        List<Gap> gaps,
        List<GapCount> gapCounts,
        List<PoolEvent> events,
        Optional<BudgetSnapshot> budget) {

    /** How many gaps a picture remembers. */
    public static final int GAPS_KEPT = 100;

    /** How many events a picture remembers. */
    public static final int EVENTS_KEPT = 1_000;

    public PoolStats {
        connections = List.copyOf(connections);
        streams = List.copyOf(streams);
        monitors = List.copyOf(monitors);
        channels = List.copyOf(channels);
        gaps = List.copyOf(gaps);
        gapCounts = List.copyOf(gapCounts);
        events = List.copyOf(events);
    }

    /**
     * What came of filling gaps from elsewhere than the provider's stream.
     *
     * @param fillings how often that was tried
     * @param slotsFilled slots whose transactions were delivered, those without a block included
     * @param slotsFailed slots that could not be had
     * @param slotsNotAsked slots beyond what may be filled of one gap
     * @param transactions given to the streams concerned
     * @param bytes of the blocks fetched for it
     */
    public record FillingStats(
            long fillings, long slotsFilled, long slotsFailed, long slotsNotAsked, long transactions, long bytes) {}

    /** Connections open or to be opened. */
    public int total() {
        return connections.size();
    }

    /** Connections that are ready and answer. */
    public int healthy() {
        return (int) connections.stream().filter(ConnectionStats::healthy).count();
    }

    /** Connections that are not. */
    public int unhealthy() {
        return total() - healthy();
    }

    /** How many new connections the budget admits now; {@link Integer#MAX_VALUE} without a budget. */
    public int rateLimitRemaining() {
        return budget.map(BudgetSnapshot::available).orElse(Integer.MAX_VALUE);
    }

    /**
     * Which connection serves which monitor: that of its stream, else that of its calls. Of a monitor with several streams
     * one is named; {@link #monitors} has them all. Who waits for a connection is not in it.
     */
    public Map<String, Long> monitorConnections() {
        Map<String, Long> connectionOf = new TreeMap<>();
        for (MonitorStats monitor : monitors) {
            if (monitor.connectionId() != 0) {
                connectionOf.putIfAbsent(monitor.id(), monitor.connectionId());
            }
        }
        for (ChannelStats channel : channels) {
            if (channel.connectionId() != 0) {
                connectionOf.putIfAbsent(channel.id(), channel.connectionId());
            }
        }
        return Collections.unmodifiableMap(connectionOf);
    }

    /** Which part of all subscriptions and calls an open connection could take; see {@link Totals#hitRate}. */
    public double hitRate() {
        return totals.hitRate();
    }

    /** What a connection does at the moment. */
    public enum ConnectionState {
        /** It waits for its turn, for a permit, or for TCP, TLS and HTTP/2. */
        CONNECTING,
        /** Calls can be made on it. */
        READY,
        /** It is being replaced, or has been: what is open on it goes on until it is served elsewhere. */
        DRAINING,
        /** The last attempt failed or the connection broke; the next attempt waits. */
        BROKEN,
        /** It is gone, and nothing follows it. */
        CLOSED
    }

    /**
     * One connection.
     *
     * @param id its number, never used twice; while it waits, that of the last attempt
     * @param group whose streams it carries; empty while it carries none
     * @param state what it does
     * @param healthy whether it is ready, has shown a sign of life, and answered the last health check
     * @param uptimeNanos since it became ready; 0 if it is not
     * @param streams calls open on it, by number
     * @param monitors how many monitors' streams it carries
     * @param updates received on it since it was opened
     * @param bytes received on it since it was opened
     * @param failures attempts and connections lost in a row
     * @param lastError why the last one was lost; empty if none was
     */
    public record ConnectionStats(
            long id,
            Optional<Group> group,
            ConnectionState state,
            boolean healthy,
            long uptimeNanos,
            List<Long> streams,
            int monitors,
            long updates,
            long bytes,
            int failures,
            String lastError) {

        public ConnectionStats {
            streams = List.copyOf(streams);
        }
    }

    /**
     * One call to the provider, and its successors after a break.
     *
     * @param id its number
     * @param connectionId on which connection
     * @param group whose monitors share it
     * @param description commitment and what else sets it apart, for people
     * @param open whether the call is open
     * @param labels filters it carries, the lingering ones included
     * @param lingering filters nobody wants any more
     * @param monitors how many monitors' streams share it
     * @param updates received on it
     * @param bytes received on it
     * @param lastSealedSlot the last slot whose block meta came; empty before the first
     * @param reopened how often it had to be opened anew
     * @param lastError why it was lost the last time; empty if it never was
     */
    public record StreamStats(
            long id,
            long connectionId,
            Group group,
            String description,
            boolean open,
            int labels,
            int lingering,
            int monitors,
            long updates,
            long bytes,
            OptionalLong lastSealedSlot,
            long reopened,
            String lastError) {}

    /**
     * One monitor's stream.
     *
     * @param id the monitor
     * @param group its group
     * @param openedNanos when it was opened, by the pool's clock
     * @param connectionId the connection that serves it; 0 while it has asked for nothing
     * @param streamId the call that serves it; 0 while it has asked for nothing
     * @param filters how many filters it asked for
     * @param active whether the provider has shown that it applies the newest request
     * @param activeFromSlot see {@link MonitorStream#activeFromSlot}
     * @param updates put into its mailbox
     * @param bytes put into its mailbox
     * @param waiting updates in its mailbox
     * @param waitingBytes bytes in its mailbox
     * @param lag how far it is behind otherwise, and what came of it
     * @param samples updates of which was looked whether it got what its filters say
     * @param disagreements those of them for which it did not
     * @param updatesPerSecond put into its mailbox a second, averaged over about a minute; looked at every 5 s
     * @param suggestedGroup the group that fits that rate, by {@link GroupRates}; its own as long as nothing is known
     */
    public record MonitorStats(
            String id,
            Group group,
            long openedNanos,
            long connectionId,
            long streamId,
            int filters,
            boolean active,
            OptionalLong activeFromSlot,
            long updates,
            long bytes,
            long waiting,
            long waitingBytes,
            Lag lag,
            long samples,
            long disagreements,
            double updatesPerSecond,
            Group suggestedGroup) {}

    /**
     * How a monitor keeps up.
     *
     * @param slots how many slots its call has seen the end of, of which the monitor has not read all; empty if that is not
     *     known, since what it reads next tells of no slot's content or is being read
     * @param policy what happens when its mailbox is full
     * @param dropped updates that were dropped to make room for later ones
     * @param conflated updates in whose place later ones of the same account were put
     * @param stored updates of those that wait which wait on disk
     * @param storedBytes their bytes, as message lengths
     */
    public record Lag(
            OptionalLong slots,
            MailboxLimits.OverrunPolicy policy,
            long dropped,
            long conflated,
            long stored,
            long storedBytes) {}

    /**
     * What came of monitors that read too slowly, since the start.
     *
     * @param overruns monitors disconnected for that
     * @param dropped updates dropped to make room for later ones
     * @param conflated updates in whose place later ones of the same account were put
     * @param losses how often it was told that something was dropped, see {@link PoolStats#events}
     * @param spill what became of updates that were to wait on disk
     */
    public record SlowStats(long overruns, long dropped, long conflated, long losses, SpillStats spill) {}

    /**
     * What waits on disk for slow monitors, and what has since the start; all 0 where nothing may.
     *
     * @param bytesMax how many bytes may be there
     * @param bytes how many are
     * @param spilled updates written
     * @param readBack updates read again
     * @param refused updates for which there was no room, or that could not be written: their monitors' streams end
     * @param lost updates written that could not be read again: their monitors' streams end before them
     */
    public record SpillStats(long bytesMax, long bytes, long spilled, long readBack, long refused, long lost) {}

    /**
     * How much all buffers hold together.
     *
     * @param bytesMax how much they may hold
     * @param used how much they hold; what waits for several monitors is counted for each
     * @param usedMost the most they ever held
     * @param held how much of that is held back while monitors recover or are handed over, as of the last second
     * @param heldMost the most that ever was
     * @param pressure what is done about it now
     * @param refusedMonitors streams refused for that
     * @param timesRefusing how often new monitors began to be refused
     * @param timesTight how often mailboxes were halved
     * @param timesCutting how often monitors began to be cut
     * @param cutMonitors monitors that were cut
     */
    public record MemoryStats(
            long bytesMax,
            long used,
            long usedMost,
            long held,
            long heldMost,
            MemoryPressure pressure,
            long refusedMonitors,
            long timesRefusing,
            long timesTight,
            long timesCutting,
            long cutMonitors) {}

    /**
     * What was received lately and is kept for clients that come back, and what became of those since the start.
     *
     * @param bytesMax how many bytes of updates may be kept; 0 if nothing is
     * @param bytes how many are
     * @param slotsMax how many slots may be kept, counted back from the newest
     * @param slots how many are; those of several calls count each by itself
     * @param updates how many updates are kept
     * @param hits clients that asked for a replay and got it from here
     * @param misses those for which the provider was asked, by why: {@code too-old}, {@code filter-not-asked},
     *     {@code given-up}
     * @param given updates that were given from here
     * @param evictedSlots slots that were given up to stay within the limits
     * @param evictedForMemory those of them that were given up since the memory of all buffers was scarce
     */
    public record BufferStats(
            long bytesMax,
            long bytes,
            int slotsMax,
            int slots,
            long updates,
            long hits,
            Map<String, Long> misses,
            long given,
            long evictedSlots,
            long evictedForMemory) {

        public BufferStats {
            misses = Collections.unmodifiableMap(new TreeMap<>(misses));
        }
    }

    /**
     * A monitor that makes calls of its own, by {@link Pool#channel}.
     *
     * @param id the monitor
     * @param group its group
     * @param connectionId the connection that its calls go to; 0 once that is closed, until the next call
     * @param calls how many are open or wait for a connection
     * @param begun how many went out since it got its connection
     */
    public record ChannelStats(String id, Group group, long connectionId, int calls, long begun) {}

    /**
     * What happened since the start.
     *
     * @param updates received from the provider
     * @param bytes received from the provider
     * @param delivered updates put into mailboxes, those of streams that are gone included
     * @param deliveredBytes their bytes
     * @param unrouted updates nobody wanted any more, or without a label
     * @param malformed messages that are no update
     * @param overruns monitors disconnected because their mailbox was full
     * @param refusedCommands what was refused because too much waited for the control thread
     * @param refusedStreams streams refused because too many were open
     * @param hits subscriptions and calls that an open connection could take
     * @param misses subscriptions and calls for which a connection had to be opened
     * @param connects connections asked of the transport
     * @param reconnects those of them that replace a lost one
     * @param requests merged requests sent
     * @param invalidRequests merged requests the provider refused
     * @param watchdogs streams taken for dead because no slot came
     * @param gaps slots that a monitor should have seen and did not, each range for each monitor
     * @param calls calls of monitors' own stubs that went out
     * @param refusedCalls those that found no connection in time, or were too many
     * @param evictedLeases monitors whose connection was forgotten because too many had one
     * @param events what {@link PoolStats#events} has the latest of
     * @param delayedRequests how often a request had to wait for the pace that the provider allows
     * @param connected connections that became ready
     * @param connectNanos how long that took them in sum, from when each was asked for, the wait for a permit included
     * @param closedConnections connections that ended, attempts that failed included; see {@link Pool#closedConnections}
     */
    public record Totals(
            long updates,
            long bytes,
            long delivered,
            long deliveredBytes,
            long unrouted,
            long malformed,
            long overruns,
            long refusedCommands,
            long refusedStreams,
            long hits,
            long misses,
            long connects,
            long reconnects,
            long requests,
            long invalidRequests,
            long watchdogs,
            long gaps,
            long calls,
            long refusedCalls,
            long evictedLeases,
            long events,
            long delayedRequests,
            long connected,
            long connectNanos,
            long closedConnections) {

        /**
         * Which part of all subscriptions and calls an open connection could take, from 0 to 1; 1 while there was none.
         */
        public double hitRate() {
            long lookups = hits + misses;
            return lookups == 0 ? 1 : (double) hits / lookups;
        }
    }

    /**
     * What came of trying filters on calls of their own, since the start.
     *
     * @param trials calls made for that
     * @param taken requests of monitors that passed
     * @param refused those that the provider refused
     * @param apart those it takes, but not together with what the stream asked already
     * @param fromMemory those refused without asking, because the provider refused them a moment ago
     * @param unknown those that went on without a verdict, since the provider gave none
     * @param untriable those that went on without a trial, since the provider's rules leave no room for one
     */
    public record VettingStats(
            long trials, long taken, long refused, long apart, long fromMemory, long unknown, long untriable) {}

    /**
     * What came of matching some updates a second time, since the start.
     *
     * @param samples updates looked at
     * @param judged how often a monitor was judged by one; a sample is for all who share its call
     * @param disagreements how often what it got was not what its filters say
     * @param dropped samples given up because nobody had time to judge them
     */
    public record IntegrityStats(long samples, long judged, long disagreements, long dropped) {}

    /**
     * Gaps of one monitor by one cause, since the start.
     *
     * @param monitor its id; empty for all beyond the first 10,000 monitors that had one
     * @param cause why they were not closed
     * @param gaps how many
     * @param slots how many slot numbers they span
     */
    public record GapCount(String monitor, Gap.Cause cause, long gaps, long slots) {}
}
