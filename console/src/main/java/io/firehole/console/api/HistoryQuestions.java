package io.firehole.console.api;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.firehole.console.api.RecentAnswers.Rows;
import io.firehole.console.http.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Has the store of the past be asked seldom, whoever asks: what was answered a moment ago comes from memory, no more than
 * {@link #AT_ONCE} questions are under way, and no more than {@link #PER_MINUTE} are asked a minute. Nobody waits for another: a
 * store that is slow holds up those who ask it, and no others. Any thread, and a virtual one.
 */
public final class HistoryQuestions {

    /** Questions to the store in a minute. */
    static final int PER_MINUTE = 60;

    /** Questions to the store at the same time; the store takes no more itself. */
    static final int AT_ONCE = 3;

    /** For how long an answer is good. */
    static final Duration FRESH = Duration.ofSeconds(10);

    /** For how long it is good enough while the store is busy. */
    static final Duration STALE = Duration.ofMinutes(1);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Asks the store. */
    @FunctionalInterface
    interface Source {
        Rows read(MetricsHistory history) throws IOException;
    }

    private final Optional<MetricsHistory> history;
    private final InstantSource clock;
    private final RecentAnswers recent = new RecentAnswers();
    private final Semaphore room = new Semaphore(AT_ONCE);

    /** Guards the field below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Instant> asked = new ArrayDeque<>();

    /** @param history the store; empty where nothing is kept */
    public HistoryQuestions(Optional<MetricsHistory> history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    /**
     * What is answered.
     *
     * @param question equal to another one if both have the same answer; each resource has a record of its own, so that its questions
     *     are equal to no other's
     * @param shown the question as fields of JSON after others; nothing that a caller wrote and was not looked at
     */
    Reply ask(Record question, String shown, Source source) {
        if (history.isEmpty()) {
            return Reply.problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "no history is kept: this program has no store for it");
        }
        Instant now = clock.instant();
        Optional<Rows> fresh = recent.within(FRESH, question, now);
        if (fresh.isPresent()) {
            return answered(fresh.get(), shown);
        }
        if (!room.tryAcquire()) {
            return recent.within(STALE, question, now)
                    .map(rows -> answered(rows, shown))
                    .orElseGet(HistoryQuestions::busy);
        }
        try {
            Duration wait = admit(now);
            if (wait.isPositive()) {
                return tooMany(wait);
            }
            Rows rows = source.read(history.get());
            recent.keep(question, rows, clock.instant());
            return answered(rows, shown);
        } catch (IOException unreadable) {
            return Reply.problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "the history cannot be read now: " + unreadable.getMessage());
        } finally {
            room.release();
        }
    }

    /** How long to wait before the next question; zero if it is counted and may be asked. */
    private Duration admit(Instant now) {
        lock.lock();
        try {
            while (!asked.isEmpty() && !asked.getFirst().plus(MINUTE).isAfter(now)) {
                asked.removeFirst();
            }
            if (asked.size() == PER_MINUTE) {
                return Duration.between(now, asked.getFirst().plus(MINUTE));
            }
            asked.addLast(now);
            return Duration.ZERO;
        } finally {
            lock.unlock();
        }
    }

    private static Reply answered(Rows rows, String shown) {
        return Reply.text(
                HttpStatus.OK,
                MediaType.JSON_UTF_8,
                "{\"success\":true,\"data\":" + rows.json() + shown + ",\"truncated\":" + rows.truncated() + "}");
    }

    private static Reply busy() {
        return Reply.problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        AT_ONCE + " questions about the past are under way; ask again in 1 s")
                .with(HttpHeaderNames.RETRY_AFTER, "1");
    }

    private static Reply tooMany(Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return Reply.problem(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "more than " + PER_MINUTE + " different questions a minute; ask again in " + seconds + " s")
                .with(HttpHeaderNames.RETRY_AFTER, String.valueOf(seconds));
    }
}
