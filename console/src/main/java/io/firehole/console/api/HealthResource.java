package io.firehole.console.api;

import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import java.util.Set;

/** Whether the program is alive: it answers. Whether the provider can be reached is told beside it, and is no failure here. */
public final class HealthResource implements Resource {

    private final PoolView pool;

    public HealthResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        return Reply.data(Reply.JSON
                .objectNode()
                .put("status", "alive")
                .put("ready", pool.stats().ready()));
    }
}
