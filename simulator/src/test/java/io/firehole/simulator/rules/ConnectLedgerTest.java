package io.firehole.simulator.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import io.firehole.simulator.rules.ConnectLedger.Connect;
import io.firehole.simulator.rules.ConnectLedger.Window;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectLedgerTest {

    private static final Rate SIXTY = new Rate(60, Duration.ofSeconds(60));

    private static ConnectLedger ledger(Rate... rates) {
        return new ConnectLedger(List.of(rates), OverLimit.HTTP_429, ProviderProfile.UNLIMITED);
    }

    @Test
    void letsThroughAsManyAsTheRateAllows() {
        ConnectLedger ledger = ledger(SIXTY);
        for (int i = 0; i < 60; i++) {
            assertThat(ledger.accept(1_000 + i, null).outcome()).isEqualTo(Outcome.ACCEPTED);
        }
        assertThat(ledger.accept(2_000, null).outcome()).isEqualTo(Outcome.LIMITED);
        assertThat(ledger.refused()).isEqualTo(1);
        assertThat(ledger.open()).as("a limited connection is open too").isEqualTo(61);
    }

    @Test
    void countsTheEndsOfTheWindowIn() {
        ConnectLedger ledger = ledger(new Rate(1, Duration.ofSeconds(1)));
        ledger.accept(5_000, null);
        assertThat(ledger.accept(6_000, null).outcome()).isEqualTo(Outcome.LIMITED);
        assertThat(ledger.accept(7_001, null).outcome()).isEqualTo(Outcome.ACCEPTED);
        assertThat(ledger.worstWindow()).isEqualTo(new Window(2, 5_000));
    }

    @Test
    void countsRefusedOnesIntoTheWindow() {
        ConnectLedger ledger = ledger(new Rate(1, Duration.ofSeconds(1)));
        ledger.accept(0, null);
        ledger.accept(900, null);
        assertThat(ledger.accept(1_800, null).outcome())
                .as("the one at 900 was refused, but it came")
                .isEqualTo(Outcome.LIMITED);
    }

    @Test
    void closesWhatIsOverTheRateIfTheProfileSaysSo() {
        ConnectLedger ledger = new ConnectLedger(List.of(new Rate(1, Duration.ofSeconds(1))), OverLimit.CLOSE, 10);
        ledger.accept(0, null);
        assertThat(ledger.accept(1, null).outcome()).isEqualTo(Outcome.LIMIT_CLOSED);
        assertThat(ledger.open()).isEqualTo(1);
    }

    @Test
    void refusesOneMoreThanMayBeOpenUntilOneCloses() {
        ConnectLedger ledger = new ConnectLedger(List.of(), OverLimit.HTTP_429, 2);
        ledger.accept(0, null);
        ledger.accept(0, null);
        assertThat(ledger.accept(0, null).outcome()).isEqualTo(Outcome.TOO_MANY);
        ledger.closed();
        assertThat(ledger.accept(0, null).outcome()).isEqualTo(Outcome.ACCEPTED);
    }

    @Test
    void countsThoseThatAFaultRefuses() {
        ConnectLedger ledger = ledger(SIXTY);
        assertThat(ledger.accept(7, Outcome.FAULT)).isEqualTo(new Connect(7, 1, Outcome.FAULT));
        assertThat(ledger.worstWindow()).isEqualTo(new Window(1, 7));
        assertThat(ledger.open()).isZero();
    }

    @Test
    void holdsAllRatesAtOnce() {
        ConnectLedger ledger = ledger(new Rate(10, Duration.ofSeconds(60)), new Rate(2, Duration.ofSeconds(1)));
        ledger.accept(0, null);
        ledger.accept(0, null);
        assertThat(ledger.accept(0, null).outcome()).isEqualTo(Outcome.LIMITED);
    }

    @Test
    void findsTheWorstWindowWithoutARateToo() {
        ConnectLedger ledger = ledger();
        ledger.accept(0, null);
        ledger.accept(60_001, null);
        ledger.accept(120_001, null);
        ledger.accept(200_000, null);
        assertThat(ledger.worstWindow()).isEqualTo(new Window(2, 60_001));
    }

    @Test
    void forgetsTheOldestConnectsButNotTheWorstWindow() {
        ConnectLedger ledger = new ConnectLedger(List.of(SIXTY), OverLimit.HTTP_429, 1_000, 3);
        for (int i = 0; i < 5; i++) {
            ledger.accept(i, null);
        }
        for (int i = 0; i < 3; i++) {
            ledger.accept(1_000_000 + i, null);
        }
        assertThat(ledger.connects()).extracting(Connect::id).containsExactly(6L, 7L, 8L);
        assertThat(ledger.worstWindow()).isEqualTo(new Window(5, 0));
    }

    @Test
    void findsTheSameWorstWindowAsACountByHand() {
        Random random = new Random(4);
        for (int round = 0; round < 20; round++) {
            ConnectLedger ledger = ledger(new Rate(5, Duration.ofMillis(100)));
            long at = 0;
            for (int i = 0; i < 500; i++) {
                at += random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(20);
                ledger.accept(at, null);
            }
            List<Connect> connects = ledger.connects();
            int worst = connects.stream()
                    .mapToInt(last -> (int) connects.stream()
                            .filter(one -> one.at() <= last.at() && one.at() >= last.at() - 100)
                            .count())
                    .max()
                    .orElseThrow();
            assertThat(ledger.worstWindow().count()).isEqualTo(worst);
        }
    }

    @Test
    void aFaultThatSpeaksHttp2IsOpenForAWhileAndCountsAsRefused() {
        ConnectLedger ledger = new ConnectLedger(List.of(), OverLimit.CLOSE, 10);
        assertThat(ledger.accept(7, Outcome.FAULT_HTTP2)).isEqualTo(new Connect(7, 1, Outcome.FAULT_HTTP2));
        assertThat(ledger.open()).isEqualTo(1);
        assertThat(ledger.refused()).isEqualTo(1);
        ledger.closed();
        assertThat(ledger.open()).isZero();
    }
}
