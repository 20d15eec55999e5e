package io.firehole.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.pool.PoolStats;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Every monitor's open streams, by id. */
final class MonitorsResource implements Resource {

    /** How many are told of in one answer, unless it is asked for more. */
    static final int LIMIT = 1_000;

    static final int LIMIT_MAX = 10_000;

    private final PoolView pool;

    MonitorsResource(PoolView pool) {
        this.pool = pool;
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
        ArrayNode monitors = data.putArray("monitors");
        all.stream().skip(offset).limit(limit).forEach(monitor -> monitors.add(shown(monitor)));
        return Reply.data(data);
    }

    private static ObjectNode shown(PoolStats.MonitorStats monitor) {
        ObjectNode node = Reply.JSON
                .objectNode()
                .put("id", monitor.id())
                .put("group", monitor.group().word())
                .put("connection", monitor.connectionId())
                .put("stream", monitor.streamId())
                .put("filters", monitor.filters())
                .put("active", monitor.active());
        put(node, "activeFromSlot", monitor.activeFromSlot());
        node.put("updates", monitor.updates())
                .put("bytes", monitor.bytes())
                .put("waiting", monitor.waiting())
                .put("waitingBytes", monitor.waitingBytes());
        PoolStats.Lag lag = monitor.lag();
        put(node, "lagSlots", lag.slots());
        return node.put("policy", lag.policy().word())
                .put("dropped", lag.dropped())
                .put("conflated", lag.conflated())
                .put("onDisk", lag.stored())
                .put("onDiskBytes", lag.storedBytes());
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
