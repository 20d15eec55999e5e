package io.firehole.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.Values;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.Rate;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorStream;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.simulator.rules.ProviderRules;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections to the simulated provider, over real sockets and in real time: how they die, and how soon that is noticed. */
class ConnectionLivesTest {

    /** For the machine to be slow in. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final List<MonitorStream> streams = new ArrayList<>();
    private Simulator provider;
    private ConnectionBudget budget;
    private GrpcTransport transport;
    private Pool pool;

    @BeforeEach
    void start() throws IOException {
        BudgetRule rule = BudgetRule.DEFAULT;
        provider = Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .rules(ProviderRules.open().withConnects(new Rate(rule.max(), rule.per())))
                .build());
        NanoClock clock = NanoClock.system();
        budget = new ConnectionBudget(List.of(rule), clock, Timers.on(timers));
        transport = new GrpcTransport(GrpcEndpoint.parse("http://" + Values.show(provider.address())), budget);
        pool = Pool.start(PoolConfig.DEFAULT, transport, PoolRuntime.system().withBudget(budget::snapshot));
        assertThat(within(Duration.ofSeconds(10), () -> pool.stats().healthy() == 1))
                .isTrue();
    }

    @AfterEach
    void stop() {
        pool.close();
        transport.close();
        timers.shutdownNow();
        provider.close();
    }

    private void sevenMonitors() throws InvalidFilterException {
        for (ExampleMonitor monitor : Monitors.all()) {
            Group group = Group.of(monitor.frequency()).orElseThrow();
            MonitorStream stream = pool.subscribe(new Monitor(monitor.id(), group), () -> {});
            stream.request(monitor.request());
            streams.add(stream);
        }
        assertThat(within(Duration.ofSeconds(20), this::allServed)).isTrue();
    }

    private boolean allServed() {
        List<PoolStats.MonitorStats> monitors = pool.stats().monitors();
        return monitors.size() == Monitors.all().size()
                && monitors.stream()
                        .allMatch(monitor ->
                                monitor.active() && monitor.activeFromSlot().isPresent());
    }

    private boolean isEverybodyWell() {
        PoolStats stats = pool.stats();
        return stats.healthy() == stats.total() && allServed();
    }

    private static boolean within(Duration time, BooleanSupplier condition) {
        long end = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            pause(LOOK_EVERY);
        }
        return true;
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void noticesAHalfOpenConnectionWithoutStreamsWithinFifteenSeconds() {
        long id = pool.stats().connections().getFirst().id();
        provider.faults().inject(Fault.of(FaultKind.HALF_OPEN));
        assertThat(within(
                        Duration.ofSeconds(15).plus(SLACK),
                        () -> pool.stats().connections().getFirst().id() != id))
                .isTrue();
        assertThat(pool.stats().connections().getFirst().lastError()).contains("no sign of life");
        assertThat(within(Duration.ofSeconds(2), () -> pool.stats().healthy() == 1))
                .isTrue();
    }

    @Test
    void noticesHalfOpenConnectionsWithStreamsWithinFiveSecondsAndServesEverybodyAgain() throws Exception {
        sevenMonitors();
        int connections = pool.stats().total();
        long streamsOpen = pool.stats().streams().size();
        provider.faults().inject(Fault.of(FaultKind.HALF_OPEN));
        assertThat(within(
                        PoolConfig.DEFAULT.slotWatchdog().plus(SLACK),
                        () -> pool.stats().totals().watchdogs() >= streamsOpen))
                .as("every stream is taken for dead")
                .isTrue();
        assertThat(within(Duration.ofSeconds(6), this::isEverybodyWell)).isTrue();
        assertThat(pool.stats().total()).isEqualTo(connections);
        assertThat(pool.stats().gaps())
                .as("what nobody can tell is said to be missing")
                .isNotEmpty();
    }

    @Test
    void servesSevenMonitorsOverFewerConnectionsAndTakesOnePermitForEachAttempt() throws Exception {
        sevenMonitors();
        assertThat(pool.stats().total()).isLessThan(Monitors.all().size());
        for (FaultKind kind : List.of(FaultKind.RESET, FaultKind.FIN, FaultKind.GOAWAY, FaultKind.STREAM_ERROR)) {
            provider.faults().inject(Fault.of(kind));
            pause(Duration.ofMillis(500));
            assertThat(within(Duration.ofSeconds(20), this::isEverybodyWell))
                    .as("after %s: %s", kind, pool.stats())
                    .isTrue();
        }
        provider.faults().inject(Fault.of(FaultKind.REFUSE).lasting(Duration.ofSeconds(4)));
        provider.faults().inject(Fault.of(FaultKind.RESET));
        pause(Duration.ofMillis(500));
        assertThat(within(Duration.ofSeconds(30), this::isEverybodyWell))
                .as("after an outage: %s", pool.stats())
                .isTrue();

        long id = pool.stats().connections().getFirst().id();
        assertThat(pool.reconnect(id)).isEqualTo(Pool.Reconnect.BEGUN);
        assertThat(within(
                        Duration.ofSeconds(10),
                        () -> pool.stats().connections().stream().noneMatch(connection -> connection.id() == id)
                                && isEverybodyWell()))
                .as("after it was renewed: %s", pool.stats())
                .isTrue();

        assertThat(budget.snapshot().granted())
                .isEqualTo(provider.report().connects().size());
        assertThat(provider.report().worstWindow().count()).isLessThanOrEqualTo(BudgetRule.DEFAULT.max());
    }
}
