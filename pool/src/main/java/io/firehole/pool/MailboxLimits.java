package io.firehole.pool;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

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

    /** These limits with another policy. */
    public MailboxLimits withPolicy(OverrunPolicy other) {
        return new MailboxLimits(updates, bytes, other);
    }

    /** What happens to a monitor whose mailbox is full. */
    public enum OverrunPolicy {
        /**
         * It gets what waits, and then its stream ends with RESOURCE_EXHAUSTED, the limit, and the last slot that it has
         * whole.
         */
        DISCONNECT,
        /** The oldest updates that wait are dropped, counted, and told as a loss. */
        DROP_OLDEST,
        /**
         * While more than half of the limits waits, an account's update takes the place of an older one of the same account
         * under the same names, which is counted; if that is not enough the oldest updates are dropped.
         */
        LATEST_PER_ACCOUNT,
        /**
         * While more than half of the limits waits, the newer part waits on disk, within {@link SpillRules}; a monitor that
         * needs more than that is disconnected as by {@link #DISCONNECT}.
         */
        SPILL;

        /** The word used in configuration and JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The policy of that word; empty for any other word. */
        public static Optional<OverrunPolicy> of(String word) {
            for (OverrunPolicy policy : values()) {
                if (policy.word().equals(word)) {
                    return Optional.of(policy);
                }
            }
            return Optional.empty();
        }
    }
}
