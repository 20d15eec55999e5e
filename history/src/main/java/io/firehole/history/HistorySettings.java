package io.firehole.history;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a history is kept.
 *
 * @param directory where its file lies, on a local disk; made if it is missing
 * @param instance under which name rows of this host are in the database; the same after a restart
 * @param retentionRaw how long seconds are kept, from {@link #RAW_MIN} to {@link #RAW_MAX}
 * @param retentionRollup how long minutes and hours are kept: longer than seconds, up to {@link #ROLLUP_MAX}
 * @param queueRows how many rows may wait for the file
 * @param bytesMax how large the file may become before seconds are forgotten early
 * @param database where rows are sent to as well; empty for nowhere
 */
public record HistorySettings(
        Path directory,
        String instance,
        Duration retentionRaw,
        Duration retentionRollup,
        int queueRows,
        long bytesMax,
        Optional<HistoryDatabase> database) {

    /** Less would leave a database no time to come back, and late rows no minute to be counted in. */
    public static final Duration RAW_MIN = Duration.ofHours(12);

    /** A month. */
    public static final Duration RAW_MAX = Duration.ofDays(30);

    /** Two years. */
    public static final Duration ROLLUP_MAX = Duration.ofDays(730);

    /** Two days: long enough for a database to be away over a night, about 4 MB a day for each stream. */
    public static final Duration RETENTION_RAW = Duration.ofDays(2);

    /** As far as a question may reach. */
    public static final Duration RETENTION_ROLLUP = Period.MAX;

    /** More than three minutes of 50 streams. */
    public static final int QUEUE_ROWS = 10_000;

    /** 4 GiB. */
    public static final long BYTES_MAX = 4L << 30;

    /** The least for {@link #bytesMax}: a file with nothing in it has some pages, too. */
    public static final long BYTES_MIN = 1L << 20;

    public HistorySettings {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(instance, "instance");
        Objects.requireNonNull(database, "database");
        if (retentionRaw.compareTo(RAW_MIN) < 0 || retentionRaw.compareTo(RAW_MAX) > 0) {
            throw new IllegalArgumentException(
                    "seconds are kept from " + RAW_MIN + " to " + RAW_MAX + ", not " + retentionRaw);
        }
        if (retentionRollup.compareTo(retentionRaw) <= 0 || retentionRollup.compareTo(ROLLUP_MAX) > 0) {
            throw new IllegalArgumentException("minutes are kept longer than seconds (" + retentionRaw + ") and up to "
                    + ROLLUP_MAX + ", not " + retentionRollup);
        }
        if (queueRows < 1) {
            throw new IllegalArgumentException("queueRows must be at least 1, was " + queueRows);
        }
        if (bytesMax < BYTES_MIN) {
            throw new IllegalArgumentException("bytesMax must be at least " + BYTES_MIN + ", was " + bytesMax);
        }
    }

    /** The usual figures, without a database. */
    public static HistorySettings in(Path directory, String instance) {
        return new HistorySettings(
                directory, instance, RETENTION_RAW, RETENTION_ROLLUP, QUEUE_ROWS, BYTES_MAX, Optional.empty());
    }

    /** The same with that database. */
    public HistorySettings with(HistoryDatabase access) {
        return new HistorySettings(
                directory, instance, retentionRaw, retentionRollup, queueRows, bytesMax, Optional.of(access));
    }
}
