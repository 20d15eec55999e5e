package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.simulator.rules.ProviderRules;
import org.junit.jupiter.api.Test;

class SimulatorConfigTest {

    @Test
    void limitsConnectionsUnlessToldOtherwise() {
        SimulatorConfig config = SimulatorConfig.builder().build();
        assertThat(config.rules().profile().connects()).hasToString("[60/60s]");
        assertThat(config.listen().getPort()).isEqualTo(10_100);
    }

    @Test
    void replaysAsFarAsTheProfileUnlessToldOtherwise() {
        SimulatorConfig.Builder alchemy = SimulatorConfig.builder().rules(ProviderRules.named("alchemy"));
        assertThat(alchemy.build().chain().replaySlots()).isEqualTo(6_000);
        assertThat(alchemy.replaySlots(7).build().chain().replaySlots()).isEqualTo(7);
    }

    @Test
    void everyProfileCanBePlayed() {
        assertThat(ProviderRules.names())
                .contains("standard", "open", "chainstack-growth")
                .allSatisfy(name -> {
                    ProviderRules rules = ProviderRules.named(name);
                    assertThat(SimulatorConfig.builder()
                                    .rules(rules)
                                    .build()
                                    .rules()
                                    .name())
                            .isEqualTo(name);
                });
        assertThatThrownBy(() -> ProviderRules.named("tritn"))
                .hasMessageStartingWith("there is no profile \"tritn\"; there are: standard, open, open-sample,");
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
