package io.firehole.history;

import java.time.Duration;
import java.util.List;

/**
 * What was asked for.
 *
 * @param query the question
 * @param step how long the span of each row is: a minute or an hour
 * @param rows newest first, and by group within a span; spans in which nothing happened have none
 * @param truncated whether there were older rows than the limit let through
 * @param fromDatabase whether the database was asked, because the file does not go back so far
 */
public record HistoryAnswer(
        HistoryQuery query, Duration step, List<HistoryRow> rows, boolean truncated, boolean fromDatabase) {

    public HistoryAnswer {
        rows = List.copyOf(rows);
    }
}
