package io.firehole.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.pumpfun.GraduationMonitor;
import io.firehole.examples.pumpfun.PumpFunAccountMonitor;
import io.firehole.examples.pumpfun.PumpFunMintMonitor;
import io.firehole.examples.pumpfun.PumpFunPriceMonitor;
import io.firehole.examples.pumpfun.PumpFunTransactionMonitor;
import io.firehole.examples.raydium.RaydiumAccountMonitor;
import io.firehole.examples.raydium.RaydiumMintMonitor;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.TransactionFacts;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What each monitor makes of slot 361774429 of mainnet, fed through its own filters. */
class MonitorsTest {

    private static List<SubscribeUpdate> slot = List.of();

    @BeforeAll
    static void readsTheRecording() throws IOException {
        Path root = Path.of(System.getProperty("firehole.root", ".."));
        slot = Capture.open(root.resolve("data/mainnet-361774429.capture.gz")).updates();
    }

    @Test
    void theSevenHaveTheIdsThatTheirOwnersKnow() {
        assertThat(Monitors.all())
                .extracting(ExampleMonitor::id)
                .containsExactly(
                        "pumpfun-price-monitor",
                        "pumpfun-transaction-monitor",
                        "pumpfun-mint-monitor",
                        "raydium-mint-monitor",
                        "graduation-monitor",
                        "pumpfun-account-monitor",
                        "raydium-account-monitor");
    }

    @Test
    void everyFilterIsOneThatAServerAccepts() throws InvalidFilterException {
        for (ExampleMonitor monitor : Monitors.fleet(50)) {
            assertThat(FilterSet.compile(monitor.request(), FilterLimits.UNLIMITED)
                            .isEmpty())
                    .as(monitor.id())
                    .isFalse();
        }
    }

    @Test
    void aFleetHasAsManyAsWantedEachWithAnIdOfItsOwnAndSomethingToSee() throws Exception {
        assertThat(Monitors.fleet(3)).hasSize(3);
        assertThat(Monitors.fleet(200))
                .extracting(ExampleMonitor::id)
                .hasSize(200)
                .doesNotHaveDuplicates();
        for (ExampleMonitor monitor : Monitors.fleet(39).subList(7, 39)) {
            assertThat(matches(monitor)).as(monitor.id()).isPositive();
        }
    }

    private static int matches(ExampleMonitor monitor) throws Exception {
        FilterSet filters = FilterSet.compile(monitor.request(), FilterLimits.UNLIMITED);
        int matches = 0;
        for (SubscribeUpdate update : slot) {
            if (update.hasTransaction()) {
                TransactionFacts facts =
                        TransactionFacts.of(update.getTransaction().getTransaction());
                matches += filters.transactions(facts).size()
                        + filters.transactionStatuses(facts).size();
            }
        }
        return matches;
    }

    @Test
    void priceMonitorTellsThePriceAfterEachOfTheThirteenTrades() throws Exception {
        assertThat(linesOf(new PumpFunPriceMonitor()))
                .hasSize(13)
                .contains("▼ 8fFuHs…pump at 4.672E-8 SOL".replace("4.672E-8", "0.00000004672"))
                .contains("▲ 2G4hJv…pump at 0.00000005161 SOL");
    }

    @Test
    void transactionMonitorTellsWhoTradedAndWhatFailed() throws Exception {
        assertThat(linesOf(new PumpFunTransactionMonitor()))
                .hasSize(16)
                .anyMatch(line -> line.contains("sells 9,683,324 tokens of 8fFuHs…pump for 0.458 SOL"))
                .filteredOn(line -> line.contains(" failed: "))
                .hasSize(3);
    }

    @Test
    void mintMonitorTellsOfEachTokenOnce() throws Exception {
        assertThat(linesOf(new PumpFunMintMonitor()))
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .anyMatch(line -> line.startsWith("first trade seen of 8fFuHso3BTXoY1kNJBuVrz8fGhW24d7WNMxhMssWpump"));
    }

    @Test
    void raydiumMintMonitorTellsOfTokensThatSwap() throws Exception {
        assertThat(linesOf(new RaydiumMintMonitor()))
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .allMatch(line -> line.startsWith("first swap seen of "));
    }

    @Test
    void graduationMonitorTellsOfGraduatesThatTradeOnPumpSwap() throws Exception {
        assertThat(linesOf(new GraduationMonitor()))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("graduate trades on PumpSwap: "));
    }

    @Test
    void accountMonitorTellsWhatTheFeeWalletsTakeIn() throws Exception {
        // Eight writes of two wallets; the first of each only sets the mark.
        assertThat(linesOf(new PumpFunAccountMonitor()))
                .hasSize(6)
                .allMatch(line -> line.startsWith("fee wallet ") && line.contains("+"));
    }

    @Test
    void raydiumAccountMonitorTellsWhatTheVaultsHold() throws Exception {
        assertThat(linesOf(new RaydiumAccountMonitor())).hasSize(52).allMatch(line -> line.startsWith("vault "));
    }

    private static List<String> linesOf(ExampleMonitor monitor)
            throws InvalidFilterException, InvalidProtocolBufferException {
        FilterSet filters = FilterSet.compile(monitor.request(), FilterLimits.UNLIMITED);
        var lines = new ArrayList<String>();
        for (SubscribeUpdate update : slot) {
            List<String> names = namesFor(filters, update);
            if (!names.isEmpty()) {
                monitor.onUpdate(
                        update.toBuilder().clearFilters().addAllFilters(names).build(), lines::add);
            }
        }
        return lines;
    }

    private static List<String> namesFor(FilterSet filters, SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case TRANSACTION ->
                filters.transactions(TransactionFacts.of(update.getTransaction().getTransaction()));
            case ACCOUNT -> filters.accounts(AccountFacts.of(update.getAccount().getAccount()));
            case BLOCK_META -> filters.blocksMeta();
            default -> List.of();
        };
    }
}
