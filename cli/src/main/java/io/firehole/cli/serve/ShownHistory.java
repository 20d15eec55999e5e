package io.firehole.cli.serve;

import io.firehole.console.api.MetricsHistory;
import io.firehole.history.History;
import io.firehole.history.HistoryAnswer;
import io.firehole.history.HistoryQuery;
import io.firehole.history.HistoryRow;
import io.firehole.history.HistoryUnavailableException;
import io.firehole.history.Period;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A history as the console asks for it. Any thread; may wait for a disk or a database. */
record ShownHistory(History history) implements MetricsHistory {

    @Override
    public Answer read(Duration period, GroupBy groupBy, int rowsMax) throws IOException {
        HistoryQuery query = new HistoryQuery(new Period(period), by(groupBy), Optional.empty(), rowsMax);
        try {
            HistoryAnswer answer = history.rows(query);
            return new Answer(
                    answer.rows().stream().map(row -> shown(row, groupBy)).toList(), answer.truncated());
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

    /** Each process numbers its connections from 1: those that are not of this one are told apart. */
    private Row shown(HistoryRow row, GroupBy groupBy) {
        boolean own = groupBy == GroupBy.MONITOR || row.life() == history.life();
        return new Row(
                row.begin(),
                own ? row.groupId() : row.groupId() + " of run " + row.life(),
                row.messages(),
                row.errors(),
                row.avgBytes(),
                row.maxLatencyMicros() / 1_000.0);
    }
}
