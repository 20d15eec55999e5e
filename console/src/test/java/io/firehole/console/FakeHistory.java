package io.firehole.console;

import io.firehole.console.api.MetricsHistory;
import io.firehole.console.live.HistoryStanding;
import io.firehole.pool.metrics.LatencyBuckets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A history with one row for each question, that stands as a test says. */
class FakeHistory implements MetricsHistory {

    private static final Row ROW = new Row(Instant.EPOCH, "7", 10, 1, 512.5, 3.25);

    volatile HistoryStanding standing = standing(Map.of(), Optional.empty(), Optional.empty());

    static HistoryStanding standing(
            Map<String, Long> dropped, Optional<String> trouble, Optional<HistoryStanding.Database> database) {
        Map<String, Long> all = new LinkedHashMap<>(Map.of("queue-full", 0L));
        all.putAll(dropped);
        return new HistoryStanding(1_234, "/var/lib/firehole/history.db", 3, 1_000, all, trouble, database);
    }

    static HistoryStanding.Database database(Optional<String> trouble) {
        return new HistoryStanding.Database(
                "jdbc:postgresql://db/firehole",
                Optional.of("TimescaleDB"),
                12,
                Optional.of(Instant.EPOCH),
                900,
                0,
                trouble,
                List.of("a remark"));
    }

    @Override
    public Page read(Duration period, GroupBy groupBy, int rowsMax) throws IOException {
        return new Page(List.of(ROW), false);
    }

    @Override
    public List<Second> seconds(Duration period, Optional<Only> only) throws IOException {
        return List.of(new Second(
                Instant.EPOCH,
                only.map(one -> one.by() == GroupBy.CONNECTION ? 1L : 2L).orElse(3L),
                2_048,
                1,
                0,
                0.75,
                3.25,
                2.5));
    }

    @Override
    public List<Latencies> latencies(Duration period, GroupBy groupBy) throws IOException {
        long[] counts = new long[LatencyBuckets.SIZE];
        counts[LatencyBuckets.indexOf(100)] = 98;
        counts[LatencyBuckets.indexOf(1_000_000)] = 2;
        return List.of(new Latencies("7", LatencyBuckets.of(counts)));
    }

    @Override
    public HistoryStanding standing() {
        return standing;
    }
}
