package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.GrpcStatus;
import org.junit.jupiter.api.Test;

class ForgettingTest {

    private final Forgetting forgetting = new Forgetting();

    @Test
    void isToldTheOldestSlotByTheWordsOfARefusal() {
        String words = "broadcast from 7 is not available, last available: 250";
        assertThat(Forgetting.oldestBy(GrpcStatus.Code.OUT_OF_RANGE.with(words)))
                .hasValue(250);
        assertThat(Forgetting.oldestBy(GrpcStatus.Code.INTERNAL.with(words))).isEmpty();
        assertThat(Forgetting.oldestBy(GrpcStatus.Code.OUT_OF_RANGE.with("too far")))
                .isEmpty();
    }

    @Test
    void believesTheFirstAnswer() {
        assertThat(forgetting.askFrom(100, 250, 400)).isEqualTo(250);
    }

    @Test
    void allowsForWhatIsForgottenWhileItIsAsked() {
        assertThat(forgetting.askFrom(100, 250, 400)).isEqualTo(250);
        assertThat(forgetting.askFrom(250, 251, 401)).isEqualTo(252);
        assertThat(forgetting.askFrom(252, 253, 403)).isEqualTo(255);
    }

    @Test
    void givesNothingUpForARestart() {
        assertThat(forgetting.askFrom(100, 250, 400)).isEqualTo(250);
        assertThat(forgetting.askFrom(250, 390, 401)).isEqualTo(390);
    }

    @Test
    void givesNothingUpForAProviderThatDeniesWhatItSaysItHas() {
        assertThat(forgetting.askFrom(250, 250, 400)).isEqualTo(250);
        assertThat(forgetting.askFrom(250, 1, 401)).isEqualTo(250);
    }

    @Test
    void givesUpNothingThatIsNewest() {
        assertThat(forgetting.askFrom(13, 14, 15)).isEqualTo(14);
        assertThat(forgetting.askFrom(14, 15, 15)).isEqualTo(15);
    }

    @Test
    void beginsAnewWhenItHadWhatItWasAskedFor() {
        forgetting.askFrom(100, 250, 400);
        forgetting.askFrom(250, 251, 401);
        forgetting.hadIt();
        assertThat(forgetting.askFrom(252, 260, 410)).isEqualTo(260);
    }
}
