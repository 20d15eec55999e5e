package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import io.firehole.pool.PoolStats;
import java.time.InstantSource;
import java.util.Set;

/** How the pool stands in a few numbers: one consistent picture. */
public final class StatsResource implements Resource {

    private final PoolView pool;
    private final InstantSource clock;

    public StatsResource(PoolView pool, InstantSource clock) {
        this.pool = pool;
        this.clock = clock;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        PoolStats stats = pool.stats();
        ObjectNode data = Reply.JSON
                .objectNode()
                .put("total", stats.total())
                .put("healthy", stats.healthy())
                .put("unhealthy", stats.unhealthy())
                .put("maxConnections", stats.maxConnections());
        if (stats.budget().isPresent()) {
            data.put("rateLimitRemaining", stats.rateLimitRemaining());
        } else {
            data.putNull("rateLimitRemaining");
        }
        ObjectNode connections = data.putObject("monitorConnections");
        stats.monitorConnections().forEach(connections::put);
        data.put("hits", stats.totals().hits())
                .put("misses", stats.totals().misses())
                .put("hitRate", stats.hitRate());
        return Reply.document(
                HttpStatus.OK,
                Reply.enveloped(data).put("timestamp", clock.instant().toEpochMilli()));
    }
}
