package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.rules.ProviderRules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Firehole told of a provider by its profile alone, before a simulator with the same profile: one that limits the pace of
 * requests, one that allows one filter of most kinds, one that allows few connections. Nothing has to be refused.
 */
@Timeout(240)
class EachProviderTest {

    private static final int MONITORS = 20;
    private static final int SLOTS = 6;

    @ParameterizedTest
    @ValueSource(strings = {"supanode-build", "vali", "hightower-5"})
    void hasNothingToRefuse(String profile, @TempDir Path state) throws Exception {
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .speed(2)
                        .skipEvery(0)
                        .rules(ProviderRules.named(profile))
                        .build());
                Daemon daemon = Daemon.start(ConfigReader.read(
                        Map.of(),
                        Map.of(
                                "GRPC_URL",
                                "http://" + Values.show(provider.address()),
                                "FIREHOLE_UPSTREAM_PROFILE",
                                profile,
                                "FIREHOLE_GATEWAY_LISTEN",
                                "127.0.0.1:0",
                                "FIREHOLE_CONSOLE_LISTEN",
                                "127.0.0.1:0",
                                "FIREHOLE_STATE",
                                state.toString()),
                        null));
                Subscribers subscribers = new Subscribers(provider, daemon.gatewayAddress())) {
            Set<String> refusedByTheProviderToo = new TreeSet<>();
            for (ExampleMonitor monitor : Monitors.fleet(MONITORS)) {
                try {
                    FilterSet.compile(
                            monitor.request(),
                            ProviderRules.named(profile).profile().filters());
                } catch (InvalidFilterException refused) {
                    refusedByTheProviderToo.add(monitor.id());
                }
                subscribers.subscribe(monitor.id(), monitor.frequency(), monitor.request());
            }
            subscribers.awaitAllActive();
            subscribers.letPass(SLOTS);
            Map<String, Verdict> verdicts = subscribers.verdicts();

            assertThat(subscribers.closed()).isEqualTo(refusedByTheProviderToo);
            assertThat(verdicts).hasSize(MONITORS).allSatisfy((id, verdict) -> {
                assertThat(verdict.checked() > 0).as(id).isNotEqualTo(refusedByTheProviderToo.contains(id));
                assertThat(verdict.clean()).as("%s: %s", id, verdict).isTrue();
            });
            assertThat(provider.report().refusedBy()).isEmpty();
        }
    }
}
