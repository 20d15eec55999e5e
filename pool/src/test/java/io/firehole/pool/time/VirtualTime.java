package io.firehole.pool.time;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock and a thread in one, where hours pass in milliseconds: time jumps from task to task. For one thread, the test's.
 *
 * <p>Tasks due at the same moment run in the order in which they were given.
 */
public final class VirtualTime implements NanoClock, ControlThread {

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.<Task>comparingLong(task -> task.atNanos).thenComparingLong(task -> task.number));
    private long nowNanos;
    private long elapsedNanos;
    private long given;
    private boolean closed;

    /** Time that begins at 0. */
    public VirtualTime() {
        this(0);
    }

    /** Time that begins at that moment: the origin of a {@link NanoClock} means nothing, and it may wrap. */
    public VirtualTime(long startNanos) {
        this.nowNanos = startNanos;
    }

    @Override
    public long nanos() {
        return nowNanos;
    }

    @Override
    public void execute(Runnable task) {
        after(0, task);
    }

    @Override
    public Timer after(long delayNanos, Runnable task) {
        // Kept relative to the start of time, so that a clock that wraps keeps its order.
        Task scheduled = new Task(elapsedNanos + Math.max(0, delayNanos), given++, task);
        if (!closed) {
            tasks.add(scheduled);
        }
        return () -> tasks.remove(scheduled);
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
        tasks.clear();
    }

    /** Runs what is due now, and what that makes due. */
    public void runDue() {
        runForNanos(0);
    }

    /** Lets that much time pass. */
    public void runFor(Duration time) {
        runForNanos(time.toNanos());
    }

    /** Lets that much time pass. */
    public void runForNanos(long nanos) {
        long untilNanos = elapsedNanos + nanos;
        for (Task next = tasks.peek(); next != null && next.atNanos <= untilNanos; next = tasks.peek()) {
            tasks.remove(next);
            advanceTo(next.atNanos);
            next.work.run();
        }
        advanceTo(untilNanos);
    }

    /** Lets time pass while nothing runs, as when a process is stopped. What became due runs afterwards, late. */
    public void stopFor(Duration time) {
        advanceTo(elapsedNanos + time.toNanos());
    }

    private void advanceTo(long nanos) {
        if (nanos > elapsedNanos) {
            nowNanos += nanos - elapsedNanos;
            elapsedNanos = nanos;
        }
    }

    private static final class Task {
        final long atNanos;
        final long number;
        final Runnable work;

        Task(long atNanos, long number, Runnable work) {
            this.atNanos = atNanos;
            this.number = number;
            this.work = work;
        }
    }
}
