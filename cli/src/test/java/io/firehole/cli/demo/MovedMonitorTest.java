package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.Values;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.client.MonitorClient;
import io.firehole.gateway.Gateway;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.Group;
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
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A client of the gateway whose monitor is moved about in the pool, over real sockets and in real time, compared with what
 * the provider sent and with a client of the provider itself.
 */
class MovedMonitorTest {

    private static final int MOVES = 20;

    /** Slots of 100 ms: a move takes some of them. */
    private static final double SPEED = 4;

    /** After a slot is complete its last updates may be on their way for so long. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(3);

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final List<MonitorClient> clients = new ArrayList<>();
    private Simulator provider;
    private GrpcTransport transport;
    private Pool pool;
    private Gateway gateway;

    /** What one client got, slot by slot, in its order. */
    private static final class InOrder {

        private final TreeMap<Long, List<Receipt>> bySlot = new TreeMap<>();

        synchronized void received(SubscribeUpdate update) {
            Receipt.Delivery delivery = Receipt.of(update);
            if (!delivery.receipts().isEmpty()) {
                bySlot.computeIfAbsent(delivery.slot(), slot -> new ArrayList<>())
                        .addAll(delivery.receipts());
            }
        }

        synchronized Map<Long, List<Receipt>> between(long from, long to) {
            return new TreeMap<>(bySlot.subMap(from, true, to, true));
        }
    }

    @BeforeEach
    void start() throws IOException {
        provider = Simulator.start(
                SimulatorConfig.builder().onFreePorts().speed(SPEED).build());
        ConnectionBudget budget =
                new ConnectionBudget(List.of(BudgetRule.DEFAULT), NanoClock.system(), Timers.on(timers));
        transport = new GrpcTransport(GrpcEndpoint.parse("http://" + Values.show(provider.address())), budget);
        pool = Pool.start(PoolConfig.DEFAULT, transport, PoolRuntime.system().withBudget(budget::snapshot));
        gateway = Gateway.start(
                GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), pool);
    }

    @AfterEach
    void stop() {
        clients.forEach(MonitorClient::close);
        gateway.close();
        pool.close();
        transport.close();
        timers.shutdownNow();
        provider.close();
    }

    private void connect(ExampleMonitor monitor, InetSocketAddress to, Consumer<SubscribeUpdate> told) {
        MonitorClient client =
                new MonitorClient(monitor, URI.create("http://" + Values.show(to)), Optional.empty(), said -> {}, told);
        clients.add(client);
        client.start();
    }

    private PoolStats.MonitorStats monitor(String id) {
        return pool.stats().monitors().stream()
                .filter(monitor -> monitor.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Whether everybody is served in one place, and so nobody on the way. */
    private boolean isEverybodyThere() {
        PoolStats stats = pool.stats();
        return stats.monitors().size() == Monitors.all().size()
                && stats.monitors().stream()
                        .allMatch(one -> one.active() && one.activeFromSlot().isPresent())
                && stats.streams().stream()
                                .mapToInt(PoolStats.StreamStats::monitors)
                                .sum()
                        == stats.monitors().size();
    }

    @Test
    void getsEverythingOnceAndInOrderHoweverOftenItIsMoved() throws Exception {
        Map<String, DeliveryRecorder> recorders = new TreeMap<>();
        Map<String, Expectation> expectations = new TreeMap<>();
        ExampleMonitor moved = Monitors.all().stream()
                .filter(monitor -> monitor.id().equals("pumpfun-transaction-monitor"))
                .findFirst()
                .orElseThrow();
        InOrder through = new InOrder();
        InOrder direct = new InOrder();
        for (ExampleMonitor monitor : Monitors.all()) {
            Expectation expectation = new SimulatedExpectation(provider, monitor.request());
            DeliveryRecorder recorder = new DeliveryRecorder(expectation);
            expectations.put(monitor.id(), expectation);
            recorders.put(monitor.id(), recorder);
            boolean isMoved = monitor.id().equals(moved.id());
            connect(monitor, gateway.address(), update -> {
                recorder.received(update);
                if (isMoved) {
                    through.received(update);
                }
            });
        }
        connect(moved, provider.address(), direct::received);
        await("everybody is served", this::isEverybodyThere);
        long from = monitor(moved.id()).activeFromSlot().orElseThrow() + 2;
        int connects = provider.report().connects().size();

        int toItself = 0;
        for (int i = 0; i < MOVES; i++) {
            long before = monitor(moved.id()).streamId();
            if (i % 4 == 3) {
                toItself++;
                assertThat(pool.dedicate(moved.id(), toItself % 2 == 1)).isTrue();
            } else {
                Group group = monitor(moved.id()).group();
                assertThat(pool.move(moved.id(), group == Group.HIGH ? Group.LOW : Group.HIGH))
                        .isTrue();
            }
            await("move " + i, () -> monitor(moved.id()).streamId() != before && isEverybodyThere());
        }

        Map<String, Long> to = new TreeMap<>();
        expectations.forEach((id, expectation) -> to.put(id, expectation.finalTo()));
        TimeUnit.NANOSECONDS.sleep(UNDER_WAY.toNanos());
        recorders.forEach((id, recorder) -> recorder.check(to.getOrDefault(id, 0L)));
        recorders.forEach((id, recorder) -> {
            Verdict verdict = recorder.verdict();
            assertThat(List.of(verdict.lost(), verdict.duplicated(), verdict.misrouted()))
                    .as("lost, doubled, misrouted of %s, %s", id, verdict)
                    .containsOnly(0L);
        });
        assertThat(recorders)
                .hasEntrySatisfying(
                        moved.id(),
                        recorder -> assertThat(recorder.verdict().expected()).isGreaterThan(1_000));
        long until = to.getOrDefault(moved.id(), 0L);
        assertThat(through.between(from, until)).as("in the same order").isEqualTo(direct.between(from, until));
        assertThat(pool.stats().gaps()).isEmpty();
        assertThat(provider.report().connects().size() - connects)
                .as("connections for %s moves: those that a group opened", MOVES)
                .isLessThanOrEqualTo(2);
    }
}
