package io.firehole.pool;

import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import java.time.Duration;
import java.util.PriorityQueue;

/**
 * A world on one thread: everything that is to happen, in the order of its time, and at one time in the order in which it
 * was asked for. It is clock, control thread and event loop of all at once.
 */
final class VirtualTime implements NanoClock, ControlThread {

    private record Task(long atNanos, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime == 0 ? Long.compare(number, other.number) : byTime;
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long nowNanos;
    private long numbers;

    @Override
    public long nanos() {
        return nowNanos;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(new Task(nowNanos, numbers++, task));
    }

    @Override
    public Timer after(long delayNanos, Runnable action) {
        Task task = new Task(nowNanos + Math.max(0, delayNanos), numbers++, action);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    void after(Duration delay, Runnable action) {
        after(delay.toNanos(), action);
    }

    /** Lets that much time pass. */
    void pass(Duration time) {
        long until = nowNanos + time.toNanos();
        while (true) {
            Task next = tasks.peek();
            if (next == null || next.atNanos() > until) {
                nowNanos = until;
                return;
            }
            tasks.remove();
            nowNanos = next.atNanos();
            next.action().run();
        }
    }

    /** Lets happen what is due now. */
    void settle() {
        pass(Duration.ZERO);
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void close() {
        // other parts of the world go on
    }
}
