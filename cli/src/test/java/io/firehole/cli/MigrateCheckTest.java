package io.firehole.cli;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.config.Values;
import io.firehole.cli.demo.Sabotage;
import io.firehole.cli.demo.Sabotage.Fault;
import io.firehole.cli.serve.Daemon;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pilot as a user runs it, at a simulated provider and a gateway, over real sockets. */
@Timeout(120)
class MigrateCheckTest {

    private static final String PUMP = """
            {"transactions": {"pump": {"accountInclude": ["6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"], "failed": false}},
             "accounts": {"pump": {"owner": ["6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"]}},
             "slots": {"s": {}}, "blocksMeta": {"m": {}}}""";

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Simulator provider;

    @SuppressWarnings("NullAway.Init")
    private Daemon daemon;

    @BeforeEach
    void start() throws IOException {
        provider =
                Simulator.start(SimulatorConfig.builder().onFreePorts().speed(4).build());
    }

    @AfterEach
    void stop() {
        daemon.close();
        provider.close();
    }

    private void gateway(UnaryOperator<Transport> seam) throws IOException {
        daemon = Daemon.start(
                GrpcEndpoint.parse("http://" + Values.show(provider.address())),
                List.of(BudgetRule.DEFAULT),
                PoolConfig.DEFAULT,
                GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                seam);
    }

    private Invocation check(String request, String time, String... more) throws IOException {
        return checkAt(Values.show(daemon.gatewayAddress()), Values.show(provider.address()), request, time, more);
    }

    private Invocation checkAt(String gateway, String direct, String request, String time, String... more)
            throws IOException {
        Path config = Files.writeString(folder.resolve("firehole.yaml"), "state: state\n");
        List<String> arguments = new ArrayList<>(List.of(
                "migrate-check",
                "--monitor",
                "pilot",
                "--request",
                request,
                "--for",
                time,
                "--config",
                config.toString(),
                "--gateway",
                gateway,
                "--direct",
                "http://" + direct));
        arguments.addAll(List.of(more));
        return Invocation.of(arguments.toArray(String[]::new));
    }

    @Test
    void findsNoDifferenceWhereThereIsNone() throws IOException {
        gateway(transport -> transport);
        Invocation run = check(PUMP, "6s", "--json");
        JsonNode report = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode())
                .as("%s\n%s", run.err(), report.toPrettyString())
                .isZero();
        assertThat(run.err())
                .contains("The direct one takes 1 permit of the connection budget, whose ledger is in " + folder)
                .contains("good: ", "permits taken: 1; left now: 59 of 60");
        assertThat(report.get("good").asBoolean()).isTrue();
        assertThat(report.get("counts").fieldNames()).toIterable().containsExactly("block_meta", "slot", "transaction");
        assertThat(report.at("/total/same").asLong()).isGreaterThan(100);
        assertThat(report.at("/laterNanos/median").isIntegralNumber()).isTrue();
        assertThat(provider.report().connects())
                .as("the gateway's and the direct one")
                .hasSize(2);

        assertThat(check(PUMP, "1s").out())
                .as("the ledger remembers the first permit")
                .contains("permits taken: 1; left now: 58 of 60");
    }

    @Test
    void endsWithOneWhereTheGatewayLosesUpdates() throws IOException {
        gateway(Sabotage.of(Fault.LOSE));
        Invocation run = check(PUMP, "4s");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .containsPattern("transaction +\\d+ +[1-9]\\d* +0 +0")
                .contains("  missing: transaction ", "FAILED: ");
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).doesNotContain("extra: "));
    }

    @Test
    void endsWithOneWhereTheGatewayGivesUpdatesTwice() throws IOException {
        gateway(Sabotage.of(Fault.DOUBLE));
        Invocation run = check(PUMP, "4s");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("  extra: transaction ", "FAILED: ").doesNotContain("  missing: ");
    }

    @Test
    void endsWithOneWhereACallEnds() throws Exception {
        gateway(transport -> transport);
        CompletableFuture<Invocation> run = CompletableFuture.supplyAsync(() -> {
            try {
                return check(PUMP, "60s");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        await("both calls are there", () -> provider.report().streams() >= 2);
        daemon.close();
        assertThat(run.get().exitCode()).isEqualTo(1);
        assertThat(run.get().out()).contains("the gateway ended the call: UNAVAILABLE");
    }

    @Test
    void endsWithThreeWhereNobodyListens() throws IOException {
        gateway(transport -> transport);
        String nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + socket.getLocalPort();
        }
        Invocation noGateway = checkAt(nobody, Values.show(provider.address()), PUMP, "2s");
        assertThat(noGateway.exitCode()).isEqualTo(3);
        assertThat(noGateway.err()).startsWith("firehole: the gateway cannot be reached: UNAVAILABLE");
        Invocation noProvider = checkAt(Values.show(daemon.gatewayAddress()), nobody, PUMP, "2s");
        assertThat(noProvider.exitCode()).isEqualTo(3);
        assertThat(noProvider.err()).startsWith("firehole: the provider cannot be reached: UNAVAILABLE");
    }

    @Test
    void refusesARequestThatBreaksARule() throws IOException {
        gateway(transport -> transport);
        Invocation invalid = check("{\"transactions\": {\"a\": {\"accountInclude\": [\"no key!\"]}}}", "2s");
        assertThat(invalid.exitCode()).isEqualTo(2);
        assertThat(invalid.err()).startsWith("firehole: --request: failed to create filter: Invalid Base58 string");
        Invocation replay = check("{\"slots\": {\"a\": {}}, \"fromSlot\": 7}", "2s");
        assertThat(replay.exitCode()).isEqualTo(2);
        assertThat(replay.err()).startsWith("firehole: --request: must have no from_slot");
    }
}
