package io.firehole.pool.spill;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs tasks on an executor, but only a few at a time: each reads or writes a file and holds memory for that. The others wait
 * in the order in which they came; there is at most one for each mailbox. Any thread.
 */
public final class Movers implements Executor {

    private final Executor executor;
    private final int atOnce;

    // Guarded by this.
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /**
     * @param executor where tasks may block
     * @param atOnce how many run at a time, at most
     */
    public Movers(Executor executor, int atOnce) {
        this.executor = executor;
        this.atOnce = atOnce;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            waiting.add(task);
            if (running == atOnce) {
                return;
            }
            running++;
        }
        begin();
    }

    private void begin() {
        try {
            executor.execute(this::runOne);
        } catch (RejectedExecutionException refused) {
            synchronized (this) {
                running--;
                waiting.clear();
            }
            throw refused;
        }
    }

    private void runOne() {
        Runnable task;
        synchronized (this) {
            task = waiting.poll();
        }
        try {
            if (task != null) {
                task.run();
            }
        } finally {
            boolean more;
            synchronized (this) {
                more = !waiting.isEmpty();
                running -= more ? 0 : 1;
            }
            if (more) {
                begin();
            }
        }
    }
}
