package io.firehole.history;

import io.firehole.history.HistoryHealth.DatabaseHealth;
import io.firehole.history.Outbox.Backlog;
import io.firehole.history.Outbox.Shipment;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to the database what the file has and the database has not. Its own thread, but for the steps that say otherwise.
 *
 * <p>In turns: {@link #turn} makes sure of the database, {@link #fetch} takes the next rows out of the file, {@link #ship} sends
 * them, {@link #done} crosses them off. If the process ends between the last two they are sent again, and are there already.
 * A failure of these is followed by a pause and another turn. Upkeep of the database and rollups there may fail by themselves:
 * rows are sent all the same, and the health says what is behind.
 */
final class Forwarder {

    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);

    private static final Duration TURN_EVERY = Duration.ofSeconds(1);
    private static final Duration REFRESH_EVERY = Duration.ofSeconds(5);
    private static final Duration MAINTAIN_EVERY = Duration.ofMinutes(1);

    private final Remote remote;
    private final EmbeddedStore file;
    private final HistoryRuntime runtime;
    private final Attempts attempts;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong alreadyThere = new AtomicLong();

    private final Attempts refreshes;

    private Instant refreshNotBefore = Instant.MIN;
    private Instant maintainedAt = Instant.MIN;
    private boolean prepared;

    /** Set by this thread alone. */
    private volatile @Nullable String trouble = "it has not been reached yet";

    /** What failed beside sending. Set by this thread alone. */
    private volatile @Nullable String neglected;

    private volatile @Nullable String notRefreshed;

    /** Set by the recorder's thread alone. */
    private volatile Backlog backlog = Backlog.NONE;

    private volatile boolean closed;

    Forwarder(Remote remote, EmbeddedStore file, HistoryRuntime runtime) {
        this.remote = remote;
        this.file = file;
        this.runtime = runtime;
        this.attempts = new Attempts(runtime.random());
        this.refreshes = new Attempts(runtime.random());
    }

    void start() {
        runtime.forwarder().execute(this::turn);
    }

    /** Begins nothing more. Any thread. */
    void stop() {
        closed = true;
    }

    /** Whether the database answers. Any thread. */
    boolean isWell() {
        return trouble == null;
    }

    /** Any thread. */
    DatabaseHealth health() {
        return new DatabaseHealth(
                remote.place(),
                remote.edition(),
                backlog.entries(),
                backlog.oldest(),
                sent.get(),
                alreadyThere.get(),
                Optional.ofNullable(trouble),
                remarks());
    }

    private List<String> remarks() {
        List<String> all = new ArrayList<>(remote.remarks());
        String upkeep = neglected;
        if (upkeep != null) {
            all.add("rows are sent, but the database's upkeep failed and is tried again: " + upkeep);
        }
        String rollups = notRefreshed;
        if (rollups != null) {
            all.add("rows are sent, but some minutes and hours there are behind and are made later: " + rollups);
        }
        return all;
    }

    private void turn() {
        if (closed) {
            return;
        }
        try {
            if (!prepared) {
                remote.prepare();
                prepared = true;
            }
        } catch (SQLException | RuntimeException e) {
            failed(e);
            runtime.recorder().execute(this::look);
            return;
        }
        maintain();
        runtime.recorder().execute(this::fetch);
    }

    /** What goes wrong here waits for the next time: sending must not wait for it. */
    private void maintain() {
        Instant now = runtime.clock().instant();
        if (now.isBefore(maintainedAt.plus(MAINTAIN_EVERY))) {
            return;
        }
        try {
            remote.maintain(now);
            neglected = null;
        } catch (SQLException | RuntimeException e) {
            if (neglected == null) {
                log.warn("The upkeep of {} failed: {}; rows are sent all the same", remote.place(), told(e));
            }
            neglected = told(e);
        } finally {
            // However long it took, rows have a minute before the next time.
            maintainedAt = runtime.clock().instant();
        }
    }

    /** On the recorder's thread. */
    private void fetch() {
        try {
            Shipment next = file.nextShipment();
            backlog = next.backlog();
            runtime.forwarder().execute(() -> ship(next));
        } catch (SQLException | RuntimeException e) {
            runtime.forwarder().execute(() -> failed(e));
        }
    }

    /** On the recorder's thread: how much waits, while nothing can be sent. */
    private void look() {
        try {
            backlog = file.backlog();
        } catch (SQLException | RuntimeException e) {
            log.debug("What waits for the database cannot be counted", e);
        }
    }

    private void ship(Shipment shipment) {
        Instant now = runtime.clock().instant();
        Set<Instant> toRefresh = new TreeSet<>();
        try {
            Batch batch = shipment.batch();
            if (!batch.isEmpty()) {
                int fresh = remote.write(batch);
                sent.addAndGet(fresh);
                alreadyThere.addAndGet(batch.rows() - fresh);
                batch.seconds().forEach(row -> mark(row.second(), now, toRefresh));
                batch.latencies().forEach(row -> mark(row.first(), now, toRefresh));
            }
        } catch (SQLException | RuntimeException e) {
            failed(e);
            return;
        }
        boolean refreshed = shipment.refresh().isPresent()
                && !now.isBefore(refreshNotBefore)
                && refresh(shipment.refresh().get());
        if (attempts.worked() || trouble != null) {
            log.info("History goes to {} ({})", remote.place(), remote.edition().orElse("unknown"));
            trouble = null;
        }
        runtime.recorder().execute(() -> done(shipment, refreshed, toRefresh));
    }

    /** Whether it could be done; if not, its minutes stay written down, and what was sent is not sent again for that. */
    private boolean refresh(TimeRange range) {
        try {
            remote.rollUp(range);
            refreshNotBefore = runtime.clock().instant().plus(REFRESH_EVERY);
            refreshes.worked();
            notRefreshed = null;
            return true;
        } catch (SQLException | RuntimeException e) {
            refreshNotBefore = runtime.clock().instant().plusNanos(refreshes.failedNanos());
            if (refreshes.isFirst()) {
                log.warn("Minutes of {} cannot be made now: {}; rows are sent all the same", remote.place(), told(e));
            }
            notRefreshed = told(e);
            return false;
        }
    }

    private void mark(Instant second, Instant now, Set<Instant> toRefresh) {
        if (remote.needsRollUp(second, now)) {
            toRefresh.add(TimeRange.floor(second, Resolution.MINUTE.step()));
        }
    }

    /** On the recorder's thread. */
    private void done(Shipment shipment, boolean refreshed, Set<Instant> toRefresh) {
        try {
            file.shipped(shipment, refreshed, toRefresh);
            boolean more = shipment.batch().rows() >= Outbox.ROWS;
            if (!closed) {
                runtime.forwarder().after(more ? 0 : TURN_EVERY.toNanos(), this::turn);
            }
        } catch (SQLException | RuntimeException e) {
            runtime.forwarder().execute(() -> failed(e));
        }
    }

    private void failed(Exception e) {
        String told = told(e);
        log.debug("History does not go to {}", remote.place(), e);
        long pause = attempts.failedNanos();
        if (attempts.isFirst()) {
            log.warn("History does not go to {}: {}; it waits in the file meanwhile", remote.place(), told);
        }
        trouble = told;
        if (!closed) {
            runtime.forwarder().after(pause, this::turn);
        }
    }

    /** The innermost reason, one line of it. */
    static String told(Throwable failure) {
        Throwable inner = failure;
        for (int depth = 0; inner.getCause() != null && depth < 8; depth++) {
            inner = inner.getCause();
        }
        String message = inner.getMessage();
        return message == null
                ? inner.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }
}
