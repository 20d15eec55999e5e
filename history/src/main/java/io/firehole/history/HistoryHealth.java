package io.firehole.history;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a history stands. Counts are since the start of this process and only grow.
 *
 * @param file where it is kept
 * @param waiting rows that wait for the file
 * @param written rows written to the file
 * @param dropped rows not kept, by reason; reasons that never occurred are absent
 * @param fileTrouble why the file takes nothing at the moment; empty if it does
 * @param database how sending to the database stands; empty if none is configured
 */
public record HistoryHealth(
        Path file,
        long waiting,
        long written,
        Map<DropReason, Long> dropped,
        Optional<String> fileTrouble,
        Optional<DatabaseHealth> database) {

    public HistoryHealth {
        Map<DropReason, Long> ordered = new EnumMap<>(DropReason.class);
        ordered.putAll(dropped);
        dropped = Collections.unmodifiableMap(ordered);
    }

    /**
     * How sending to the database stands.
     *
     * @param place its URL, without parameters
     * @param edition what it is, for people, as in {@code TimescaleDB}; empty before it was reached for the first time
     * @param unsentSeconds how many seconds of the file it does not have yet
     * @param oldestUnsent the oldest of them
     * @param sent rows sent and committed there
     * @param alreadyThere rows of these that it had already, after a crash or a lost answer
     * @param trouble why nothing is sent at the moment; empty if all is well
     * @param remarks what works differently there and why, for people
     */
    public record DatabaseHealth(
            String place,
            Optional<String> edition,
            long unsentSeconds,
            Optional<Instant> oldestUnsent,
            long sent,
            long alreadyThere,
            Optional<String> trouble,
            List<String> remarks) {

        public DatabaseHealth {
            remarks = List.copyOf(remarks);
        }
    }
}
