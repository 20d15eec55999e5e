package io.firehole.simulator.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.filters.FilterLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProviderProfilesTest {

    @Test
    void everyProfileTellsWhereItsFiguresComeFrom() {
        assertThat(ProviderProfiles.all())
                .containsKeys("open", "triton", "chainstack", "strict")
                .allSatisfy((name, profile) -> {
                    assertThat(profile.name()).isEqualTo(name);
                    assertThat(profile.source()).matches(".*20[0-9]{2}.*");
                });
    }

    @Test
    void tritonAnswers429BeyondSixtyInAMinute() {
        ConnectionRules rules = ProviderProfiles.named("triton").connections();
        assertThat(rules.rates()).containsExactly(new Rate(60, Duration.ofSeconds(60)));
        assertThat(rules.overLimit()).isEqualTo(OverLimit.HTTP_429);
    }

    @Test
    void chainstackRefusesASixthFilterOfAKind() {
        ProviderProfile chainstack = ProviderProfiles.named("chainstack");
        assertThat(chainstack.requests().filters().slotsMax()).isEqualTo(5);
        assertThat(chainstack.requests().filters().accounts().accountReject()).hasSize(2);
        assertThat(chainstack.streams().perAccount()).isEqualTo(7);
    }

    @Test
    void whatAProfileLeavesOutIsAsInOpen() {
        RequestRules helius = ProviderProfiles.named("helius").requests();
        assertThat(helius.filters()).isEqualTo(FilterLimits.UNLIMITED);
        assertThat(helius.maxBytes()).isEqualTo(RequestRules.DEFAULT_MAX_BYTES);
    }

    @Test
    void aNameThatIsNoneIsAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> ProviderProfiles.named("tritn"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "there is no provider profile \"tritn\"; there are chainstack, helius, open, standard, strict, triton, vali");
    }

    @Test
    void readsARateAsTheCommandLineWritesIt() {
        assertThat(Rate.parse("60/60s")).isEqualTo(new Rate(60, Duration.ofSeconds(60)));
        assertThat(Rate.parse("3/500ms")).hasToString("3/500ms");
        assertThatThrownBy(() -> Rate.parse("60 per minute")).hasMessageContaining("write it as 60/60s");
        assertThatThrownBy(() -> Rate.parse("0/60s")).hasMessageContaining("at least 1");
    }
}
