package io.firehole.pool.metrics;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What all streams of a pool did in one second.
 *
 * @param begin of that second, by the time of day; a whole second
 * @param streams each pair of connection and monitor at most once; those that did nothing may be left out
 * @param connections each at most once; of one that broke, what came after the second before is missing
 */
public record MetricsSecond(Instant begin, List<StreamSecond> streams, List<ConnectionSecond> connections) {

    public MetricsSecond {
        Objects.requireNonNull(begin, "begin");
        streams = List.copyOf(streams);
        connections = List.copyOf(connections);
        if (!begin.equals(begin.truncatedTo(ChronoUnit.SECONDS))) {
            throw new IllegalArgumentException("begin must be a whole second, was " + begin);
        }
        Set<Pair> seen = HashSet.newHashSet(streams.size());
        for (StreamSecond stream : streams) {
            if (!seen.add(new Pair(stream.connectionId(), stream.monitorId()))) {
                throw new IllegalArgumentException("monitor " + stream.monitorId() + " on connection "
                        + stream.connectionId() + " comes twice in the second " + begin);
            }
        }
    }

    /** One without connections. */
    public MetricsSecond(Instant begin, List<StreamSecond> streams) {
        this(begin, streams, List.of());
    }

    private record Pair(long connectionId, String monitorId) {}
}
