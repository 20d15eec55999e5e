package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.control.Report;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a fleet of monitors costs at the provider: connections, streams, and bytes against the sum of separate
 * subscriptions. What these would have brought is what the monitors received, for that is shown to be the same.
 */
@Timeout(240)
class FleetTest {

    private static final Logger log = LoggerFactory.getLogger(FleetTest.class);

    private static final int SLOTS = 10;

    @ParameterizedTest(name = "{0} monitors")
    @CsvSource({"7, 2, 4", "12, 2, 7", "50, 1, 12", "200, 0.5, 15"})
    void usesFewConnectionsAndFewerBytesThanItsMonitorsAlone(int monitors, double speed, int connectionsMost)
            throws Exception {
        AtomicReference<UpstreamBytes> upstream = new AtomicReference<>();
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .speed(speed)
                        .skipEvery(0)
                        .build());
                Daemon daemon = Daemon.start(
                        GrpcEndpoint.parse("http://" + Values.show(provider.address())),
                        List.of(BudgetRule.DEFAULT),
                        PoolConfig.DEFAULT,
                        GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        transport -> {
                            upstream.set(new UpstreamBytes(transport));
                            return upstream.get();
                        });
                Subscribers subscribers = new Subscribers(provider, daemon.gatewayAddress())) {
            for (ExampleMonitor monitor : Monitors.fleet(monitors)) {
                subscribers.subscribe(monitor.id(), monitor.frequency(), monitor.request());
            }
            subscribers.awaitAllActive();
            long from = subscribers.newestSlot() + 2;
            long to = from + SLOTS - 1;
            subscribers.letPass(SLOTS + 2);
            Map<String, Verdict> verdicts = subscribers.verdicts();

            assertThat(verdicts).hasSize(monitors).allSatisfy((id, verdict) -> {
                assertThat(verdict.checked()).as(id).isGreaterThanOrEqualTo(SLOTS);
                assertThat(verdict.expected()).as(id).isPositive();
                assertThat(verdict.clean()).as("%s: %s", id, verdict).isTrue();
            });
            assertThat(subscribers.closed()).isEmpty();
            Report report = provider.report();
            long merged = upstream.get().between(from, to);
            long alone = subscribers.bytesBetween(from, to);
            log.info(String.format(
                    Locale.ROOT,
                    "%d monitors: %d connections, %d streams; %,d bytes a slot from the provider, separate subscriptions"
                            + " would have brought %,d: %.0f %% saved",
                    monitors,
                    report.open(),
                    report.streams(),
                    merged / SLOTS,
                    alone / SLOTS,
                    100.0 * (alone - merged) / alone));
            assertThat(report.open()).isLessThanOrEqualTo(connectionsMost);
            assertThat(report.connects()).hasSizeLessThanOrEqualTo(connectionsMost);
            assertThat(report.refusedBy()).isEmpty();
            assertThat(merged).isPositive();
            if (monitors > 7) {
                assertThat(merged).isLessThan(alone);
            }
        }
    }
}
