package io.firehole.pool.routing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest messages of the provider that are no update: when they came, how long they were, and what is wrong; not what they say. Any thread. */
public final class UnroutableMessages {

    /** How many are kept; all are counted elsewhere. */
    public static final int KEPT = 100;

    private final Deque<Message> latest = new ArrayDeque<>();

    /**
     * One of them.
     *
     * @param atNanos when it came, by the pool's clock
     * @param length in bytes
     * @param why it could not be read, without its content
     */
    public record Message(long atNanos, int length, String why) {}

    synchronized void add(Message message) {
        if (latest.size() == KEPT) {
            latest.removeFirst();
        }
        latest.addLast(message);
    }

    /** Oldest first. */
    public synchronized List<Message> latest() {
        return List.copyOf(latest);
    }
}
