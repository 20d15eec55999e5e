package io.firehole.console.api;

import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import java.util.Optional;
import java.util.Set;

/** The realtime document, the latest or one of the last seconds: what the WebSocket sends. */
public final class RealtimeResource implements Resource {

    private final Sampler sampler;
    private final LiveDocument document;

    public RealtimeResource(Sampler sampler, LiveDocument document) {
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
        return Reply.document(
                HttpStatus.OK,
                Reply.enveloped(document.of(found.get()))
                        .put("timestamp", found.get().at().toEpochMilli()));
    }
}
