package io.firehole.cli.demo;

import io.firehole.pool.Gap;
import java.util.List;

/** What may be missing of a slot, by the gaps of which Firehole has told. */
enum Absence {
    /** Nothing. */
    NOTHING,
    /** What no provider sends once more: overwritten account writes, statuses, dead slots. */
    NOT_REPLAYABLE,
    /** Anything. */
    ANYTHING;

    /** What these gaps say of a slot; of several the one that says most. */
    static Absence of(long slot, List<Gap> gaps) {
        Absence most = NOTHING;
        for (Gap gap : gaps) {
            if (!gap.isFilled() && gap.firstSlot() <= slot && slot <= gap.lastSlot()) {
                Absence said = gap.cause() == Gap.Cause.NOT_REPLAYABLE ? NOT_REPLAYABLE : ANYTHING;
                most = said.compareTo(most) > 0 ? said : most;
            }
        }
        return most;
    }
}
