package io.firehole.console.live;

import io.firehole.console.live.DelayTotals.Delays;
import io.firehole.pool.PoolStats;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One picture of the pool with what the last minute adds to it. Immutable.
 *
 * @param sequence counts the pictures of a console from 1
 * @param at when it was taken
 * @param origin the time of day when the pool's clock was zero; the same in all pictures while the clocks agree
 * @param stats the picture
 * @param health whether monitors are being served
 * @param upstream what comes from the provider
 * @param delivered what goes into monitors' mailboxes
 * @param connections by number
 * @param streams by number
 * @param monitors by id, all streams of one together
 * @param figures of monitors since the console was opened, by id, those that are gone included
 * @param handedOver from the arrival of updates until they were handed to monitors, by group
 * @param onTheWay from the provider's {@code created_at} until updates came, by group
 * @param history how it stands; empty if none is kept
 * @param reconnectsLastHour connections that replaced a lost one within the last hour, or since the console was opened
 */
public record Sample(
        long sequence,
        Instant at,
        Instant origin,
        PoolStats stats,
        Health health,
        Rates upstream,
        Rates delivered,
        Map<Long, Rates> connections,
        Map<Long, Rates> streams,
        Map<String, Rates> monitors,
        Map<String, MonitorFigures> figures,
        Map<String, Delays> handedOver,
        Map<String, Delays> onTheWay,
        Optional<HistoryStanding> history,
        long reconnectsLastHour) {

    public Sample {
        connections = Map.copyOf(connections);
        streams = Map.copyOf(streams);
        monitors = Map.copyOf(monitors);
        figures = Map.copyOf(figures);
    }

    /** How fast a connection receives. */
    public Rates ofConnection(long id) {
        return connections.getOrDefault(id, Rates.NONE);
    }

    /** How fast a stream receives. */
    public Rates ofStream(long id) {
        return streams.getOrDefault(id, Rates.NONE);
    }

    /** How fast a monitor is given updates. */
    public Rates ofMonitor(String id) {
        return monitors.getOrDefault(id, Rates.NONE);
    }

    /** What a monitor got since the console was opened. */
    public MonitorFigures figuresOf(String id) {
        return figures.getOrDefault(id, MonitorFigures.NONE);
    }

    /** The time of day of a moment of the pool's clock; in every picture the same, so that it can tell things apart. */
    public Instant timeOf(long poolNanos) {
        return origin.plusNanos(poolNanos);
    }
}
