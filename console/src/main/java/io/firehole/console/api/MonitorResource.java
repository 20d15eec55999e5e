package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import io.firehole.filters.NearestName;
import io.firehole.pool.MonitorExplanation;
import io.firehole.pool.PoolStats;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How one monitor is served, and why. */
public final class MonitorResource implements Resource {

    private final PoolView pool;

    public MonitorResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("whole");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        boolean whole = query.flag("whole");
        String id = query.part("id");
        Optional<MonitorExplanation> found = pool.explain(id);
        return found.isEmpty() ? unknown(pool, id) : Reply.data(shown(found.get(), whole));
    }

    /** What to say of a monitor that is not there. */
    static Reply unknown(PoolView pool, String id) {
        Set<String> ids =
                pool.stats().monitors().stream().map(PoolStats.MonitorStats::id).collect(Collectors.toSet());
        String nearest = NearestName.to(Reply.shortened(id), ids)
                .map(name -> "; did you mean \"" + name + "\"?")
                .orElse("; " + ids.size() + " are connected, see /api/grpc-pool/monitors");
        return Reply.problem(HttpStatus.NOT_FOUND, "no monitor \"" + Reply.shortened(id) + "\" is connected" + nearest);
    }

    private static ObjectNode shown(MonitorExplanation monitor, boolean whole) {
        ObjectNode data = Reply.JSON.objectNode().put("id", monitor.id());
        ArrayNode streams = data.putArray("streams");
        monitor.streams().forEach(stream -> streams.add(shown(stream, whole)));
        return data;
    }

    private static ObjectNode shown(MonitorExplanation.Stream stream, boolean whole) {
        ObjectNode node = Reply.JSON
                .objectNode()
                .put("group", stream.group().word())
                .put("dedicated", stream.dedicated())
                .put("connection", stream.connectionId())
                .put("stream", stream.streamId())
                .put("description", stream.description())
                .put("reason", stream.reason())
                .put("active", stream.active());
        MonitorsResource.put(node, "activeFromSlot", stream.activeFromSlot());
        ArrayNode filters = node.putArray("filters");
        stream.filters().forEach(filter -> filters.add(shown(filter, whole)));
        ShortenedJson.putNames(node, "sharesStreamWith", stream.companions());
        return node;
    }

    private static ObjectNode shown(MonitorExplanation.Filter filter, boolean whole) {
        ObjectNode node =
                Reply.JSON.objectNode().put("kind", filter.kind().fieldName()).put("name", filter.name());
        node.set("filter", ShortenedJson.filter(filter.filter(), whole));
        node.put("label", filter.label().orElse(null));
        if (filter.union().isEmpty()) {
            node.putNull("union");
        } else {
            MonitorExplanation.Union union = filter.union().get();
            ObjectNode united = node.putObject("union");
            if (union.filter().isEmpty()) {
                united.putNull("filter");
            } else {
                united.set("filter", ShortenedJson.filter(union.filter().get(), whole));
            }
            united.put("others", Math.max(0, union.filters() - 1))
                    .put("received", union.received())
                    .put("wanted", union.wanted());
        }
        ShortenedJson.putNames(node, "sharesLabelWith", filter.sharedWith());
        return node;
    }
}
