package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.firehole.console.api.MetricsHistory.GroupBy;
import io.firehole.console.api.RecentAnswers.Rows;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/** Figures of the past by the minute or the hour, newest first. */
public final class HistoryResource implements Resource {

    /** How far back the longest question goes. */
    static final Duration PERIOD_MAX = Duration.ofDays(90);

    /** Rows of one answer. */
    static final int ROWS_MAX = 10_000;

    private record Asked(Duration period, GroupBy groupBy) {}

    private final HistoryQuestions questions;

    public HistoryResource(HistoryQuestions questions) {
        this.questions = questions;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("period", "group_by");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        String period = query.text("period").orElse("30m");
        Asked question = new Asked(
                WrittenPeriod.parse(period, PERIOD_MAX, "90d"),
                groupBy(query.text("group_by").orElse("connection")));
        return questions.ask(question, shown(period, question.groupBy()), history -> rows(history, question));
    }

    /** Both as fields of JSON; the period as it was written, which has been looked at. */
    static String shown(String period, GroupBy groupBy) {
        return ",\"period\":\"" + period + "\",\"group_by\":\"" + groupBy.name().toLowerCase(Locale.ROOT) + '"';
    }

    private static Rows rows(MetricsHistory history, Asked question) throws IOException {
        MetricsHistory.Page answer = history.read(question.period(), question.groupBy(), ROWS_MAX);
        ArrayNode rows = Reply.JSON.arrayNode();
        answer.rows()
                .forEach(row -> rows.addObject()
                        .put("minute", row.minute().toString())
                        .put("group_id", row.groupId())
                        .put("messages", row.messages())
                        .put("errors", row.errors())
                        .put("avg_bytes", row.avgBytes())
                        .put("max_latency", row.maxLatencyMillis()));
        return new Rows(rows.toString(), answer.truncated());
    }

    /** @throws BadQueryException if it is none */
    static GroupBy groupBy(String text) throws BadQueryException {
        return switch (text) {
            case "connection" -> GroupBy.CONNECTION;
            case "monitor" -> GroupBy.MONITOR;
            default ->
                throw new BadQueryException(
                        "group_by must be connection or monitor, was \"" + Reply.shortened(text) + "\"");
        };
    }
}
