package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.serve.Daemon;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.truth.TruthAnswer;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Published clients in their own language, unchanged, through the gateway and directly at the simulator: they subscribe,
 * ping, change filters on the open stream and make unary calls, and get exactly what the simulator says a direct
 * subscriber gets.
 *
 * <p>All three run at once and all call a filter "mine", so data of one that reached another would show.
 */
class RealClientsTest {

    private static final List<String> CLIENTS = List.of("js", "napi", "laser");
    private static final int SLOTS_WATCHED = 4;
    private static final long RUN_SECONDS_MAX = 120;

    private static final String PUMP_FUN = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";
    private static final String RAYDIUM_V4 = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8";
    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final String JITO_TIP = "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49";

    private static Simulator provider;
    private static Daemon firehole;

    @BeforeAll
    static void startsProviderAndFirehole() throws IOException {
        NodeScripts.require(RealClientsTest.class);
        provider =
                Simulator.start(SimulatorConfig.builder().onFreePorts().speed(2).build());
        firehole = Daemon.start(
                GrpcEndpoint.parse("http://127.0.0.1:" + provider.address().getPort()),
                List.of(BudgetRule.DEFAULT),
                PoolConfig.DEFAULT,
                GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                UnaryOperator.identity());
    }

    @AfterAll
    static void stopsThem() {
        if (firehole != null) {
            firehole.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    @Test
    void throughTheGatewayTheyGetWhatASubscriptionOfTheirOwnWouldGive() throws Exception {
        everyClientGetsItsOwn(firehole.gatewayAddress().getPort());
    }

    @Test
    void directlyAtTheSimulatorTheyGetTheSame() throws Exception {
        everyClientGetsItsOwn(provider.address().getPort());
    }

    /** A client at work, and the file its answer goes to. */
    private record Running(String client, Process process, Path answer) {

        static Running start(String client, int port) throws IOException {
            Path answer = Files.createTempFile("firehole-" + client, ".json");
            String endpoint = "http://127.0.0.1:" + port;
            return new Running(
                    client,
                    new ProcessBuilder(
                                    "node",
                                    "real-client.mjs",
                                    client,
                                    endpoint,
                                    "any-token",
                                    Integer.toString(SLOTS_WATCHED))
                            .directory(NodeScripts.FOLDER.toFile())
                            .redirectOutput(answer.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start(),
                    answer);
        }

        JsonNode result() throws IOException, InterruptedException {
            assertThat(process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS))
                    .as("%s ends within %d s", client, RUN_SECONDS_MAX)
                    .isTrue();
            String said = Files.readString(answer);
            assertThat(process.exitValue())
                    .as("%s said %s", client, said.substring(0, Math.min(2_000, said.length())))
                    .isZero();
            return new ObjectMapper().readTree(said);
        }

        void end() throws IOException {
            process.destroyForcibly();
            Files.deleteIfExists(answer);
        }
    }

    private static void everyClientGetsItsOwn(int port) throws Exception {
        List<Running> all = new ArrayList<>();
        try {
            for (String client : CLIENTS) {
                all.add(Running.start(client, port));
            }
            for (Running running : all) {
                gotItsOwn(running.client(), running.result());
            }
        } finally {
            for (Running running : all) {
                running.end();
            }
        }
    }

    private static void gotItsOwn(String client, JsonNode result) {
        assertThat(result.get("errors")).as(client).isEmpty();
        if (!client.equals("laser")) { // which hides pings and has no unary calls
            assertThat(result.get("pings").asInt()).as(client).isPositive();
            assertThat(result.get("pongs"))
                    .as(client)
                    .extracting(JsonNode::asInt)
                    .containsExactly(42);
            JsonNode unary = result.get("unary");
            assertThat(unary.get("ping").asInt()).isEqualTo(7);
            assertThat(unary.get("version").asText()).contains("yellowstone-grpc-geyser");
            assertThat(unary.get("slot").asLong()).isGreaterThan(400_000_000L);
            assertThat(unary.get("height").asLong()).isPositive();
            assertThat(unary.get("valid").asBoolean()).isTrue();
        }
        if (client.equals("napi")) {
            assertThat(result.get("unary").get("replay").asLong()).isPositive();
        }
        phaseMatches(client + ", first filters", firstRequest(), result.get("first"));
        phaseMatches(client + ", changed filters", secondRequest(), result.get("second"));
    }

    /** Every slot that began after the phase's first block meta and was sealed within the phase, compared identifier by identifier. */
    private static void phaseMatches(String what, SubscribeRequest request, JsonNode phase) {
        JsonNode metas = phase.get("metas");
        long from = metas.get(0).asLong() + 1;
        long to = metas.get(metas.size() - 1).asLong();
        Map<String, Set<String>> expected = expected(request, from, to);

        Map<String, Set<String>> received = new TreeMap<>();
        expected.keySet().forEach(key -> received.put(key, new TreeSet<>()));
        List<String> twice = new ArrayList<>();
        List<String> afterTheSeal = new ArrayList<>();
        Set<Long> sealed = new HashSet<>();
        for (JsonNode update : phase.get("received")) {
            String kind = update.get(0).asText();
            long slot = update.get(2).asLong();
            String id = update.get(3).asText();
            if (kind.equals("slots")) {
                continue; // statuses of earlier slots come for as long as slots are finalised
            }
            if (sealed.contains(slot)) {
                afterTheSeal.add(kind + " " + id);
            }
            if (kind.equals("blocks_meta")) {
                sealed.add(slot);
            }
            if (slot < from || slot > to) {
                continue;
            }
            String key = kind + "/" + update.get(1).asText();
            if (!received.computeIfAbsent(key, unexpected -> new TreeSet<>()).add(id)) {
                twice.add(key + " " + id);
            }
        }
        assertThat(twice).as(what + ": received twice").isEmpty();
        assertThat(afterTheSeal).as(what + ": after the slot's block meta").isEmpty();
        assertThat(received.keySet()).as(what + ": names").isEqualTo(expected.keySet());
        expected.forEach((key, ids) -> assertThat(received.get(key))
                .as("%s: %s of slots %d to %d", what, key, from, to)
                .isEqualTo(ids));
    }

    private static Map<String, Set<String>> expected(SubscribeRequest request, long from, long to) {
        TruthAnswer answer = provider.truth().expected(request, CommitmentLevel.PROCESSED, from, to, false);
        if (!(answer instanceof TruthAnswer.Known known)) {
            throw new AssertionError("slots " + from + " to " + to + " have been received, yet: " + answer);
        }
        Map<String, Set<String>> expected = new TreeMap<>();
        known.tallies()
                .forEach((kind, byName) -> byName.forEach((name, tally) -> {
                    assertThat(tally.count()).as(kind + " " + name).isPositive();
                    Set<String> ids = new TreeSet<>();
                    tally.ids().forEach(ids::add);
                    expected.put(field(kind) + "/" + name, ids);
                }));
        return expected;
    }

    private static String field(UpdateKind kind) {
        return switch (kind) {
            case TRANSACTION -> "transactions";
            case TRANSACTION_STATUS -> "transactions_status";
            case ACCOUNT -> "accounts";
            case BLOCK_META -> "blocks_meta";
            default -> kind.name().toLowerCase(Locale.ROOT);
        };
    }

    /** What {@code real-client.mjs} asks for first, but for slots. */
    private static SubscribeRequest firstRequest() {
        return SubscribeRequest.newBuilder()
                .putTransactions("mine", transactionsOf(PUMP_FUN))
                .putAccounts(
                        "tips",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount(JITO_TIP)
                                .build())
                .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }

    /** What it asks for then. */
    private static SubscribeRequest secondRequest() {
        return SubscribeRequest.newBuilder()
                .putTransactions("mine", transactionsOf(RAYDIUM_V4))
                .putTransactionsStatus("outcomes", transactionsOf(RAYDIUM_V4))
                .putAccounts(
                        "tokens",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addOwner(TOKEN_PROGRAM)
                                .build())
                .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }

    private static SubscribeRequestFilterTransactions transactionsOf(String key) {
        return SubscribeRequestFilterTransactions.newBuilder()
                .setVote(false)
                .addAccountInclude(key)
                .build();
    }
}
