package io.firehole.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.pool.PoolEvent;
import io.firehole.pool.PoolStats;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** What happened of late that somebody may want the reason of, newest first. */
final class EventsResource implements Resource {

    /** How many are told of in one answer, unless it is asked for more. */
    static final int LIMIT = 100;

    private final PoolView pool;
    private final InstantSource clock;

    /** @param clock the time of day now, from which that of an event is reckoned */
    EventsResource(PoolView pool, InstantSource clock) {
        this.pool = pool;
        this.clock = clock;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("limit", "monitor");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        int limit = query.count("limit", LIMIT, 1, PoolStats.EVENTS_KEPT);
        Optional<String> monitor = query.text("monitor");
        PoolStats stats = pool.stats();
        Instant now = clock.instant();
        ObjectNode data = Reply.JSON.objectNode().put("total", stats.totals().events());
        ArrayNode events = data.putArray("events");
        stats.events().reversed().stream()
                .filter(event -> monitor.isEmpty() || event.monitorId().equals(monitor.get()))
                .limit(limit)
                .forEach(event -> events.add(shown(event, now.minusNanos(stats.atNanos() - event.atNanos()))));
        return Reply.data(data);
    }

    private static ObjectNode shown(PoolEvent event, Instant at) {
        return Reply.JSON
                .objectNode()
                .put("at", at.toString())
                .put("kind", event.kind())
                .put("monitor", event.monitorId())
                .put("text", event.text());
    }
}
