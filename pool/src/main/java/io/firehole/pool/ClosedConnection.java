package io.firehole.pool;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A connection that is gone, or was never there: an attempt that failed has an end as well.
 *
 * @param id its number
 * @param group whose streams it carried in the end; empty if it carried none
 * @param begunAt when it was asked for, by the time of day; a wait for a permit comes after that
 * @param closedAt when it ended
 * @param readyNanos how long calls could be made on it; 0 if it never got that far
 * @param updates received on it
 * @param bytes received on it
 * @param lastSealedSlot the last slot whose end was seen on it; empty if none was
 * @param reason why it ended, in the words of whoever ended it
 */
public record ClosedConnection(
        long id,
        Optional<Group> group,
        Instant begunAt,
        Instant closedAt,
        long readyNanos,
        long updates,
        long bytes,
        OptionalLong lastSealedSlot,
        String reason) {

    public ClosedConnection {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(begunAt, "begunAt");
        Objects.requireNonNull(closedAt, "closedAt");
        Objects.requireNonNull(lastSealedSlot, "lastSealedSlot");
        Objects.requireNonNull(reason, "reason");
    }

    /** Whether calls could ever be made on it. */
    public boolean wasReady() {
        return readyNanos > 0;
    }
}
