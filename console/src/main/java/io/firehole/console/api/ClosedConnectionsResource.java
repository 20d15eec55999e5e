package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import io.firehole.pool.ClosedConnection;
import io.firehole.pool.Group;
import java.time.Duration;
import java.util.Set;

/** The connections that ended last, newest first, each with its reason. */
public final class ClosedConnectionsResource implements Resource {

    /** How many are told of in one answer, unless it is asked for more. */
    static final int LIMIT = 100;

    static final int LIMIT_MAX = 10_000;

    private final PoolView pool;

    public ClosedConnectionsResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("limit");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        int limit = query.count("limit", LIMIT, 1, LIMIT_MAX);
        ObjectNode data =
                Reply.JSON.objectNode().put("total", pool.stats().totals().closedConnections());
        ArrayNode closed = data.putArray("connections");
        pool.closedConnections(limit).forEach(one -> closed.add(shown(one)));
        return Reply.data(data);
    }

    private static ObjectNode shown(ClosedConnection one) {
        ObjectNode node = Reply.JSON
                .objectNode()
                .put("id", one.id())
                .put("group", one.group().map(Group::word).orElse(null))
                .put("begunAt", one.begunAt().toString())
                .put("closedAt", one.closedAt().toString())
                .put("wasReady", one.wasReady())
                .put("uptime", Duration.ofNanos(one.readyNanos()).toMillis())
                .put("messages", one.updates())
                .put("bytes", one.bytes());
        MonitorsResource.put(node, "lastSlot", one.lastSealedSlot());
        return node.put("reason", one.reason());
    }
}
