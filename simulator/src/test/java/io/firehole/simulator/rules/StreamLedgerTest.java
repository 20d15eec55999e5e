package io.firehole.simulator.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.Profiles;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamLedgerTest {

    private static final long SECOND = 1_000_000_000L;

    private static StreamLedger ledger(Map<String, String> rules) {
        return new StreamLedger(Profiles.named("open").with(rules));
    }

    @Test
    void countsTheStreamsOfEachAccountByThemselves() {
        StreamLedger ledger = ledger(Map.of("streams.per-account", "2"));
        assertThat(ledger.open("a")).isTrue();
        assertThat(ledger.open("a")).isTrue();
        assertThat(ledger.open("a")).isFalse();
        assertThat(ledger.open("b")).isTrue();
        ledger.closed("a");
        assertThat(ledger.open("a")).isTrue();
        assertThat(ledger.openStreams()).isEqualTo(3);
    }

    @Test
    void countsCallsByAccountAndMethodInAnyWindow() {
        StreamLedger ledger = ledger(Map.of("subscribes", "10/10s"));
        for (int i = 0; i < 10; i++) {
            assertThat(ledger.call("a", "/Subscribe", i)).isTrue();
        }
        assertThat(ledger.call("a", "/Subscribe", SECOND)).isFalse();
        assertThat(ledger.call("a", "/Ping", SECOND)).as("another method").isTrue();
        assertThat(ledger.call("b", "/Subscribe", SECOND)).as("another account").isTrue();
        assertThat(ledger.call("a", "/Subscribe", 10 * SECOND + 9))
                .as("the refused one and the tenth are still in the window")
                .isTrue();
        assertThat(ledger.call("a", "/Subscribe", 10 * SECOND + 9)).isTrue();
    }

    @Test
    void countsTheRequestsOfAllStreamsTogether() {
        StreamLedger ledger = ledger(Map.of("requests", "2/1s, 3/10s"));
        assertThat(ledger.request("a", 0)).isTrue();
        assertThat(ledger.request("a", SECOND)).isTrue();
        assertThat(ledger.request("a", SECOND)).as("a second to the last").isFalse();
        assertThat(ledger.request("b", SECOND)).as("another account").isTrue();
        assertThat(ledger.request("a", 3 * SECOND))
                .as("the fourth in ten seconds")
                .isFalse();
        assertThat(ledger.request("a", 12 * SECOND)).isTrue();
    }

    @Test
    void limitsNothingWithoutARule() {
        StreamLedger ledger = ledger(Map.of());
        for (int i = 0; i < 10_000; i++) {
            assertThat(ledger.call("a", "/Subscribe", 0)).isTrue();
            assertThat(ledger.request("a", 0)).isTrue();
        }
    }

    @Test
    void forgetsTheAccountsThatWereLongestAway() {
        StreamLedger ledger = ledger(Map.of("requests", "1/1s"));
        for (int i = 0; i <= StreamLedger.MAX_WINDOWS; i++) {
            assertThat(ledger.request("account " + i, 0)).isTrue();
        }
        assertThat(ledger.request("account " + StreamLedger.MAX_WINDOWS, 0)).isFalse();
        assertThat(ledger.request("account 0", 0)).as("forgotten").isTrue();
    }
}
