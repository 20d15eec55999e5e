package io.firehole.console.api;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveText;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import java.util.Optional;
import java.util.Set;

/** The realtime document, the latest or one of the last seconds: what the WebSocket sends. */
public final class RealtimeResource implements Resource {

    private final Sampler sampler;
    private final LiveText document;

    public RealtimeResource(Sampler sampler, LiveText document) {
        this.sampler = sampler;
        this.document = document;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("sequence");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        Optional<Long> sequence = query.number("sequence");
        Optional<Sample> found = sequence.isEmpty() ? Optional.of(sampler.latest()) : sampler.numbered(sequence.get());
        if (found.isEmpty()) {
            return Reply.problem(
                    HttpStatus.NOT_FOUND,
                    "document " + sequence.get() + " is not kept; the latest is "
                            + sampler.latest().sequence() + ", and " + Sampler.KEPT + " are kept");
        }
        return Reply.text(
                HttpStatus.OK,
                MediaType.JSON_UTF_8,
                "{\"success\":true,\"data\":" + document.of(found.get()) + ",\"timestamp\":"
                        + found.get().at().toEpochMilli() + "}");
    }
}
