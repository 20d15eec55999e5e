package io.firehole.pool.time;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread that runs what it is given in order, now or later. What it owns needs no lock. */
public interface ControlThread extends Timers, AutoCloseable {

    /** Runs a task as soon as the thread comes to it, never within this call. Any thread; ignored once closed. */
    void execute(Runnable task);

    /** Whether the caller is on this thread. */
    boolean isCurrent();

    /** Runs nothing more, and ends the thread when the task it is at is done. Idempotent; any thread. */
    @Override
    void close();

    /** Starts a daemon thread of that name. */
    static ControlThread start(String name) {
        Thread[] thread = new Thread[1];
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            thread[0] = made;
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.prestartCoreThread();
        return new ControlThread() {
            @Override
            public void execute(Runnable task) {
                try {
                    executor.execute(task);
                } catch (RejectedExecutionException closed) {
                    // closed: as documented, ignored
                }
            }

            @Override
            public Timer after(long delayNanos, Runnable task) {
                try {
                    var scheduled = executor.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
                    return () -> scheduled.cancel(false);
                } catch (RejectedExecutionException closed) {
                    return () -> {};
                }
            }

            @Override
            public boolean isCurrent() {
                return Thread.currentThread().equals(thread[0]);
            }

            @Override
            public void close() {
                executor.shutdown();
            }
        };
    }
}
