package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.api.MetricsHistory.GroupBy;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of the past. What was asked a moment ago is answered from memory; the store is asked one question at a time, and not
 * more than {@link #QUESTIONS_PER_MINUTE} a minute, whoever asks.
 */
public final class HistoryResource implements Resource {

    /** How far back the longest question goes. */
    static final Duration PERIOD_MAX = Duration.ofDays(90);

    /** Rows of one answer. */
    static final int ROWS_MAX = 10_000;

    /** Questions to the store. */
    static final int QUESTIONS_PER_MINUTE = 60;

    /** Answers remembered. */
    static final int REMEMBERED_MAX = 64;

    /** For how long an answer is good. */
    static final Duration FRESH = Duration.ofSeconds(10);

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Pattern PERIOD_WRITTEN = Pattern.compile("(\\d{1,7})([smhd])");

    private record Asked(Duration period, GroupBy groupBy) {}

    private record Remembered(Instant at, ArrayNode rows) {}

    private final Optional<MetricsHistory> history;
    private final InstantSource clock;

    /** Guards the fields below, and lets one question at a time through to the store. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Asked, Remembered> remembered = new LinkedHashMap<>(REMEMBERED_MAX, 0.75f, true);
    private final ArrayDeque<Instant> asked = new ArrayDeque<>();

    /** @param history empty where nothing is kept */
    public HistoryResource(Optional<MetricsHistory> history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("period", "group_by");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        String writtenPeriod = query.text("period").orElse("30m");
        Duration period = period(writtenPeriod);
        GroupBy groupBy = groupBy(query.text("group_by").orElse("connection"));
        if (history.isEmpty()) {
            return Reply.problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "no history is kept: this program has no store for it");
        }
        lock.lock();
        try {
            Asked question = new Asked(period, groupBy);
            Instant now = clock.instant();
            Remembered known = remembered.get(question);
            if (known == null || known.at().plus(FRESH).isBefore(now)) {
                while (!asked.isEmpty() && !asked.getFirst().plus(MINUTE).isAfter(now)) {
                    asked.removeFirst();
                }
                if (asked.size() == QUESTIONS_PER_MINUTE) {
                    return tooMany(Duration.between(now, asked.getFirst().plus(MINUTE)));
                }
                asked.addLast(now);
                known = new Remembered(now, rows(history.get(), question));
                remembered.put(question, known);
                if (remembered.size() > REMEMBERED_MAX) {
                    remembered.remove(remembered.keySet().iterator().next());
                }
            }
            ObjectNode answer = Reply.enveloped(known.rows());
            answer.put("period", writtenPeriod).put("group_by", groupBy.name().toLowerCase(Locale.ROOT));
            return Reply.document(
                    HttpStatus.OK, answer.put("truncated", known.rows().size() == ROWS_MAX));
        } catch (IOException unreadable) {
            return Reply.problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "the history cannot be read now: " + unreadable.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private static Reply tooMany(Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return Reply.problem(
                        HttpStatus.TOO_MANY_REQUESTS,
                        "more than " + QUESTIONS_PER_MINUTE + " different questions a minute; ask again in " + seconds
                                + " s")
                .with(HttpHeaderNames.RETRY_AFTER, String.valueOf(seconds));
    }

    private static ArrayNode rows(MetricsHistory history, Asked question) throws IOException {
        ArrayNode rows = Reply.JSON.arrayNode();
        history.read(question.period(), question.groupBy(), ROWS_MAX).stream()
                .limit(ROWS_MAX)
                .forEach(row -> rows.addObject()
                        .put("minute", row.minute().toString())
                        .put("group_id", row.groupId())
                        .put("messages", row.messages())
                        .put("errors", row.errors())
                        .put("avg_bytes", row.avgBytes())
                        .put("max_latency", row.maxLatencyMillis()));
        return rows;
    }

    private static Duration period(String text) throws BadQueryException {
        Matcher matcher = PERIOD_WRITTEN.matcher(text);
        Duration period = Duration.ZERO;
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            period = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }
        if (period.compareTo(MINUTE) < 0 || period.compareTo(PERIOD_MAX) > 0) {
            throw new BadQueryException("period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was \""
                    + Reply.shortened(text) + "\"");
        }
        return period;
    }

    private static GroupBy groupBy(String text) throws BadQueryException {
        return switch (text) {
            case "connection" -> GroupBy.CONNECTION;
            case "monitor" -> GroupBy.MONITOR;
            default ->
                throw new BadQueryException(
                        "group_by must be connection or monitor, was \"" + Reply.shortened(text) + "\"");
        };
    }
}
