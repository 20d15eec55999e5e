package io.firehole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/**
 * The stories of {@link DifferentialTest}, but chosen by Jazzer, who looks for new ways through the pool's code. Without
 * {@code JAZZER_FUZZ=1} only the choices are played that are kept beside the test.
 */
class DifferentialFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void givesEachMonitorWhatADirectSubscriptionWouldHaveGiven(byte[] choices) {
        Story story = RandomStories.of(new ByteChoices(choices), Arrays.hashCode(choices));
        assertThat(Performance.of(story).faults()).as(story::told).isEmpty();
    }
}
