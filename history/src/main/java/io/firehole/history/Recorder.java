package io.firehole.history;

import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what comes in to the file, and keeps the file in order. All but {@link #accept} and the figures is on its own thread.
 *
 * <p>What the file does not take stays in hand and is tried again; meanwhile others wait in the {@link Intake}, and what finds
 * no room there is counted.
 */
final class Recorder {

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    private static final Duration ROLL_UP_EVERY = Duration.ofSeconds(5);
    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

    /** While there is more to forget. */
    private static final Duration FORGET_ON = Duration.ofMillis(200);

    /** So many rows are written in one transaction, or those of one second if it has more. */
    private static final int BATCH_ROWS = 5_000;

    private final EmbeddedStore store;
    private final HistorySettings settings;
    private final HistoryRuntime runtime;
    private final long life;
    private final Drops drops;
    private final Intake intake;
    private final Attempts attempts;
    private final LatencyFold fold = new LatencyFold();
    private final AtomicBoolean due = new AtomicBoolean();
    private final AtomicLong written = new AtomicLong();

    private @Nullable Batch inHand;
    private Instant latest = Instant.MIN;
    private boolean rolledUp; // an earlier life may have left minutes behind

    /** Set by the recorder's thread alone. */
    private volatile @Nullable String trouble;

    private volatile boolean closed;

    Recorder(EmbeddedStore store, HistorySettings settings, HistoryRuntime runtime, long life, Drops drops) {
        this.store = store;
        this.settings = settings;
        this.runtime = runtime;
        this.life = life;
        this.drops = drops;
        this.intake = new Intake(settings.queueRows());
        this.attempts = new Attempts(runtime.random());
    }

    void start() {
        every(ROLL_UP_EVERY, this::rollUp);
        every(FORGET_EVERY, this::forget);
        due.set(true);
        runtime.recorder().execute(this::write);
    }

    /** Any thread; never waits. */
    void accept(MetricsSecond second) {
        if (closed) {
            drop(DropReason.CLOSED, second.streams().size());
        } else if (!intake.offer(second)) {
            drop(DropReason.QUEUE_FULL, second.streams().size());
        } else if (due.compareAndSet(false, true)) {
            runtime.recorder().execute(this::write);
        }
    }

    /** Any thread. */
    long waiting() {
        return intake.rows();
    }

    /** Any thread. */
    long written() {
        return written.get();
    }

    /** Why the file takes nothing at the moment. Any thread. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** Writes what is there and what is folded; counts what the file does not take now. The last thing it does. */
    void end() {
        closed = true;
        try {
            do {
                writeAll();
                inHand = new Batch(List.of(), fold.end());
                writeInHand();
            } while (intake.peek() != null);
            while (store.rollUpStale()) {
                log.trace("Rolling up the last minutes");
            }
        } catch (SQLException e) {
            log.warn("The end of the history could not be written: {}", e.getMessage());
        }
        Batch left = inHand;
        drop(DropReason.CLOSED, intake.rows() + (left == null ? 0 : left.rows()));
    }

    private void write() {
        try {
            do {
                writeAll();
                due.set(false);
                // What came in between did not ask for another turn.
            } while (intake.peek() != null && due.compareAndSet(false, true));
            attempts.worked();
            if (trouble != null) {
                log.info("{} takes rows again", store.file());
                trouble = null;
            }
        } catch (SQLException | RuntimeException e) {
            failed(e);
            runtime.recorder().after(attempts.failedNanos(), this::write);
        }
    }

    private void failed(Exception e) {
        String told = String.valueOf(e.getMessage());
        if (trouble == null) {
            log.warn("{} takes no rows: {}; they wait, {} of them at most", store.file(), told, settings.queueRows());
        }
        trouble = told;
    }

    private void writeAll() throws SQLException {
        writeInHand();
        while (intake.peek() != null) {
            inHand = nextBatch();
            writeInHand();
        }
    }

    private void writeInHand() throws SQLException {
        Batch batch = inHand;
        if (batch != null) {
            if (!batch.isEmpty()) {
                int fresh = store.write(batch);
                written.addAndGet(fresh);
                drop(DropReason.SAME_SECOND, batch.rows() - fresh);
                rolledUp = false;
            }
            inHand = null;
        }
    }

    private Batch nextBatch() throws SQLException {
        List<SecondRow> seconds = new ArrayList<>();
        List<LatencyRow> latencies = new ArrayList<>();
        Instant keptFrom = store.keptFrom();
        for (MetricsSecond next = intake.peek(); next != null && seconds.size() < BATCH_ROWS; next = intake.peek()) {
            boolean late = !next.begin().isAfter(latest) || next.begin().isBefore(keptFrom);
            if (late && !(seconds.isEmpty() && latencies.isEmpty())) {
                break; // what it may be a repetition of is written first
            }
            List<Known> kept = late ? notTooLate(next, keptFrom) : known(next);
            latencies.addAll(fold.turnTo(next.begin()));
            for (Known row : kept) {
                seconds.add(row.row());
                fold.add(next.begin(), row.row().stream(), row.of());
            }
            latest = late ? latest : next.begin();
            intake.remove();
        }
        return new Batch(seconds, latencies);
    }

    private record Known(SecondRow row, StreamSecond of) {}

    private List<Known> known(MetricsSecond second) {
        List<Known> rows = new ArrayList<>(second.streams().size());
        for (StreamSecond stream : second.streams()) {
            rows.add(new Known(SecondRow.of(second.begin(), settings.instance(), life, stream), stream));
        }
        return rows;
    }

    /** Of a second that is not the newest: what is not there yet and can still be counted in its minute. */
    private List<Known> notTooLate(MetricsSecond second, Instant keptFrom) throws SQLException {
        Instant oldest = runtime.clock().instant().minus(settings.retentionRaw());
        if (second.begin().isBefore(keptFrom.isAfter(oldest) ? keptFrom : oldest)) {
            drop(DropReason.TOO_LATE, second.streams().size());
            return List.of();
        }
        List<Known> rows = new ArrayList<>();
        for (Known known : known(second)) {
            if (store.has(known.row())) {
                drop(DropReason.SAME_SECOND, 1);
            } else {
                rows.add(known);
            }
        }
        return rows;
    }

    private void rollUp() throws SQLException {
        Instant now = runtime.clock().instant();
        if (inHand == null) {
            List<LatencyRow> over = fold.endBefore(now.minus(LatencyFold.SPAN));
            inHand = over.isEmpty() ? null : new Batch(List.of(), over);
            writeInHand();
        }
        if (!rolledUp) {
            rolledUp = !store.rollUpStale();
        }
    }

    private void forget() throws SQLException {
        if (!rolledUp) {
            rollUp();
        }
        if (!rolledUp) {
            runtime.recorder().after(FORGET_ON.toNanos(), () -> guarded(this::forget));
            return;
        }
        Instant now = runtime.clock().instant();
        boolean more = store.forget(now.minus(settings.retentionRaw()), now.minus(settings.retentionRollup()));
        more |= store.shrink(settings.bytesMax(), now);
        drop(DropReason.NOT_FORWARDED, store.retention().takeNotForwarded());
        drop(DropReason.FILE_FULL, store.retention().takeTooEarly());
        if (more) {
            runtime.recorder().after(FORGET_ON.toNanos(), () -> guarded(this::forget));
        }
    }

    private void drop(DropReason reason, long rows) {
        if (drops.add(reason, rows)) {
            log.warn("History not kept ({}): {} rows; further ones are only counted", reason.word(), rows);
        }
    }

    private void every(Duration time, Chore chore) {
        runtime.recorder().after(time.toNanos(), () -> {
            guarded(chore);
            every(time, chore);
        });
    }

    private void guarded(Chore chore) {
        if (closed) {
            return;
        }
        try {
            chore.run();
        } catch (SQLException | RuntimeException e) {
            failed(e);
        }
    }

    /** What is done now and then. */
    @FunctionalInterface
    private interface Chore {
        void run() throws SQLException;
    }
}
