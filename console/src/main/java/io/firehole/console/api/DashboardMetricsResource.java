package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import java.util.Set;

/** Four numbers for a dashboard that has others beside them. */
public final class DashboardMetricsResource implements Resource {

    private final Sampler sampler;

    public DashboardMetricsResource(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        ObjectNode answer = Reply.JSON.objectNode().put("success", true);
        ObjectNode pool = answer.putObject("grpcPool")
                .put("connections", sample.stats().total())
                .put("healthy", sample.stats().healthy());
        if (sample.stats().budget().isPresent()) {
            pool.put("rateLimit", sample.stats().rateLimitRemaining());
        } else {
            pool.putNull("rateLimit");
        }
        pool.put("monitors", sample.stats().monitors().size());
        return Reply.document(HttpStatus.OK, answer.put("timestamp", sample.at().toEpochMilli()));
    }
}
