package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.serve.Daemon;
import io.firehole.filters.tally.Tally;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Published clients in their own language, their own reconnection switched off, while the connections between Firehole and the
 * provider, a process of its own, break in every way there is: they notice nothing.
 */
@Timeout(4_000)
class FaultyProviderClientsTest {

    private static final Logger log = LoggerFactory.getLogger(FaultyProviderClientsTest.class);

    private static final List<String> CLIENTS = List.of("js", "napi", "laser");
    private static final int SECONDS =
            Integer.getInteger("firehole.client-seconds", "true".equals(System.getenv("CI")) ? 300 : 30);
    private static final int FAULT_EVERY_SECONDS = 5;

    /** So long before the end nothing breaks any more: what broke last is to have time to be made good. */
    private static final int QUIET_SECONDS = 10;

    private static final List<String> FAULTS = List.of("reset", "stream-error", "fin", "goaway", "stall", "half-open");

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void clientsThatDoNotReconnectNoticeNoneOfIt() throws Exception {
        NodeScripts.require(FaultyProviderClientsTest.class);
        try (Programs programs = new Programs(folder)) {
            ProviderProcess provider = ProviderProcess.start(programs);
            try (Daemon firehole = Daemon.start(
                    GrpcEndpoint.parse(provider.url()),
                    List.of(BudgetRule.DEFAULT),
                    PoolConfig.DEFAULT,
                    GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                    UnaryOperator.identity())) {
                List<Process> clients = new ArrayList<>();
                try {
                    for (String client : CLIENTS) {
                        clients.add(start(client, firehole.gatewayAddress().getPort()));
                    }
                    breakTheProvider(provider);
                    for (Process client : clients) {
                        assertThat(client.waitFor(SECONDS + 60L, TimeUnit.SECONDS))
                                .isTrue();
                    }
                } finally {
                    clients.forEach(Process::destroyForcibly);
                }
                for (String client : CLIENTS) {
                    check(client, provider);
                }
            }
        }
    }

    private static void breakTheProvider(ProviderProcess provider) throws Exception {
        for (int i = 0; i < (SECONDS - QUIET_SECONDS) / FAULT_EVERY_SECONDS; i++) {
            TimeUnit.SECONDS.sleep(FAULT_EVERY_SECONDS);
            provider.fault(FAULTS.get(i % FAULTS.size()), Duration.ZERO, 0);
        }
    }

    private Process start(String client, int port) throws IOException {
        return new ProcessBuilder(
                        "node",
                        "steady-client.mjs",
                        client,
                        "http://127.0.0.1:" + port,
                        "any-token",
                        String.valueOf(SECONDS))
                .directory(NodeScripts.FOLDER.toFile())
                .redirectOutput(folder.resolve(client).toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Every slot after the first block meta up to the last but one, by the provider's truth. */
    private void check(String client, ProviderProcess provider) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(client))) {
            lines.add(json.readTree(line));
        }
        JsonNode end = lines.removeLast();
        assertThat(end.get("errors")).as(client).isEmpty();
        assertThat(end.get("ended").asBoolean()).as(client + " was ended").isFalse();

        List<Long> metas = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        List<String> late = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode line : lines) {
            String id = line.get(0).asText() + " " + line.get(3).asText();
            long slot = line.get(2).asLong();
            if (!seen.add(id)) {
                twice.add(id);
            }
            if (!metas.isEmpty() && slot <= metas.getLast()) {
                late.add(id + " of slot " + slot + " after the block meta of " + metas.getLast());
            }
            if (line.get(0).asText().equals("blocks_meta")) {
                metas.add(slot);
            }
        }
        assertThat(twice).as(client + ": received twice").isEmpty();
        assertThat(late).as(client + ": out of order").isEmpty();
        assertThat(metas).as(client + ": slots").hasSizeGreaterThan(SECONDS);
        long from = metas.getFirst() + 1;
        long to = metas.get(metas.size() - 2);
        JsonNode expected = provider.truth(REQUEST, CommitmentLevel.CONFIRMED, from, to, false)
                .orElseThrow();
        for (String kind : List.of("transactions", "blocks_meta")) {
            for (Map.Entry<String, JsonNode> name : expected.get(kind).properties()) {
                Tally received = new Tally();
                lines.stream()
                        .filter(line -> line.get(0).asText().equals(kind)
                                && line.get(1).asText().equals(name.getKey())
                                && line.get(2).asLong() >= from
                                && line.get(2).asLong() <= to)
                        .forEach(line -> received.add(line.get(3).asText()));
                assertThat(received.count())
                        .as("%s: %s of slots %s to %s", client, kind, from, to)
                        .isEqualTo(name.getValue().get("count").asInt())
                        .isPositive();
                assertThat(received.sha256())
                        .isEqualTo(name.getValue().get("sha256").asText());
            }
        }
        log.info("{}: {} updates of slots {} to {}, each once and in order", client, lines.size(), from, to);
    }

    /** What {@code steady-client.mjs} asks for. */
    private static final SubscribeRequest REQUEST = SubscribeRequest.newBuilder()
            .setCommitment(CommitmentLevel.CONFIRMED)
            .putTransactions(
                    "mine",
                    SubscribeRequestFilterTransactions.newBuilder()
                            .setVote(false)
                            .addAccountInclude("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")
                            .build())
            .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
            .build();
}
