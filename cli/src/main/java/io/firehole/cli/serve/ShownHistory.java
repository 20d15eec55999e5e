package io.firehole.cli.serve;

import io.firehole.console.api.MetricsHistory;
import io.firehole.console.live.HistoryStanding;
import io.firehole.history.DropReason;
import io.firehole.history.History;
import io.firehole.history.HistoryAnswer;
import io.firehole.history.HistoryHealth;
import io.firehole.history.HistoryQuery;
import io.firehole.history.HistoryRow;
import io.firehole.history.HistoryUnavailableException;
import io.firehole.history.Period;
import io.firehole.history.Selection;
import io.firehole.history.SeriesPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A history as the console asks for it. Any thread; may wait for a disk or a database. */
record ShownHistory(History history) implements MetricsHistory {

    private static final double MICROS_PER_MILLI = 1_000;

    @Override
    public Page read(Duration period, GroupBy groupBy, int rowsMax) throws IOException {
        HistoryQuery query = new HistoryQuery(new Period(period), by(groupBy), Optional.empty(), rowsMax);
        try {
            HistoryAnswer answer = history.rows(query);
            return new Page(
                    answer.rows().stream().map(row -> shown(row, groupBy)).toList(), answer.truncated());
        } catch (HistoryUnavailableException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public List<Second> seconds(Duration period, Optional<Only> only) throws IOException {
        try {
            return history.series(new Period(period), only.map(one -> new Selection(by(one.by()), one.id()))).stream()
                    .map(ShownHistory::shown)
                    .toList();
        } catch (HistoryUnavailableException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public List<Latencies> latencies(Duration period, GroupBy groupBy) throws IOException {
        try {
            return history.latencies(new Period(period), by(groupBy), Optional.empty()).stream()
                    .map(group -> new Latencies(name(group.groupId(), group.life(), groupBy), group.buckets()))
                    .toList();
        } catch (HistoryUnavailableException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public HistoryStanding standing() {
        HistoryHealth health = history.health();
        Map<String, Long> dropped = new LinkedHashMap<>();
        for (DropReason reason : DropReason.values()) {
            dropped.put(reason.word(), health.dropped().getOrDefault(reason, 0L));
        }
        return new HistoryStanding(
                history.life(),
                health.file().toString(),
                health.waiting(),
                health.written(),
                dropped,
                health.fileTrouble(),
                health.database()
                        .map(one -> new HistoryStanding.Database(
                                one.place(),
                                one.edition(),
                                one.unsentSeconds(),
                                one.oldestUnsent(),
                                one.sent(),
                                one.alreadyThere(),
                                one.trouble(),
                                one.remarks())));
    }

    private static io.firehole.history.GroupBy by(GroupBy groupBy) {
        return switch (groupBy) {
            case CONNECTION -> io.firehole.history.GroupBy.CONNECTION;
            case MONITOR -> io.firehole.history.GroupBy.MONITOR;
        };
    }

    private Row shown(HistoryRow row, GroupBy groupBy) {
        return new Row(
                row.begin(),
                name(row.groupId(), row.life(), groupBy),
                row.messages(),
                row.errors(),
                row.avgBytes(),
                row.maxLatencyMicros() / MICROS_PER_MILLI);
    }

    /** Each process numbers its connections from 1: those that are not of this one are told apart. */
    private String name(String id, long life, GroupBy groupBy) {
        boolean own = groupBy == GroupBy.MONITOR || life == history.life();
        return own ? id : id + " of run " + life;
    }

    private static Second shown(SeriesPoint point) {
        return new Second(
                point.second(),
                point.messages(),
                point.bytes(),
                point.errors(),
                point.dropped(),
                point.latencyCount() == 0
                        ? 0
                        : Math.round((double) point.latencySumMicros() / point.latencyCount()) / MICROS_PER_MILLI,
                point.maxLatencyMicros() / MICROS_PER_MILLI,
                point.worstP99Micros() / MICROS_PER_MILLI);
    }
}
