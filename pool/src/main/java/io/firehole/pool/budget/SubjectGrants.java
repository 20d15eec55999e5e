package io.firehole.pool.budget;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * How many permits each asker had lately, so that one that flaps cannot eat what others need.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class SubjectGrants {

    /** Permits one asker gets in {@link #WINDOW}. */
    static final int MAX = 6;

    static final Duration WINDOW = Duration.ofSeconds(60);

    private static final long WINDOW_NANOS = WINDOW.toNanos();

    private final Map<Long, Deque<Long>> bySubject = new HashMap<>();

    /** The same grants of all, oldest first: nothing is remembered longer than a window. */
    private final Deque<Grant> all = new ArrayDeque<>();

    private record Grant(long subject, long atNanos) {}

    void add(long subject, long nowNanos) {
        forget(nowNanos);
        bySubject.computeIfAbsent(subject, unused -> new ArrayDeque<>()).addLast(nowNanos);
        all.addLast(new Grant(subject, nowNanos));
    }

    /** The last one of it was not given after all. */
    void undo(long subject, long atNanos) {
        Deque<Long> grants = bySubject.get(subject);
        if (grants != null && all.removeLastOccurrence(new Grant(subject, atNanos))) {
            grants.removeLastOccurrence(atNanos);
            if (grants.isEmpty()) {
                bySubject.remove(subject);
            }
        }
    }

    /** How long until it may have another; 0 if now. */
    long cappedForNanos(long subject, long nowNanos) {
        forget(nowNanos);
        Deque<Long> grants = bySubject.get(subject);
        if (grants == null || grants.size() < MAX) {
            return 0;
        }
        return grants.getFirst() + WINDOW_NANOS - nowNanos;
    }

    /** Whether it had one within the window. */
    boolean hadOne(long subject, long nowNanos) {
        forget(nowNanos);
        return bySubject.containsKey(subject);
    }

    private void forget(long nowNanos) {
        for (Grant oldest = all.peekFirst();
                oldest != null && nowNanos - oldest.atNanos >= WINDOW_NANOS;
                oldest = all.peekFirst()) {
            all.removeFirst();
            Deque<Long> grants = bySubject.get(oldest.subject);
            if (grants != null) {
                grants.pollFirst();
                if (grants.isEmpty()) {
                    bySubject.remove(oldest.subject);
                }
            }
        }
    }
}
