package io.firehole.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.budget.BudgetRule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedAllowanceTest {

    private static final BudgetRule SIXTY = new BudgetRule(60, Duration.ofSeconds(60));

    @Test
    void allSharesAndWhatIsSharedAreTheRule() {
        SharedAllowance allowance = new SharedAllowance(5, 3);
        BudgetRule shared = allowance.shared(List.of(SIXTY)).getFirst();
        assertThat(shared.max() + 5 * 3).isEqualTo(60);
        assertThat(shared.per()).isEqualTo(SIXTY.per());
    }

    @Test
    void withoutSharesEverythingIsShared() {
        assertThat(new SharedAllowance(5, 0).shared(List.of(SIXTY))).containsExactly(SIXTY);
    }

    @Test
    void sharesThatLeaveNothingAreRefused() {
        assertThatThrownBy(() -> new SharedAllowance(20, 3).shared(List.of(SIXTY)))
                .hasMessage("20 hosts with a share of 3 each leave nothing of 60 per PT1M to share");
        assertThatThrownBy(() -> new SharedAllowance(1_000_000, 1_000_000).shared(List.of(SIXTY)))
                .hasMessageContaining("leave nothing");
        assertThatThrownBy(() -> new SharedAllowance(0, 3)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> new SharedAllowance(1, -1)).hasMessageContaining("was -1");
    }
}
