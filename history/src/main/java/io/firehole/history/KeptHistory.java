package io.firehole.history;

import io.firehole.pool.metrics.MetricsSecond;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history: a file, who writes it, and perhaps a database and who sends to it. */
final class KeptHistory implements History {

    private static final Logger log = LoggerFactory.getLogger(KeptHistory.class);

    private static final int LIVES_A_MILLISECOND = 1_000;
    private static final long CLOSE_SECONDS_MAX = 5;

    private final HistoryRuntime runtime;
    private final EmbeddedStore store;
    private final Recorder recorder;
    private final Drops drops = new Drops();
    private final long life;
    private final @Nullable HistoryStore database;
    private final @Nullable Forwarder forwarder;
    private final AutoCloseable databasePool;
    private final AtomicBoolean closed = new AtomicBoolean();

    private KeptHistory(
            HistorySettings settings, HistoryRuntime runtime, EmbeddedStore store, @Nullable DatabaseLink link) {
        this.runtime = runtime;
        this.store = store;
        this.life = runtime.clock().millis() * LIVES_A_MILLISECOND
                + runtime.random().nextInt(LIVES_A_MILLISECOND);
        this.recorder = new Recorder(store, settings, runtime, life, drops);
        this.database = link == null ? null : link.store();
        this.databasePool = link == null ? () -> {} : link.pool();
        this.forwarder = link == null ? null : new Forwarder(link.remote(), store, runtime);
    }

    /** The database, as it is asked and as it is sent to, and what to close in the end. */
    record DatabaseLink(HistoryStore store, Remote remote, AutoCloseable pool) {}

    static History open(HistorySettings settings, HistoryRuntime runtime) throws IOException {
        return open(
                settings,
                runtime,
                settings.database().isEmpty() ? null : DatabaseStore.link(settings, runtime.clock()));
    }

    static History open(HistorySettings settings, HistoryRuntime runtime, @Nullable DatabaseLink link)
            throws IOException {
        EmbeddedStore store;
        try {
            store = EmbeddedStore.open(
                    settings.directory(), link != null, runtime.clock().instant());
        } catch (IOException e) {
            runtime.recorder().close();
            runtime.forwarder().close();
            if (link != null) {
                close(link.pool());
            }
            throw e;
        }
        KeptHistory history = new KeptHistory(settings, runtime, store, link);
        history.recorder.start();
        if (history.forwarder != null) {
            history.forwarder.start();
        }
        return history;
    }

    @Override
    public void accept(MetricsSecond second) {
        recorder.accept(second);
    }

    @Override
    public HistoryAnswer rows(HistoryQuery query) throws HistoryUnavailableException {
        Resolution resolution = Resolution.ofRows(query.period());
        TimeRange range = TimeRange.back(query.period(), runtime.clock().instant(), resolution.step());
        return asked(range, resolution, (from, fromDatabase) -> {
            List<HistoryRow> rows = from.rows(resolution, range, query.groupBy(), query.only(), query.limit() + 1);
            boolean truncated = rows.size() > query.limit();
            return new HistoryAnswer(
                    query,
                    resolution.step(),
                    truncated ? rows.subList(0, query.limit()) : rows,
                    truncated,
                    fromDatabase);
        });
    }

    @Override
    public List<SeriesPoint> series(Period period, Optional<Selection> only) throws HistoryUnavailableException {
        if (period.length().compareTo(SERIES_MAX.length()) > 0) {
            throw new IllegalArgumentException("seconds are given for at most " + SERIES_MAX.text());
        }
        TimeRange range = TimeRange.back(period, runtime.clock().instant(), Resolution.SECOND.step());
        try {
            return store.series(range, only);
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public List<GroupLatency> latencies(Period period, GroupBy groupBy, Optional<Selection> only)
            throws HistoryUnavailableException {
        Resolution resolution = Resolution.ofLatencies(period);
        TimeRange range = TimeRange.back(period, runtime.clock().instant(), resolution.step());
        return asked(range, resolution, (from, fromDatabase) -> from.latencies(resolution, range, groupBy, only));
    }

    @Override
    public long life() {
        return life;
    }

    @Override
    public HistoryHealth health() {
        return new HistoryHealth(
                store.file(),
                recorder.waiting(),
                recorder.written(),
                drops.counts(),
                recorder.trouble(),
                Optional.ofNullable(forwarder).map(Forwarder::health));
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        if (forwarder != null) {
            forwarder.stop();
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runnable end = () -> {
            try {
                recorder.end();
            } finally {
                store.close();
                ended.countDown();
            }
        };
        try {
            if (runtime.recorder().isCurrent()) {
                end.run();
            } else {
                runtime.recorder().execute(end);
                if (!ended.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                    log.warn("{} does not take the last rows; they are left", store.file());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            runtime.recorder().close();
            runtime.forwarder().close();
            close(databasePool);
        }
    }

    private static void close(AutoCloseable pool) {
        try {
            pool.close();
        } catch (Exception e) {
            log.debug("The connections to the database did not close in order", e);
        }
    }

    /** Lets go of the file as the end of the process would: nothing more is written. For tests. */
    void letGo() {
        closed.set(true);
        store.close();
    }

    /** Asks the file, or the database if it is well and the file does not go back so far. */
    private <T> T asked(TimeRange range, Resolution resolution, Question<T> question)
            throws HistoryUnavailableException {
        try {
            HistoryStore asked = database;
            if (asked != null && forwarder != null && forwarder.isWell() && !reachesBack(range.from(), resolution)) {
                try {
                    return question.of(asked, true);
                } catch (SQLException e) {
                    log.debug("The database does not answer; the file does", e);
                }
            }
            return question.of(store, false);
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private boolean reachesBack(Instant moment, Resolution resolution) throws SQLException {
        Optional<Instant> oldest = store.oldestMinute();
        return oldest.isPresent() && !oldest.get().isAfter(moment.plus(resolution.step()));
    }

    private static HistoryUnavailableException unavailable(SQLException e) {
        return new HistoryUnavailableException("the history does not answer: " + Forwarder.told(e), e);
    }

    /** What is asked of either store. */
    @FunctionalInterface
    private interface Question<T> {
        T of(HistoryStore store, boolean fromDatabase) throws SQLException;
    }
}
