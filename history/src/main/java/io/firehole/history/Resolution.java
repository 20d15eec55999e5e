package io.firehole.history;

import java.time.Duration;

/** Where figures of a given fineness are: the same names in the file and in the database. */
enum Resolution {
    SECOND(Duration.ofSeconds(1), "grpc_pool_metrics", "ts", "grpc_pool_latency"),
    MINUTE(Duration.ofMinutes(1), "grpc_metrics_1m", "minute", "grpc_latency_1m"),
    HOUR(Duration.ofHours(1), "grpc_metrics_1h", "hour", "grpc_latency_1h");

    private static final Duration BY_MINUTE_MAX = Duration.ofDays(1);
    private static final Duration LATENCY_BY_SECOND_MAX = Duration.ofHours(1);

    private final Duration step;
    private final String metrics;
    private final String column;
    private final String latency;

    Resolution(Duration step, String metrics, String column, String latency) {
        this.step = step;
        this.metrics = metrics;
        this.column = column;
        this.latency = latency;
    }

    /** In which the rows of a period are given. */
    static Resolution ofRows(Period period) {
        return period.length().compareTo(BY_MINUTE_MAX) <= 0 ? MINUTE : HOUR;
    }

    /** From which the latencies of a whole period are added up. */
    static Resolution ofLatencies(Period period) {
        return period.length().compareTo(LATENCY_BY_SECOND_MAX) <= 0 ? SECOND : ofRows(period);
    }

    Duration step() {
        return step;
    }

    /** The relation with the counts. */
    String metrics() {
        return metrics;
    }

    /** The column with the time, in both relations. */
    String column() {
        return column;
    }

    /** The relation with the latencies in buckets. */
    String latency() {
        return latency;
    }
}
