package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.Health;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import java.util.Set;

/** Whether monitors are being served: 200 if so, 503 if not. */
public final class PoolHealthResource implements Resource {

    private final Sampler sampler;

    public PoolHealthResource(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        Health health = sample.health();
        ObjectNode answer = Reply.JSON.objectNode().put("status", health.word());
        answer.putObject("connections")
                .put("total", sample.stats().total())
                .put("healthy", sample.stats().healthy());
        answer.set("rateLimit", LiveDocument.rateLimit(sample.stats().budget()));
        answer.putObject("monitors")
                .put("total", sample.stats().monitors().size())
                .put("active", health.served())
                .put("waiting", health.waiting() - health.failed())
                .put("failed", health.failed());
        ArrayNode reasons = answer.putArray("reasons");
        health.reasons().forEach(reasons::add);
        answer.put("timestamp", sample.at().toEpochMilli());
        return Reply.document(health.isHealthy() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, answer);
    }
}
