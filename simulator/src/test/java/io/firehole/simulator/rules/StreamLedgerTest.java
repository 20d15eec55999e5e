package io.firehole.simulator.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamLedgerTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void countsTheStreamsOfEachAccountByThemselves() {
        StreamLedger ledger = new StreamLedger(new StreamRules(100, 2, null));
        assertThat(ledger.open("a")).isTrue();
        assertThat(ledger.open("a")).isTrue();
        assertThat(ledger.open("a")).isFalse();
        assertThat(ledger.open("b")).isTrue();
        ledger.closed("a");
        assertThat(ledger.open("a")).isTrue();
        assertThat(ledger.openStreams()).isEqualTo(3);
    }

    @Test
    void refillsTheBucketOfCallsAsTimeGoesOn() {
        StreamLedger ledger = new StreamLedger(new StreamRules(100, 100, new Rate(10, Duration.ofSeconds(10))));
        for (int i = 0; i < 10; i++) {
            assertThat(ledger.call("a", "Subscribe", 0)).isTrue();
        }
        assertThat(ledger.call("a", "Subscribe", 0)).isFalse();
        assertThat(ledger.call("a", "Ping", 0)).as("another method").isTrue();
        assertThat(ledger.call("b", "Subscribe", 0)).as("another account").isTrue();
        assertThat(ledger.call("a", "Subscribe", SECOND)).isTrue();
        assertThat(ledger.call("a", "Subscribe", SECOND)).isFalse();
    }

    @Test
    void limitsNoCallsWithoutARule() {
        StreamLedger ledger = new StreamLedger(StreamRules.NONE);
        for (int i = 0; i < 10_000; i++) {
            assertThat(ledger.call("a", "Subscribe", 0)).isTrue();
        }
    }
}
