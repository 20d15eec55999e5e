package io.firehole.console.live;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the history stands. Counts are since the start of the program and only grow.
 *
 * @param life by which number it knows this process: connections of others are shown with theirs
 * @param file where it is kept
 * @param waiting rows that wait for the file
 * @param written rows written to the file
 * @param dropped rows not kept, by reason; every reason is there
 * @param trouble why the file takes nothing now; empty if it does
 * @param database how sending to a database stands; empty if there is none
 */
public record HistoryStanding(
        long life,
        String file,
        long waiting,
        long written,
        Map<String, Long> dropped,
        Optional<String> trouble,
        Optional<Database> database) {

    public HistoryStanding {
        dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
    }

    /**
     * How sending to a database stands.
     *
     * @param place where it is, without secrets
     * @param edition what it is, for people; empty before it was reached for the first time
     * @param unsentSeconds how many seconds of the file it does not have yet
     * @param oldestUnsent the oldest of them
     * @param sent rows sent and committed there
     * @param alreadyThere rows of these that it had already
     * @param trouble why nothing is sent now; empty if all is well
     * @param remarks what works differently there and why, for people
     */
    public record Database(
            String place,
            Optional<String> edition,
            long unsentSeconds,
            Optional<Instant> oldestUnsent,
            long sent,
            long alreadyThere,
            Optional<String> trouble,
            List<String> remarks) {

        public Database {
            remarks = List.copyOf(remarks);
        }
    }

    /** Rows not kept, for whatever reason. */
    public long droppedInAll() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether the file takes rows, and the database does if there is one. */
    public boolean isWell() {
        return trouble.isEmpty() && database.flatMap(Database::trouble).isEmpty();
    }
}
