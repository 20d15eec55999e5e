package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.examples.Monitors;
import io.firehole.examples.library.LibraryMonitor;
import io.firehole.examples.library.OwnPool;
import io.firehole.pool.PoolStats;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples on the library, against the simulator, without a gateway. */
@Timeout(120)
class LibraryTest {

    @TempDir
    private Path state;

    @Test
    void monitorsOnAPoolOfTheirOwnGetTheirUpdatesAndComeBackAfterAReset() throws Exception {
        try (Simulator provider = Simulator.start(
                        SimulatorConfig.builder().onFreePorts().speed(2).build());
                OwnPool own =
                        OwnPool.start("http://127.0.0.1:" + provider.address().getPort(), Optional.empty(), state)) {
            BlockingQueue<String> prices = new LinkedBlockingQueue<>();
            BlockingQueue<String> mints = new LinkedBlockingQueue<>();
            List<LibraryMonitor> monitors = List.of(
                    new LibraryMonitor(
                            own.pool(), Monitors.named("pumpfun-price-monitor").orElseThrow(), prices::add),
                    new LibraryMonitor(
                            own.pool(), Monitors.named("pumpfun-mint-monitor").orElseThrow(), mints::add));
            monitors.forEach(LibraryMonitor::start);
            assertThat(prices.poll(30, TimeUnit.SECONDS)).contains(" SOL");
            assertThat(mints.poll(30, TimeUnit.SECONDS)).isNotNull();
            PoolStats stats = own.pool().stats();
            assertThat(stats.monitorConnections()).containsOnlyKeys("pumpfun-price-monitor", "pumpfun-mint-monitor");

            provider.faults().inject(Fault.of(FaultKind.RESET));
            TimeUnit.MILLISECONDS.sleep(200);
            prices.clear();
            assertThat(prices.poll(30, TimeUnit.SECONDS)).as("after the reset").contains(" SOL");

            monitors.forEach(LibraryMonitor::stop);
            for (LibraryMonitor monitor : monitors) {
                monitor.awaitStopped();
            }
            assertThat(own.pool().stats().monitorConnections()).isEmpty();
            assertThat((long) provider.report().connects().size())
                    .as("attempts seen are permits given")
                    .isEqualTo(own.pool().stats().budget().orElseThrow().granted());
        }
    }
}
