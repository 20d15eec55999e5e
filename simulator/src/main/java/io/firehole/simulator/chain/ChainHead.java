package io.firehole.simulator.chain;

import io.firehole.wire.proto.CommitmentLevel;

/**
 * How far the chain has come. Immutable; the next one replaces it as a whole, before the events that it tells of reach
 * the rings.
 *
 * @param begun the newest slot that began
 * @param settled the newest slot that was sealed or died
 * @param processed the newest block
 * @param confirmed the newest confirmed block
 * @param finalized the newest finalized block
 */
record ChainHead(long begun, long settled, long processed, long confirmed, long finalized, Lineage lineage) {
    /** The newest block at that level. */
    long newest(CommitmentLevel level) {
        return switch (level) {
            case PROCESSED -> processed;
            case CONFIRMED -> confirmed;
            case FINALIZED -> finalized;
            case UNRECOGNIZED -> throw new IllegalArgumentException("a stream has one of three commitment levels");
        };
    }

    /** The newest slot of which it is known what becomes of it, up to that level, and of all slots below. */
    long known(CommitmentLevel level) {
        long known = newest(level);
        while (lineage.skipped(known + 1) || (lineage.died(known + 1) && known + 1 <= settled)) {
            known++;
        }
        return known;
    }

    ChainHead withBegun(long slot) {
        return new ChainHead(slot, settled, processed, confirmed, finalized, lineage);
    }

    ChainHead withDied(long slot) {
        return new ChainHead(begun, slot, processed, confirmed, finalized, lineage);
    }

    ChainHead withProcessed(long slot) {
        return new ChainHead(begun, slot, slot, confirmed, finalized, lineage);
    }

    ChainHead withConfirmed(long slot) {
        return new ChainHead(begun, settled, processed, slot, finalized, lineage);
    }

    ChainHead withFinalized(long slot) {
        return new ChainHead(begun, settled, processed, confirmed, slot, lineage);
    }

    ChainHead withLineage(Lineage newLineage) {
        return new ChainHead(begun, settled, processed, confirmed, finalized, newLineage);
    }
}
