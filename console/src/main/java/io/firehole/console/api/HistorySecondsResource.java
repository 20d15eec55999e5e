package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.firehole.console.api.MetricsHistory.GroupBy;
import io.firehole.console.api.MetricsHistory.Only;
import io.firehole.console.api.RecentAnswers.Rows;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Figures of the past by the second, oldest first: of all streams, of one monitor, or of one connection. */
public final class HistorySecondsResource implements Resource {

    /** How far back the longest question goes. */
    static final Duration PERIOD_MAX = Duration.ofHours(1);

    private record Asked(Duration period, Optional<Only> only) {}

    private final HistoryQuestions questions;

    public HistorySecondsResource(HistoryQuestions questions) {
        this.questions = questions;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("period", "connection", "monitor");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        String period = query.text("period").orElse("5m");
        Asked question = new Asked(WrittenPeriod.parse(period, PERIOD_MAX, "1h"), only(query));
        return questions.ask(question, ",\"period\":\"" + period + '"', history -> rows(history, question));
    }

    private static Optional<Only> only(Query query) throws BadQueryException {
        Optional<Long> connection = query.number("connection");
        Optional<String> monitor = query.text("monitor");
        if (connection.isPresent() && monitor.isPresent()) {
            throw new BadQueryException("one of connection and monitor can be asked for, not both");
        }
        return connection
                .map(id -> new Only(GroupBy.CONNECTION, String.valueOf(id)))
                .or(() -> monitor.map(id -> new Only(GroupBy.MONITOR, id)));
    }

    private static Rows rows(MetricsHistory history, Asked question) throws IOException {
        ArrayNode rows = Reply.JSON.arrayNode();
        history.seconds(question.period(), question.only())
                .forEach(second -> rows.addObject()
                        .put("second", second.begin().toString())
                        .put("messages", second.messages())
                        .put("bytes", second.bytes())
                        .put("errors", second.errors())
                        .put("dropped", second.dropped())
                        .put("avg_latency", second.avgLatencyMillis())
                        .put("max_latency", second.maxLatencyMillis())
                        .put("p99_latency", second.p99LatencyMillis()));
        return new Rows(rows.toString(), false);
    }
}
