package io.firehole.cli.serve;

import io.firehole.console.api.MetricsHistory;
import io.firehole.history.History;
import io.firehole.history.HistoryQuery;
import io.firehole.history.HistoryRow;
import io.firehole.history.HistoryUnavailableException;
import io.firehole.history.Period;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A history as the console asks for it. Any thread; may wait for a disk or a database. */
record ShownHistory(History history) implements MetricsHistory {

    @Override
    public List<Row> read(Duration period, GroupBy groupBy, int rowsMax) throws IOException {
        HistoryQuery query = new HistoryQuery(new Period(period), by(groupBy), Optional.empty(), rowsMax);
        try {
            List<HistoryRow> rows = history.rows(query).rows();
            long newest = rows.stream().mapToLong(HistoryRow::life).max().orElse(0);
            return rows.stream().map(row -> shown(row, newest)).toList();
        } catch (HistoryUnavailableException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    private static io.firehole.history.GroupBy by(GroupBy groupBy) {
        return switch (groupBy) {
            case CONNECTION -> io.firehole.history.GroupBy.CONNECTION;
            case MONITOR -> io.firehole.history.GroupBy.MONITOR;
        };
    }

    /** Each process numbers its connections from 1: what is not of the latest is told apart. */
    private static Row shown(HistoryRow row, long newestLife) {
        return new Row(
                row.begin(),
                row.life() == newestLife ? row.groupId() : row.groupId() + " of run " + row.life(),
                row.messages(),
                row.errors(),
                row.avgBytes(),
                row.maxLatencyMicros() / 1_000.0);
    }
}
