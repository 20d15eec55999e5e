package io.firehole.pool;

import java.util.Objects;

/**
 * What may wait for one monitor, and what happens beyond that.
 *
 * @param updates how many updates
 * @param bytes how many bytes, counted as message lengths; a payload shared by several monitors counts for each
 * @param policy what happens to a monitor that needs more
 */
public record MailboxLimits(int updates, long bytes, OverrunPolicy policy) {

    /** 65,536 updates or 64 MiB; who needs more is disconnected. */
    public static final MailboxLimits DEFAULT = new MailboxLimits(65_536, 64L << 20, OverrunPolicy.DISCONNECT);

    public MailboxLimits {
        if (updates < 1) {
            throw new IllegalArgumentException("mailbox updates must be at least 1, was " + updates);
        }
        if (bytes < 1) {
            throw new IllegalArgumentException("mailbox bytes must be at least 1, was " + bytes);
        }
        Objects.requireNonNull(policy, "policy");
    }

    /** What happens to a monitor whose mailbox is full. */
    public enum OverrunPolicy {
        /** Its stream ends with INTERNAL {@code lagged to send an update}, as the reference server ends it. */
        DISCONNECT
    }
}
