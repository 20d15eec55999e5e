package io.firehole.history;

import java.util.Objects;
import java.util.Optional;

/**
 * A question for figures per minute, or per hour where the period is longer than a day.
 *
 * @param period how far back from now
 * @param groupBy by what rows are put together
 * @param only one connection or monitor alone; empty for all
 * @param limit the most rows of an answer, from 1 to {@link #ROWS_MAX}
 */
public record HistoryQuery(Period period, GroupBy groupBy, Optional<Selection> only, int limit) {

    /** The most rows of any answer: a day of minutes for 69 monitors. */
    public static final int ROWS_MAX = 100_000;

    public HistoryQuery {
        Objects.requireNonNull(period, "period");
        Objects.requireNonNull(groupBy, "groupBy");
        Objects.requireNonNull(only, "only");
        if (limit < 1 || limit > ROWS_MAX) {
            throw new IllegalArgumentException("limit is from 1 to " + ROWS_MAX + ", was " + limit);
        }
    }

    /** For all connections or all monitors. */
    public HistoryQuery(Period period, GroupBy groupBy) {
        this(period, groupBy, Optional.empty(), ROWS_MAX);
    }

    /**
     * From the words of a request; half an hour and connections where one is missing.
     *
     * @param period as in {@code 30m}
     * @param groupBy {@code connection} or {@code monitor}
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static HistoryQuery parse(Optional<String> period, Optional<String> groupBy) {
        return new HistoryQuery(
                period.map(Period::parse).orElse(Period.DEFAULT),
                groupBy.map(GroupBy::parse).orElse(GroupBy.CONNECTION));
    }
}
