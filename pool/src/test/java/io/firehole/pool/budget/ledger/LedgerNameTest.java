package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerNameTest {

    @Test
    void tellsTheEndpointAndTheScopeAndHidesTheSecret() {
        LedgerName name = LedgerName.of("My.Provider.example", 443, "token", "tell-nobody");
        assertThat(name.text()).matches("my\\.provider\\.example_443\\.token\\.[0-9a-f]{12}");
        assertThat(name.text()).doesNotContain("tell").doesNotContain("nobody");
    }

    @Test
    void isTheSameOnEveryMachine() {
        assertThat(LedgerName.of("my.provider.example", 443, "token", "tell-nobody")
                        .text())
                .isEqualTo("my.provider.example_443.token.9b841ddb9592");
    }

    @Test
    void differsWhereverTheAllowanceDiffers() {
        assertThat(Set.of(
                        LedgerName.of("a", 1, "token", "s"),
                        LedgerName.of("b", 1, "token", "s"),
                        LedgerName.of("a", 2, "token", "s"),
                        LedgerName.of("a", 1, "endpoint", "s"),
                        LedgerName.of("a", 1, "token", "t")))
                .hasSize(5);
    }

    @Test
    void isAFileNameForAnyHost() {
        assertThat(LedgerName.of("::1", 443, "token", "").text()).startsWith("h__1_443.token.");
        assertThat(LedgerName.of("../../etc", 443, "token", "").text()).startsWith("h.._.._etc_443.token.");
        assertThat(LedgerName.of("x".repeat(253), 65_535, "s".repeat(63), "").text())
                .hasSizeLessThanOrEqualTo(LedgerName.LENGTH_MAX);
        assertThatThrownBy(() -> new LedgerName("../x")).hasMessageContaining("was \"../x\"");
    }
}
