package io.firehole.history;

import io.firehole.pool.metrics.MetricsSecond;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a pool did, kept and asked for.
 *
 * <p>Any thread. Questions wait for a disk or a database, so they are for threads that may block; each is bounded in time and
 * in rows, and not more than {@link #QUESTIONS_AT_ONCE} are answered at the same time.
 */
public interface History extends Consumer<MetricsSecond>, AutoCloseable {

    /** How many questions the file answers at the same time; others wait for at most two seconds. */
    int QUESTIONS_AT_ONCE = 3;

    /** How far back {@link #series} goes. */
    Period SERIES_MAX = Period.parse("1h");

    /**
     * Keeps a second. Never blocks and never throws: what cannot be kept is counted in {@link #health}.
     *
     * @param second of the clock given to {@link #open}; in the order of time, though one that comes late is kept as well
     */
    @Override
    void accept(MetricsSecond second);

    /**
     * Figures per minute for periods up to a day, per hour beyond.
     *
     * @throws HistoryUnavailableException if they cannot be had now
     */
    HistoryAnswer rows(HistoryQuery query) throws HistoryUnavailableException;

    /**
     * Figures per second, oldest first. Seconds in which nothing happened have no point.
     *
     * @param period up to {@link #SERIES_MAX}
     * @param only one connection or monitor alone; empty for all together
     * @throws IllegalArgumentException if the period is longer
     * @throws HistoryUnavailableException if they cannot be had now
     */
    List<SeriesPoint> series(Period period, Optional<Selection> only) throws HistoryUnavailableException;

    /**
     * The latencies of each connection or monitor over a whole period, by group; at most the {@link #GROUPS_MAX} groups
     * that come first. Those of the last ten seconds may be missing.
     *
     * @param only one connection or monitor alone; empty for all
     * @throws HistoryUnavailableException if they cannot be had now
     */
    List<GroupLatency> latencies(Period period, GroupBy groupBy, Optional<Selection> only)
            throws HistoryUnavailableException;

    /** The most groups of {@link #latencies}. */
    int GROUPS_MAX = 10_000;

    /** By which number rows by connection are known as this process's own. */
    long life();

    /** How it stands. Does not block. */
    HistoryHealth health();

    /** Writes what waits, for at most some seconds, and lets go of the file. Idempotent. */
    @Override
    void close();

    /**
     * Opens the file in the directory of these settings, or one beside it if another process has it, and begins to keep.
     *
     * @throws IOException if no file can be opened there; the message names it and says why
     */
    static History open(HistorySettings settings) throws IOException {
        return KeptHistory.open(settings, HistoryRuntime.system());
    }
}
