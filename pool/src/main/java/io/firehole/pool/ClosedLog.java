package io.firehole.pool;

import io.firehole.pool.time.NanoClock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The connections that ended last, and how many there have been. Control thread. */
final class ClosedLog {

    /** Closed connections that can be asked for; the oldest are forgotten first. */
    static final int KEPT = 10_000;

    private final NanoClock clock;
    private final InstantSource timeOfDay;
    private final Deque<ClosedConnection> latest = new ArrayDeque<>();
    private long total;

    ClosedLog(NanoClock clock, InstantSource timeOfDay) {
        this.clock = clock;
        this.timeOfDay = timeOfDay;
    }

    /** The time of day then, as it is reckoned from now. */
    Instant at(long nanos) {
        return timeOfDay.instant().minusNanos(Math.max(0, clock.nanos() - nanos));
    }

    void add(ClosedConnection gone) {
        total++;
        if (latest.size() == KEPT) {
            latest.removeFirst();
        }
        latest.addLast(gone);
    }

    /** How many there have been, those that are forgotten included. */
    long total() {
        return total;
    }

    /** The latest, newest first. */
    List<ClosedConnection> latest(int limit) {
        List<ClosedConnection> found = new ArrayList<>();
        for (Iterator<ClosedConnection> each = latest.descendingIterator(); each.hasNext() && found.size() < limit; ) {
            found.add(each.next());
        }
        return found;
    }
}
