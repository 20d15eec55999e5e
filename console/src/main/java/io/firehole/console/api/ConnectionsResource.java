package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveRows;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import java.util.Set;

/** The connections to the provider, as they stood a second ago at the most. */
public final class ConnectionsResource implements Resource {

    private final Sampler sampler;

    public ConnectionsResource(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        ObjectNode data = Reply.JSON
                .objectNode()
                .put("sequence", sample.sequence())
                .put("total", sample.stats().total())
                .put("healthy", sample.stats().healthy())
                .put("max", sample.stats().maxConnections());
        ArrayNode connections = data.putArray("connections");
        sample.stats().connections().forEach(one -> connections.add(LiveRows.connection(one, sample)));
        return Reply.data(data);
    }
}
