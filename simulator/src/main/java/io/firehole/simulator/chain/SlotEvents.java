package io.firehole.simulator.chain;

import io.firehole.simulator.chain.RingEvent.Block;
import io.firehole.simulator.chain.RingEvent.BlockMeta;
import io.firehole.simulator.chain.RingEvent.Data;
import io.firehole.simulator.chain.RingEvent.Status;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Which events a slot makes. Pure; any thread. */
record SlotEvents(SlotDerivation derivation, ChainCalendar calendar) {
    private static final String DEAD_ERROR = "the block failed to replay: a transaction does not verify";

    /** A slot's reaching a status. */
    Status status(long slot, SlotStatus status, Lineage lineage, Instant now) {
        OptionalLong parent = switch (status) {
            case SLOT_CREATED_BANK, SLOT_PROCESSED, SLOT_CONFIRMED, SLOT_FINALIZED ->
                OptionalLong.of(lineage.parent(slot));
            case SLOT_FIRST_SHRED_RECEIVED, SLOT_COMPLETED, SLOT_DEAD, UNRECOGNIZED -> OptionalLong.empty();
        };
        String deadError = status == SlotStatus.SLOT_DEAD ? DEAD_ERROR : null;
        return new Status(slot, status, parent, deadError, now);
    }

    /** The position up to which a slot's data are sent: all of them, unless it died. */
    int dataEnd(long slot, Lineage lineage) {
        SlotLayout layout = derivation.layout(slot);
        return lineage.died(slot) ? layout.chunkTo(derivation.deathChunk(slot)) : layout.size();
    }

    /** A block's data, each account's last write only, then Block and BlockMeta: how levels and replay give it. */
    List<RingEvent> frozen(long slot, Instant dataAt, Instant sealedAt) {
        return List.of(
                new Data(slot, 0, derivation.layout(slot).size(), true, dataAt),
                new Block(slot, sealedAt),
                new BlockMeta(slot, sealedAt));
    }

    /** How replay gives a block: frozen, with the statuses it has so far. */
    List<RingEvent> replayed(long slot, ChainHead head, Instant now) {
        Instant sealed = calendar.at(slot, ChainCalendar.SEAL_MICROS);
        List<RingEvent> events =
                new ArrayList<>(frozen(slot, calendar.at(slot, ChainCalendar.DATA_FROM_MICROS), sealed));
        events.add(status(slot, SlotStatus.SLOT_PROCESSED, head.lineage(), now));
        if (slot <= head.confirmed()) {
            events.add(status(slot, SlotStatus.SLOT_CONFIRMED, head.lineage(), now));
        }
        if (slot <= head.finalized()) {
            events.add(status(slot, SlotStatus.SLOT_FINALIZED, head.lineage(), now));
        }
        return events;
    }

    /** All that a ring carries of a slot from its beginning until it is finalized or dead; nothing if it is skipped. */
    List<RingEvent> played(long slot, CommitmentLevel level, Lineage lineage) {
        if (lineage.skipped(slot)) {
            return List.of();
        }
        Instant begun = calendar.at(slot, 0);
        Instant sealed = calendar.at(slot, ChainCalendar.SEAL_MICROS);
        List<RingEvent> events = new ArrayList<>();
        events.add(status(slot, SlotStatus.SLOT_FIRST_SHRED_RECEIVED, lineage, begun));
        events.add(status(slot, SlotStatus.SLOT_CREATED_BANK, lineage, begun));
        if (level == CommitmentLevel.PROCESSED) {
            events.add(new Data(slot, 0, dataEnd(slot, lineage), false, begun));
        }
        if (lineage.died(slot)) {
            events.add(status(slot, SlotStatus.SLOT_DEAD, lineage, sealed));
            return events;
        }
        events.add(status(slot, SlotStatus.SLOT_COMPLETED, lineage, sealed));
        if (level == CommitmentLevel.PROCESSED) {
            events.add(new Block(slot, sealed));
            events.add(new BlockMeta(slot, sealed));
        }
        events.add(status(slot, SlotStatus.SLOT_PROCESSED, lineage, sealed));
        if (level == CommitmentLevel.CONFIRMED) {
            events.addAll(frozen(slot, sealed, sealed));
        }
        events.add(status(slot, SlotStatus.SLOT_CONFIRMED, lineage, sealed));
        if (level == CommitmentLevel.FINALIZED) {
            events.addAll(frozen(slot, sealed, sealed));
        }
        events.add(status(slot, SlotStatus.SLOT_FINALIZED, lineage, sealed));
        return events;
    }
}
