package io.firehole.pool.merging;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.FilterKind;
import io.firehole.pool.routing.Target;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelHistoryTest {

    private static final int FILTER_BYTES = 1 << 20;

    private final LabelHistory history = new LabelHistory(CommitmentLevel.PROCESSED);

    private Label asked(int number, int since, int bytes) {
        Filter filter = Filter.of(
                FilterKind.ACCOUNTS,
                SubscribeRequestFilterAccounts.newBuilder()
                        .addAccount(String.valueOf(number))
                        .addAccount("k".repeat(bytes))
                        .build());
        Label label = new Label(number, filter, since, List.of(), CommitmentLevel.PROCESSED);
        history.add(label);
        return label;
    }

    @Test
    void forgetsWhatWasGoneBeforeTheOldestSlotBegan() {
        asked(1, 1, 10).until = 3;
        asked(2, 2, 10).until = 5;
        asked(3, 3, 10);

        history.forgetBefore(3);
        assertThat(history.size()).isEqualTo(2);
        history.forgetBefore(Target.NEVER);
        assertThat(history.size()).as("what is asked stays").isEqualTo(1);
    }

    @Test
    void keepsOfWhatIsGoneNotMoreThanThereIsRoomFor() {
        int many = (int) (LabelHistory.GONE_BYTES_MAX / FILTER_BYTES) + 5;
        for (int i = 0; i < many; i++) {
            asked(i, i, FILTER_BYTES).until = i + 1;
        }
        asked(many, many, FILTER_BYTES);

        history.forgetBefore(0);
        assertThat(history.size()).isBetween(many - 7, many - 4);
    }
}
