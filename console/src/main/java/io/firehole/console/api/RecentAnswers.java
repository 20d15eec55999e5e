package io.firehole.console.api;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the history answered lately, so that many who ask the same cost as much as one. Not more than {@link #ANSWERS_MAX} answers
 * and {@link #CHARS_MAX} of their text are kept: the oldest goes first. Any thread; nothing waits.
 */
final class RecentAnswers {

    /** Answers kept. */
    static final int ANSWERS_MAX = 8;

    /** Their text together, in characters; one that is longer by itself is not kept. */
    static final int CHARS_MAX = 8 << 20;

    /**
     * An answer.
     *
     * @param json its rows, as a list
     * @param truncated whether there are more
     */
    record Rows(String json, boolean truncated) {}

    private record Kept(Instant at, Rows rows) {}

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Record, Kept> byQuestion = new LinkedHashMap<>();
    private long chars;

    /** @param question equal to another one if both have the same answer */
    void keep(Record question, Rows rows, Instant at) {
        lock.lock();
        try {
            forget(question);
            if (rows.json().length() > CHARS_MAX) {
                return;
            }
            byQuestion.put(question, new Kept(at, rows));
            chars += rows.json().length();
            while (byQuestion.size() > ANSWERS_MAX || chars > CHARS_MAX) {
                forget(byQuestion.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was answered to that question; empty if that is longer ago, or is not kept. */
    Optional<Rows> within(Duration age, Record question, Instant now) {
        lock.lock();
        try {
            return Optional.ofNullable(byQuestion.get(question))
                    .filter(kept -> !kept.at().plus(age).isBefore(now))
                    .map(Kept::rows);
        } finally {
            lock.unlock();
        }
    }

    private void forget(Record question) {
        Kept gone = byQuestion.remove(question);
        if (gone != null) {
            chars -= gone.rows().json().length();
        }
    }
}
