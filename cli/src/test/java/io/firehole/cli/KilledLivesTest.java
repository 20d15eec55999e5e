package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.Programs.Program;
import io.firehole.cli.config.Values;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.MonitorClient;
import io.firehole.filters.profile.Rate;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.ledger.BootClock;
import io.firehole.pool.budget.ledger.FileLedger;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.LedgerName;
import io.firehole.pool.budget.ledger.Retention;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.control.Report;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.simulator.rules.ProviderRules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The provider's limit over many lives of {@code serve}: processes that are killed, crash again and again, or stand still.
 *
 * <p>The provider counts by its own clock. Its limit is so low that every life comes near it, and seven monitors want
 * their connections back from each life.
 */
class KilledLivesTest {

    private static final boolean CI = "true".equals(System.getenv("CI"));
    private static final int KILLS = Integer.getInteger("firehole.kills", CI ? 20 : 6);
    private static final Duration CRASHING =
            Duration.ofSeconds(Integer.getInteger("firehole.storm-seconds", CI ? 60 : 15));
    private static final Duration STANDING_STILL = Duration.ofSeconds(CI ? 90 : 15);

    /** Far from an even number of connections per life, so that the last permit is always one of several wanted. */
    private static final Rate LIMIT = new Rate(7, Duration.ofSeconds(20));

    /** After that long without a permit something is wrong: a window, the bound of an attempt, and a start. */
    private static final Duration STALL_MAX = Duration.ofSeconds(61);

    private static final Duration LIFE_MAX = Duration.ofSeconds(6);
    private static final int LOOKS_MAX = 10_000;
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    @TempDir
    private Path folder;

    private final Random random = new Random(20);

    @Test
    void killedAtRandomMomentsItNeverPassesTheLimit() throws Exception {
        try (Simulator provider = provider();
                Programs programs = new Programs(folder);
                Demand demand = Demand.at(freePort())) {
            int port = demand.port();
            for (int life = 0; life < KILLS; life++) {
                Program serve = serve(programs, provider, port);
                sleep(serve, Duration.ofMillis(random.nextLong(LIFE_MAX.toMillis())));
                serve.kill();
            }
            int before = provider.report().connects().size();
            serve(programs, provider, port);
            assertThat(within(STALL_MAX, () -> provider.report().connects().size() > before))
                    .as("the last life connects")
                    .isTrue();
            assertHeld(provider);
            assertThat(provider.report().connects())
                    .as("connections of all lives")
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void crashingSoonAfterEachFirstConnectItNeverPassesTheLimit() throws Exception {
        try (Simulator provider = provider();
                Programs programs = new Programs(folder);
                Demand demand = Demand.at(freePort())) {
            int port = demand.port();
            long endNanos = System.nanoTime() + CRASHING.toNanos();
            int lives = 0;
            while (System.nanoTime() < endNanos) {
                int before = provider.report().connects().size();
                Program serve = serve(programs, provider, port);
                assertThat(within(STALL_MAX, () -> provider.report().connects().size() > before))
                        .as("life %s connects", lives)
                        .isTrue();
                sleep(serve, Duration.ofMillis(random.nextLong(500)));
                serve.kill();
                lives++;
            }
            assertHeld(provider);
            assertThat(lives).as("lives").isGreaterThan(2);
        }
    }

    @Test
    void stoppedForLongItNeverPassesTheLimitAndGoesOn() throws Exception {
        try (Simulator provider = provider();
                Programs programs = new Programs(folder);
                Demand demand = Demand.at(freePort())) {
            int port = demand.port();
            Program serve = serve(programs, provider, port);
            assertThat(within(STALL_MAX, () -> provider.report().streams() >= 3))
                    .isTrue();
            serve.signal("STOP");
            provider.faults().inject(Fault.of(FaultKind.RESET));
            sleep(serve, STANDING_STILL);
            serve.signal("CONT");
            assertThat(within(STALL_MAX, () -> provider.report().streams() >= 3))
                    .as("served again")
                    .isTrue();
            assertHeld(provider);
        }
    }

    private void assertHeld(Simulator provider) throws IOException {
        Report report = provider.report();
        assertThat(report.worstWindow().count())
                .as(
                        "most connections in any %s, of %s in all",
                        LIMIT.per(), report.connects().size())
                .isLessThanOrEqualTo(LIMIT.max());
        assertThat(report.refused()).as("refused").isZero();
        long sinceMillis = System.currentTimeMillis() - LIMIT.per().toMillis();
        assertThat(report.connects().stream().filter(connect -> connect.at() > sinceMillis))
                .as("connections of the last window, each with a permit in the ledger")
                .hasSizeLessThanOrEqualTo(permitsInTheLedger(provider));
    }

    private int permitsInTheLedger(Simulator provider) throws IOException {
        LedgerName name = endpoint(provider).allowance(BudgetRule.TOKEN);
        Retention retention = new Retention(LIMIT.per(), ConnectionBudget.ATTEMPT_DEADLINE);
        try (FileLedger ledger =
                FileLedger.open(folder.resolve("state"), name, retention, BootClock.system(), InstantSource.system())) {
            // Busy as long as a life that was killed a moment ago is still being taken away.
            for (int tries = 0; tries < LOOKS_MAX; tries++) {
                if (ledger.turn(view -> view.entries().size()) instanceof Ledger.Turn.Done<Integer>(Integer permits)) {
                    return permits;
                }
                Thread.onSpinWait();
            }
            throw new AssertionError("the ledger cannot be read");
        }
    }

    private static GrpcEndpoint endpoint(Simulator provider) {
        return GrpcEndpoint.parse("http://" + Values.show(provider.address()));
    }

    private static Simulator provider() throws IOException {
        return Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .rules(ProviderRules.open().withConnects(LIMIT))
                .build());
    }

    private static Program serve(Programs programs, Simulator provider, int port) throws IOException {
        return programs.start(
                Map.of(
                        "GRPC_URL",
                        endpoint(provider).url(),
                        "FIREHOLE_POOL_BUDGET",
                        LIMIT.max() + "/" + Values.show(LIMIT.per())),
                "serve",
                "--gateway",
                "127.0.0.1:" + port);
    }

    /** Seven monitors that want to be served at that port, whatever becomes of who serves there. */
    private record Demand(int port, List<MonitorClient> monitors) implements AutoCloseable {

        static Demand at(int port) {
            URI gateway = URI.create("http://127.0.0.1:" + port);
            List<MonitorClient> monitors = Monitors.all().stream()
                    .map(monitor -> new MonitorClient(monitor, gateway, Optional.empty(), line -> {}, update -> {}))
                    .toList();
            monitors.forEach(MonitorClient::start);
            return new Demand(port, monitors);
        }

        @Override
        public void close() {
            monitors.forEach(MonitorClient::close);
        }
    }

    /** Waits while the program runs, or less if it ends by itself. */
    private static void sleep(Program program, Duration time) throws InterruptedException {
        boolean ended = program.process().waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended).as("ended by itself").isFalse();
    }

    private static boolean within(Duration most, BooleanSupplier condition) throws InterruptedException {
        long endNanos = System.nanoTime() + most.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNanos > 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
        }
        return true;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
