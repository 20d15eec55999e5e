package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import io.firehole.pool.PoolEvent;
import io.firehole.pool.PoolStats;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What happened of late that somebody may want the reason of, newest first. Their numbers only grow, so that a caller can ask for what came after the last. */
public final class EventsResource implements Resource {

    /** How many are told of in one answer, unless it is asked for more. */
    static final int LIMIT = 100;

    private final PoolView pool;
    private final InstantSource clock;

    /** @param clock the time of day now, from which that of an event is reckoned */
    public EventsResource(PoolView pool, InstantSource clock) {
        this.pool = pool;
        this.clock = clock;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("limit", "monitor", "kind", "after");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        int limit = query.count("limit", LIMIT, 1, PoolStats.EVENTS_KEPT);
        Optional<String> monitor = query.text("monitor");
        Optional<String> kind = query.text("kind");
        long after = query.number("after").orElse(0L);
        PoolStats stats = pool.stats();
        Instant now = clock.instant();
        List<PoolEvent> kept = stats.events();
        long newest = stats.totals().events();
        ObjectNode data = Reply.JSON.objectNode().put("total", newest);
        ArrayNode events = data.putArray("events");
        for (int back = 0; back < kept.size() && newest - back > after && events.size() < limit; back++) {
            PoolEvent event = kept.get(kept.size() - 1 - back);
            if ((monitor.isEmpty() || monitor.get().equals(event.monitorId()))
                    && (kind.isEmpty() || kind.get().equals(event.kind()))) {
                events.add(shown(event, newest - back, now.minusNanos(stats.atNanos() - event.atNanos())));
            }
        }
        return Reply.data(data);
    }

    private static ObjectNode shown(PoolEvent event, long number, Instant at) {
        return Reply.JSON
                .objectNode()
                .put("number", number)
                .put("at", at.toString())
                .put("kind", event.kind())
                .put("monitor", event.monitorId())
                .put("text", event.text());
    }
}
