package io.firehole.console;

import java.util.Set;

/** Whether the program is alive: it answers. Whether the provider can be reached is told beside it, and is no failure here. */
final class HealthResource implements Resource {

    private final PoolView pool;

    HealthResource(PoolView pool) {
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
