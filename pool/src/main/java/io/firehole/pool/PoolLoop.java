package io.firehole.pool;

import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.Timers;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How other threads reach a pool's control thread.
 *
 * <p>Commands from outside are bounded: beyond the limit they are refused and counted. What the pool's own parts have to
 * say goes by {@link Signal}, of which each part has a fixed number and each is in the queue at most once, so that it
 * never needs to be refused.
 */
final class PoolLoop {

    private static final Logger log = LoggerFactory.getLogger(PoolLoop.class);

    private final ControlThread thread;
    private final int commandsMax;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    private volatile boolean closed;

    PoolLoop(ControlThread thread, int commandsMax) {
        this.thread = thread;
        this.commandsMax = commandsMax;
    }

    /** Runs a command soon; false if too many wait. Any thread. */
    boolean submit(Runnable command) {
        if (waiting.incrementAndGet() > commandsMax) {
            waiting.decrementAndGet();
            refused.increment();
            return false;
        }
        thread.execute(() -> {
            waiting.decrementAndGet();
            guarded(command);
        });
        return true;
    }

    /** Something that is to be done again whenever it is raised. */
    Signal signal(Runnable action) {
        return new Signal(action);
    }

    /** Runs a task later. Control thread. */
    Timers.Timer after(long delayNanos, Runnable task) {
        return thread.after(delayNanos, () -> guarded(task));
    }

    /** Whether the caller is on the control thread. */
    boolean isCurrent() {
        return thread.isCurrent();
    }

    /** Commands refused so far. Any thread. */
    long refused() {
        return refused.sum();
    }

    int commandsMax() {
        return commandsMax;
    }

    /** Nothing runs any more but what runs now. */
    void close() {
        closed = true;
        thread.close();
    }

    private void guarded(Runnable task) {
        if (closed) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | AssertionError broken) {
            log.error("A task of the pool's control thread failed; the pool goes on", broken);
        }
    }

    /** An action of the control thread; raising it twice before it ran runs it once. */
    final class Signal {

        private final Runnable action;
        private final AtomicBoolean raised = new AtomicBoolean();

        private Signal(Runnable action) {
            this.action = action;
        }

        /** Any thread. What was written before is seen by the action. */
        void raise() {
            if (!raised.get() && raised.compareAndSet(false, true)) {
                thread.execute(() -> {
                    raised.set(false);
                    guarded(action);
                });
            }
        }
    }
}
