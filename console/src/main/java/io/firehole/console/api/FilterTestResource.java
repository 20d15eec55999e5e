package io.firehole.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Action;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.live.PoolView;
import io.firehole.pool.MonitorExplanation;
import io.firehole.pool.PoolStats;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who would receive this? A POST with a transaction's signature, an account, or accounts that a transaction mentions; the answer
 * names the monitors and the filters by which they would get it, as they ask now.
 */
public final class FilterTestResource implements Action {

    /** Monitors looked at in one answer. */
    static final int MONITORS_MAX = 1_000;

    private final PoolView pool;

    public FilterTestResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Set<String> orders() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        ObjectNode data = Reply.JSON.objectNode();
        ArrayNode fields = data.putArray("fields");
        FilterQuestion.FIELDS.forEach(fields::add);
        return Reply.data(data.put("how", FilterQuestion.HOW));
    }

    @Override
    public Reply post(Query query) throws BadQueryException {
        FilterQuestion question = FilterQuestion.of(query.document(FilterQuestion.FIELDS), pool);
        LinkedHashSet<String> ids = new LinkedHashSet<>();
        pool.stats().monitors().stream().map(PoolStats.MonitorStats::id).forEach(ids::add);
        ObjectNode data = Reply.JSON.objectNode().put("question", question.kind());
        question.describe(data);
        data.put("lookedAt", Math.min(ids.size(), MONITORS_MAX));
        data.put("leftOut", Math.max(0, ids.size() - MONITORS_MAX));
        ArrayNode receivers = data.putArray("receivers");
        ArrayNode others = data.putArray("others");
        if (!question.isAnswerable()) {
            return Reply.data(data);
        }
        ids.stream()
                .limit(MONITORS_MAX)
                .flatMap(id -> pool.explain(id).stream())
                .forEach(monitor -> {
                    for (MonitorExplanation.Stream stream : monitor.streams()) {
                        ObjectNode node = shown(monitor.id(), stream, question);
                        (node.get("passes").booleanValue() ? receivers : others).add(node);
                    }
                });
        return Reply.data(data);
    }

    private static ObjectNode shown(String monitor, MonitorExplanation.Stream stream, FilterQuestion question) {
        List<FilterQuestion.Answer> answers = new ArrayList<>(question.ask(stream.request()));
        ObjectNode node = Reply.JSON
                .objectNode()
                .put("monitor", monitor)
                .put("stream", stream.streamId())
                .put("passes", answers.stream().anyMatch(FilterQuestion.Answer::passes));
        ArrayNode filters = node.putArray("filters");
        for (FilterQuestion.Answer answer : answers) {
            filters.addObject()
                    .put("kind", answer.kind())
                    .put("name", answer.name())
                    .put("passes", answer.passes())
                    .put("objection", answer.objection().orElse(null));
        }
        return node;
    }

    /** A text field; empty if it is not there. */
    static Optional<String> text(JsonNode document, String field) throws BadQueryException {
        JsonNode value = document.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new BadQueryException(field + " must be a text");
        }
        return Optional.of(value.textValue());
    }
}
