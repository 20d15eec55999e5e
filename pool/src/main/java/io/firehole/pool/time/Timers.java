package io.firehole.pool.time;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls back later. Its time and that of the {@link NanoClock} beside it advance alike. */
@FunctionalInterface
public interface Timers {

    /**
     * Runs a task once, on the thread of these timers, not before the delay has passed. Any thread; returns at once.
     *
     * @param delayNanos from now; zero or less means as soon as that thread comes to it, never within this call
     * @param task must not block and must not throw
     */
    Timer after(long delayNanos, Runnable task);

    /** A task that has not run yet. */
    @FunctionalInterface
    interface Timer {

        /** Makes sure that the task does not begin any more, if it has not begun. Idempotent; any thread. */
        void cancel();
    }

    /** Timers that run their tasks on that executor, which stays the caller's to shut down: then nothing runs any more. */
    static Timers on(ScheduledExecutorService executor) {
        return (delayNanos, task) -> {
            try {
                Future<?> scheduled = executor.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            } catch (RejectedExecutionException shutDown) {
                return () -> {};
            }
        };
    }

    /** Timers that wait on virtual threads, one for each task: nothing to start and nothing to shut down. */
    static Timers onVirtualThreads() {
        return (delayNanos, task) -> {
            AtomicBoolean decided = new AtomicBoolean();
            Thread waiting = Thread.ofVirtual().name("firehole-timer").start(() -> {
                try {
                    Thread.sleep(Duration.ofNanos(Math.max(0, delayNanos)));
                } catch (InterruptedException cancelled) {
                    return;
                }
                if (decided.compareAndSet(false, true)) {
                    task.run();
                }
            });
            return () -> {
                if (decided.compareAndSet(false, true)) {
                    waiting.interrupt();
                }
            };
        };
    }
}
