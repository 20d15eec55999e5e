package io.firehole.simulator.chain;

import io.firehole.wire.proto.SlotStatus;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One step of a ring: which part of which slot goes out now. Holds numbers, no content; {@link Matches#write} makes the
 * messages.
 *
 * <p>Per slot and ring the order is {@link Data}, then {@link Block}, {@link BlockMeta}, and the {@link Status} of the
 * ring's own level. Statuses of the lifecycle come in between as they happen.
 */
public sealed interface RingEvent {
    /** The slot it belongs to. */
    long slot();

    /** What {@code created_at} of the messages says. */
    Instant createdAt();

    /**
     * Accounts, transactions with their statuses, and entries: the positions {@code from} (inclusive) to {@code to}
     * (exclusive) of the slot's order of arrival.
     *
     * @param lastWritesOnly of each account only the last write of the slot counts (all but the live PROCESSED ring)
     */
    record Data(long slot, int from, int to, boolean lastWritesOnly, Instant createdAt) implements RingEvent {}

    /** The whole block, for the blocks filters: one message per name. */
    record Block(long slot, Instant createdAt) implements RingEvent {}

    /** The seal of a slot. */
    record BlockMeta(long slot, Instant createdAt) implements RingEvent {}

    /**
     * A slot reached a status.
     *
     * @param parent present on CREATED_BANK, PROCESSED, CONFIRMED and FINALIZED
     * @param deadError why the slot died, on DEAD only
     */
    record Status(
            long slot,
            SlotStatus status,
            OptionalLong parent,
            @Nullable String deadError,
            Instant createdAt) implements RingEvent {}
}
