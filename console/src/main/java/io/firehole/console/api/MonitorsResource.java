package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveRows;
import io.firehole.console.live.PoolView;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import io.firehole.pool.PoolStats;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Every monitor's open streams, by id. */
public final class MonitorsResource implements Resource {

    /** How many are told of in one answer, unless it is asked for more. */
    static final int LIMIT = 1_000;

    static final int LIMIT_MAX = 10_000;

    private final PoolView pool;
    private final Sampler sampler;

    public MonitorsResource(PoolView pool, Sampler sampler) {
        this.pool = pool;
        this.sampler = sampler;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("limit", "offset");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        int limit = query.count("limit", LIMIT, 1, LIMIT_MAX);
        int offset = query.count("offset", 0, 0, Integer.MAX_VALUE);
        List<PoolStats.MonitorStats> all = pool.stats().monitors();
        ObjectNode data = Reply.JSON.objectNode().put("total", all.size());
        Sample sample = sampler.latest();
        ArrayNode monitors = data.putArray("monitors");
        all.stream().skip(offset).limit(limit).forEach(monitor -> monitors.add(LiveRows.monitor(monitor, sample)));
        return Reply.data(data);
    }

    /** A number that may not be there yet. */
    static void put(ObjectNode node, String name, OptionalLong value) {
        if (value.isPresent()) {
            node.put(name, value.getAsLong());
        } else {
            node.putNull(name);
        }
    }
}
