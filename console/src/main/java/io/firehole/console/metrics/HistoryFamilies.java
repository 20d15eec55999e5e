package io.firehole.console.metrics;

import io.firehole.console.live.HistoryStanding;
import io.firehole.console.live.HistoryStanding.Database;
import java.util.List;
import java.util.function.ToLongFunction;

/** Every metric of the history; none of them has a figure where no history is kept. The names are for ever. */
final class HistoryFamilies {

    private HistoryFamilies() {}

    static List<MetricFamily> all() {
        return List.of(
                one(
                        "firehole_history_healthy",
                        "1 while the history's file takes rows, and its database does if there is one",
                        standing -> standing.isWell() ? 1 : 0),
                one("firehole_history_waiting_rows", "Rows that wait for the history's file", HistoryStanding::waiting),
                one(
                        "firehole_history_written_rows_total",
                        "Rows written to the history's file",
                        HistoryStanding::written),
                new FigureFamily(
                        "firehole_history_dropped_rows_total",
                        "Rows not kept, or not for as long as they should have been",
                        List.of("reason"),
                        (sample, series) -> sample.history()
                                .ifPresent(standing -> standing.dropped()
                                        .forEach((reason, count) -> series.put(count.longValue(), reason)))),
                ofDatabase(
                        "firehole_history_unsent_seconds",
                        "Seconds of the history's file that its database does not have yet",
                        Database::unsentSeconds),
                ofDatabase("firehole_history_sent_rows_total", "Rows sent to the history's database", Database::sent));
    }

    private static MetricFamily one(String name, String help, ToLongFunction<HistoryStanding> figure) {
        return new FigureFamily(
                name,
                help,
                List.of(),
                (sample, series) -> sample.history().ifPresent(standing -> series.put(figure.applyAsLong(standing))));
    }

    private static MetricFamily ofDatabase(String name, String help, ToLongFunction<Database> figure) {
        return new FigureFamily(
                name,
                help,
                List.of(),
                (sample, series) -> sample.history()
                        .flatMap(HistoryStanding::database)
                        .ifPresent(database -> series.put(figure.applyAsLong(database))));
    }
}
