package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.firehole.console.api.MetricsHistory.GroupBy;
import io.firehole.console.api.RecentAnswers.Rows;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.pool.metrics.LatencyBuckets;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** How long updates took from their arrival until they were handed over, over a whole period, by group. */
public final class HistoryLatenciesResource implements Resource {

    private static final double MICROS_PER_MILLI = 1_000;

    private record Asked(Duration period, GroupBy groupBy) {}

    private final HistoryQuestions questions;

    public HistoryLatenciesResource(HistoryQuestions questions) {
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
                WrittenPeriod.parse(period, HistoryResource.PERIOD_MAX, "90d"),
                HistoryResource.groupBy(query.text("group_by").orElse("connection")));
        return questions.ask(
                question, HistoryResource.shown(period, question.groupBy()), history -> rows(history, question));
    }

    private static Rows rows(MetricsHistory history, Asked question) throws IOException {
        List<MetricsHistory.Latencies> groups = history.latencies(question.period(), question.groupBy());
        ArrayNode rows = Reply.JSON.arrayNode();
        groups.stream().limit(HistoryResource.ROWS_MAX).forEach(group -> {
            LatencyBuckets buckets = group.buckets();
            rows.addObject()
                    .put("group_id", group.groupId())
                    .put("count", buckets.total())
                    .put("p50", buckets.percentileMicros(50) / MICROS_PER_MILLI)
                    .put("p90", buckets.percentileMicros(90) / MICROS_PER_MILLI)
                    .put("p99", buckets.percentileMicros(99) / MICROS_PER_MILLI)
                    .put("p999", buckets.percentileMicros(99.9) / MICROS_PER_MILLI);
        });
        return new Rows(rows.toString(), groups.size() > HistoryResource.ROWS_MAX);
    }
}
