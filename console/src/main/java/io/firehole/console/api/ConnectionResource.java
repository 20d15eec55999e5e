package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveRows;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionStats;
import io.firehole.pool.PoolStats.MonitorStats;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One connection, with the monitors whose streams it carries. */
public final class ConnectionResource implements Resource {

    private final Sampler sampler;

    public ConnectionResource(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        Optional<ConnectionStats> found = find(sample.stats(), query.part("id"));
        return found.isEmpty() ? unknown(sample.stats(), query.part("id")) : Reply.data(shown(found.get(), sample));
    }

    /** The connection that an answer calls so; empty if there is none. */
    static Optional<ConnectionStats> find(PoolStats stats, String id) {
        return stats.connections().stream()
                .filter(one -> String.valueOf(one.id()).equals(id))
                .findFirst();
    }

    /** What to say of a connection that is not there. */
    static Reply unknown(PoolStats stats, String id) {
        String known = stats.connections().stream()
                .map(one -> String.valueOf(one.id()))
                .collect(Collectors.joining(", "));
        return Reply.problem(
                HttpStatus.NOT_FOUND,
                "there is no connection \"" + Reply.shortened(id) + "\"; "
                        + (known.isEmpty() ? "there are none at the moment" : "there are " + known)
                        + "; those that are gone: /api/grpc-pool/connections/closed");
    }

    private static ObjectNode shown(ConnectionStats one, Sample sample) {
        ObjectNode data = LiveRows.connection(one, sample);
        ArrayNode calls = data.putArray("calls");
        one.streams().forEach(calls::add);
        ArrayNode streams = data.putArray("streams");
        for (MonitorStats monitor : sample.stats().monitors()) {
            if (monitor.connectionId() == one.id()) {
                streams.addObject()
                        .put("monitorId", monitor.id())
                        .put("messages", monitor.updates())
                        .put("created", sample.timeOf(monitor.openedNanos()).toEpochMilli())
                        .put("stream", monitor.streamId());
            }
        }
        return data;
    }
}
