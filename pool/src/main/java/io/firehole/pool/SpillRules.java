package io.firehole.pool;

import io.firehole.pool.spill.SpillDirectory;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where updates wait for slow monitors whose policy is to spill, and how many.
 *
 * @param directory below which a pool makes a directory of its own; made if it is missing
 * @param bytesMax how many bytes may wait there for one monitor
 * @param totalBytesMax how many for all together
 */
public record SpillRules(Path directory, long bytesMax, long totalBytesMax) {

    /** How much may wait for one monitor if nothing is said. */
    public static final long USUAL_BYTES_MAX = 1L << 30;

    /** How much for all together. */
    public static final long USUAL_TOTAL_BYTES_MAX = 4L << 30;

    public SpillRules {
        Objects.requireNonNull(directory, "directory");
        if (bytesMax < 1) {
            throw new IllegalArgumentException("spill-max must be at least 1 byte, was " + bytesMax);
        }
        if (totalBytesMax < bytesMax) {
            throw new IllegalArgumentException(
                    "spill-total must be at least spill-max " + bytesMax + ", was " + totalBytesMax);
        }
    }

    SpillDirectory open() {
        return new SpillDirectory(directory, bytesMax, totalBytesMax);
    }

    /** The usual limits, in that directory. */
    public static SpillRules in(Path directory) {
        return new SpillRules(directory, USUAL_BYTES_MAX, USUAL_TOTAL_BYTES_MAX);
    }
}
