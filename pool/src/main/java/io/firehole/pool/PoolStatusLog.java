package io.firehole.pool;

import io.firehole.pool.time.Timers;
import io.firehole.pool.time.Timers.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every 10 s how a pool stands: connections healthy and in all, budget left, and the connection of each monitor. Any
 * thread.
 */
public final class PoolStatusLog implements AutoCloseable {

    /** How often it tells. */
    public static final Duration EVERY = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(PoolStatusLog.class);

    private final Supplier<PoolStats> stats;
    private final Timers timers;
    private final Consumer<List<String>> out;
    private final StatusBlock block = new StatusBlock();

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Timer next;
    private boolean closed;

    private PoolStatusLog(Supplier<PoolStats> stats, Timers timers, Consumer<List<String>> out) {
        this.stats = stats;
        this.timers = timers;
        this.out = out;
    }

    /** Tells the log of that pool, until it is closed. */
    public static PoolStatusLog start(Pool pool, Timers timers) {
        return start(pool::stats, timers, lines -> log.info("{}", String.join("\n", lines)));
    }

    /**
     * Tells somebody else.
     *
     * @param stats asked on the timers' thread; may take some milliseconds
     * @param timers say when
     * @param out told on the timers' thread, line by line as {@link StatusBlock} writes them
     */
    public static PoolStatusLog start(Supplier<PoolStats> stats, Timers timers, Consumer<List<String>> out) {
        PoolStatusLog status = new PoolStatusLog(stats, timers, out);
        // The first picture is only what rates are counted from.
        status.block.lines(stats.get());
        status.waitForNext();
        return status;
    }

    private void waitForNext() {
        lock.lock();
        try {
            if (!closed) {
                next = timers.after(EVERY.toNanos(), this::tell);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        try {
            out.accept(block.lines(stats.get()));
        } catch (RuntimeException notTold) {
            log.warn("How the pool stands could not be told", notTold);
        }
        waitForNext();
    }

    /** Tells nothing more. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (next != null) {
                next.cancel();
            }
        } finally {
            lock.unlock();
        }
    }
}
