package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.Health;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether monitors are being served: 200 if so, 503 if not. */
public final class PoolHealthResource implements Resource {

    /** A picture older than this tells nothing: whoever makes them, or the pool, is stuck. */
    static final Duration PICTURE_AGE_MAX = Duration.ofSeconds(10);

    private final Sampler sampler;
    private final InstantSource clock;

    /** @param clock that of the sampler */
    public PoolHealthResource(Sampler sampler, InstantSource clock) {
        this.sampler = sampler;
        this.clock = clock;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        Health health = sample.health();
        List<String> reasons = new ArrayList<>(health.reasons());
        Duration age = Duration.between(sample.at(), clock.instant());
        if (age.compareTo(PICTURE_AGE_MAX) > 0) {
            reasons.add("how the pool stands is known no more since " + age.toSeconds() + " s: it does not answer");
        }
        ObjectNode answer = Reply.JSON.objectNode().put("status", reasons.isEmpty() ? "healthy" : "degraded");
        answer.putObject("connections")
                .put("total", sample.stats().total())
                .put("healthy", sample.stats().healthy());
        answer.set("rateLimit", LiveDocument.rateLimit(sample.stats().budget()));
        answer.putObject("monitors")
                .put("total", sample.stats().monitors().size())
                .put("active", health.served())
                .put("waiting", health.waiting() - health.failed())
                .put("failed", health.failed());
        reasons.forEach(answer.putArray("reasons")::add);
        answer.put("timestamp", sample.at().toEpochMilli());
        return Reply.document(reasons.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, answer);
    }
}
