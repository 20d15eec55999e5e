package io.firehole.simulator.chain;

import io.firehole.wire.proto.CommitmentLevel;
import java.util.List;

/** The ring of each commitment level, and that of deshred. */
final class Rings {
    private final Ring processed = new Ring();
    private final Ring confirmed = new Ring();
    private final Ring finalized = new Ring();
    private final Ring deshred = new Ring();
    private final List<Ring> all = List.of(processed, confirmed, finalized, deshred);

    Ring of(CommitmentLevel level) {
        return switch (level) {
            case PROCESSED -> processed;
            case CONFIRMED -> confirmed;
            case FINALIZED -> finalized;
            case UNRECOGNIZED -> throw new IllegalArgumentException("there is a ring for each of three levels");
        };
    }

    Ring deshred() {
        return deshred;
    }

    /** Driver only. */
    void appendToAll(RingEvent event) {
        all.forEach(ring -> ring.append(event));
    }

    /** How many events were ever appended to any of them. */
    long appended() {
        return all.stream().mapToLong(Ring::end).sum();
    }
}
