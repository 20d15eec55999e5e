package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SlotStatus;
import org.junit.jupiter.api.Test;

class CheckpointTest {

    private static final SlotStatus CONFIRMED = SlotStatus.SLOT_CONFIRMED;

    private final Checkpoint checkpoint = new Checkpoint();

    @Test
    void tellsEachStatusOnce() {
        assertThat(checkpoint.tell(7, CONFIRMED)).isTrue();
        assertThat(checkpoint.tell(7, CONFIRMED)).isFalse();
        assertThat(checkpoint.tell(7, SlotStatus.SLOT_FINALIZED)).isTrue();
    }

    @Test
    void tellsAnEarlierStatusLateAsLongAsItIsNotGivenUp() {
        checkpoint.tell(31, CONFIRMED);

        assertThat(checkpoint.isTold(7, CONFIRMED)).isFalse();
        assertThat(checkpoint.tell(7, CONFIRMED)).isTrue();
    }

    @Test
    void leavesOutWhatWasGivenUpAndWouldComeOutOfOrder() {
        checkpoint.giveUpStatuses(24);
        checkpoint.tell(31, CONFIRMED);

        assertThat(checkpoint.tell(7, CONFIRMED)).isFalse();
        assertThat(checkpoint.isTold(7, CONFIRMED)).isTrue();
        assertThat(checkpoint.tell(24, CONFIRMED)).isTrue();
    }

    @Test
    void tellsWhatWasGivenUpIfItComesInOrderAllTheSame() {
        checkpoint.giveUpStatuses(24);
        checkpoint.tell(31, SlotStatus.SLOT_PROCESSED);
        checkpoint.tell(6, CONFIRMED);

        assertThat(checkpoint.tell(7, CONFIRMED)).isTrue();
    }

    @Test
    void goesOnWithWhatTheCallsBeforeHaveTold() {
        Checkpoint next = new Checkpoint();
        checkpoint.giveUpStatuses(5);
        checkpoint.tell(7, CONFIRMED);

        next.follows(checkpoint, 10);

        assertThat(next.isTold(7, CONFIRMED)).isTrue();
        assertThat(next.statusesFrom()).hasValue(5);
        assertThat(next.isDone(9)).isTrue();
    }
}
