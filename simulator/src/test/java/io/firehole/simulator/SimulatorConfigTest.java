package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.simulator.rules.ProviderProfiles;
import org.junit.jupiter.api.Test;

class SimulatorConfigTest {

    @Test
    void limitsConnectionsUnlessToldOtherwise() {
        SimulatorConfig config = SimulatorConfig.builder().build();
        assertThat(config.profile().connections().rates()).hasToString("[60/60s]");
        assertThat(config.listen().getPort()).isEqualTo(10_100);
    }

    @Test
    void replaysAsFarAsTheProfileUnlessToldOtherwise() {
        SimulatorConfig.Builder triton = SimulatorConfig.builder().profile(ProviderProfiles.named("triton"));
        assertThat(triton.build().chain().replaySlots()).isEqualTo(500);
        assertThat(triton.replaySlots(7).build().chain().replaySlots()).isEqualTo(7);
    }

    @Test
    void cannotBeMadeIfItCannotRun() {
        assertThatThrownBy(() -> SimulatorConfig.builder().speed(0).build()).hasMessageContaining("speed");
        assertThatThrownBy(() -> SimulatorConfig.builder().speed(1e9).build()).hasMessageContaining("speed");
        assertThatThrownBy(() -> SimulatorConfig.builder().skipEvery(-1).build())
                .hasMessageContaining("skipEvery");
        assertThatThrownBy(() -> SimulatorConfig.builder().token("").build()).hasMessageContaining("token");
    }

    @Test
    void neverShowsTheToken() {
        assertThat(SimulatorConfig.builder().token("very-secret").build().toString())
                .doesNotContain("very-secret");
    }
}
