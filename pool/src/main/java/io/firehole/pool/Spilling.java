package io.firehole.pool;

import io.firehole.pool.mailbox.Relief;
import io.firehole.pool.spill.Movers;
import io.firehole.pool.spill.SpillDirectory;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What of a pool's updates waits on disk, if its rules say that some may. Any thread. */
final class Spilling {

    /** How many mailboxes' files are read and written at once, at most. */
    private static final int AT_ONCE = 4;

    private final @Nullable SpillDirectory directory;
    private final Executor movers;

    /**
     * @param blocking runs what blocks
     */
    Spilling(Optional<SpillRules> rules, Executor blocking) {
        this.directory = rules.map(SpillRules::open).orElse(null);
        this.movers = new Movers(blocking, AT_ONCE);
        SpillDirectory made = directory;
        if (made != null) {
            blocking.execute(made::deleteLeftovers);
        }
    }

    /** For one mailbox. */
    Relief<Delivery> relief() {
        SpillDirectory made = directory;
        if (made == null) {
            throw new IllegalStateException(SlowMonitorRules.NOWHERE);
        }
        return Relief.spill(made.file(DeliveryContents.IN_BYTES), movers);
    }

    PoolStats.SpillStats stats() {
        SpillDirectory made = directory;
        return made == null
                ? new PoolStats.SpillStats(0, 0, 0, 0, 0, 0)
                : new PoolStats.SpillStats(
                        made.bytesMax(), made.used(), made.spilled(), made.readBack(), made.refused(), made.lost());
    }

    /** Deletes what is on disk; may block. Idempotent. */
    void close() {
        SpillDirectory made = directory;
        if (made != null) {
            made.close();
        }
    }
}
