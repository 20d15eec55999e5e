package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveRows;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import io.firehole.pool.PoolStats.MonitorStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The streams of the provider, each with the monitors that share it, as they stood a second ago at the most. */
public final class StreamsResource implements Resource {

    private final Sampler sampler;

    public StreamsResource(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        Map<Long, List<String>> monitors = new HashMap<>();
        for (MonitorStats monitor : sample.stats().monitors()) {
            monitors.computeIfAbsent(monitor.streamId(), id -> new ArrayList<>())
                    .add(monitor.id());
        }
        ObjectNode data = Reply.JSON
                .objectNode()
                .put("sequence", sample.sequence())
                .put("total", sample.stats().streams().size());
        ArrayNode streams = data.putArray("streams");
        sample.stats().streams().forEach(one -> {
            ObjectNode node = LiveRows.stream(one, sample);
            ShortenedJson.putNames(node, "sharedBy", monitors.getOrDefault(one.id(), List.of()));
            streams.add(node);
        });
        return Reply.data(data);
    }
}
