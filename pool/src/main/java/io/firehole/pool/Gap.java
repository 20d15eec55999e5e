package io.firehole.pool;

import io.firehole.wire.proto.CommitmentLevel;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Slots that a monitor should have seen and did not, in part or whole: what came of them before it, and after it, is right.
 *
 * @param number counts the gaps of a pool from 1, in the order in which they were found
 * @param monitor whose
 * @param commitment of its stream
 * @param firstSlot the first slot of which something may be missing
 * @param lastSlot the last one, the same or a later slot. Where the provider forgets more before it is asked again, a gap of
 *     the same number goes on to a later one
 * @param cause why it was not closed
 * @param detail the same for people, with the words of whoever said no; may be empty
 * @param brokeAt when the monitor was cut off, by the time of day
 * @param resumedAt when it was known that the monitor goes on, and that this is missing
 * @param filling how far it was filled from elsewhere; empty if that was not tried, or the monitor wants nothing that could be
 */
public record Gap(
        long number,
        String monitor,
        CommitmentLevel commitment,
        long firstSlot,
        long lastSlot,
        Cause cause,
        String detail,
        Instant brokeAt,
        Instant resumedAt,
        Optional<Filling> filling) {

    /** One that was not filled. */
    public Gap(
            long number,
            String monitor,
            CommitmentLevel commitment,
            long firstSlot,
            long lastSlot,
            Cause cause,
            String detail,
            Instant brokeAt,
            Instant resumedAt) {
        this(number, monitor, commitment, firstSlot, lastSlot, cause, detail, brokeAt, resumedAt, Optional.empty());
    }

    /** Why a gap was not closed. Its {@link #word} is the same in JSON, metrics and logs, for ever. */
    public enum Cause {
        /** The call broke, or had to be given up, and nobody asked for what was missed. */
        BROKEN_CALL,
        /** The provider cannot go back that far. */
        REPLAY_TOO_FAR,
        /** The provider sends nothing again. */
        REPLAY_NOT_SUPPORTED,
        /** What was to be sent again did not come whole. */
        REPLAY_FAILED,
        /**
         * Nobody can get it again: at processed, earlier writes of an account that was written again in the same slot,
         * lifecycle statuses, and slots that died.
         */
        NOT_REPLAYABLE,
        /** The provider allows no further call on which it could be sent again. */
        NO_STREAM_TO_SPARE,
        /** A message could not be read: cut off, or no update at all. */
        UNREADABLE,
        /** The monitor read too slowly, and its mailbox gave something up. */
        SLOW_MONITOR,
        /** More would have had to be held back than may be. */
        HELD_TOO_MUCH,
        /** It had to be moved to another call before that could be done without loss. */
        MOVED;

        /** As in {@code not-replayable}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Gap {
        Objects.requireNonNull(monitor, "monitor");
        Objects.requireNonNull(commitment, "commitment");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(brokeAt, "brokeAt");
        Objects.requireNonNull(resumedAt, "resumedAt");
        Objects.requireNonNull(filling, "filling");
        if (firstSlot < 0 || lastSlot < firstSlot) {
            throw new IllegalArgumentException(
                    "a gap goes from a slot to the same or a later one, was " + firstSlot + " to " + lastSlot);
        }
    }

    /** How many slot numbers it spans; not each of them need have had a block. */
    public long slots() {
        return lastSlot - firstSlot + 1;
    }

    /** Whether nothing is missing any more: it was filled. */
    public boolean isFilled() {
        return filling.map(Filling::isWhole).orElse(false);
    }

    /** {@code Missing}, or {@code Filled} if nothing is. */
    String word() {
        return isFilled() ? "Filled" : "Missing";
    }

    /** As in {@code slots 100 to 104 at confirmed (replay-too-far: broadcast from 100 is not available)}. */
    public String told() {
        String range = firstSlot == lastSlot ? "slot " + firstSlot : "slots " + firstSlot + " to " + lastSlot;
        return range + " at " + commitment.name().toLowerCase(Locale.ROOT) + " (" + cause.word()
                + (detail.isEmpty() ? "" : ": " + detail) + ")"
                + filling.map(how -> ", " + how.told()).orElse("");
    }
}
