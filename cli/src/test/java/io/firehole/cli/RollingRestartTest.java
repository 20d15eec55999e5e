package io.firehole.cli;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.JsonFormat;
import io.firehole.cli.Programs.Program;
import io.firehole.filters.tally.Tally;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts of {@code serve} without a break: the new process listens at the old one's port before that one is told to stop.
 * Provider, both processes and their clients each have a life of their own.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
@Tag("alone")
class RollingRestartTest {

    private static final Logger log = LoggerFactory.getLogger(RollingRestartTest.class);

    private static final int RESTARTS =
            Integer.getInteger("firehole.restarts", "true".equals(System.getenv("CI")) ? 10 : 3);
    private static final int MONITORS = 12;
    private static final int LIMIT = 60;
    private static final Duration DRAIN = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of the addresses in most transactions of the recording: each monitor asks for one. */
    private static final List<String> ACCOUNTS =
            List.of("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void monitorsThatResumeLoseNothingAndGetNothingTwice() throws Exception {
        try (Programs programs = new Programs(folder)) {
            Program provider = programs.start(
                    Map.of(),
                    "simulate",
                    "--listen",
                    "127.0.0.1:0",
                    "--control",
                    "127.0.0.1:0",
                    "--limit",
                    LIMIT + "/60s");
            String ready = provider.firstLine();
            String endpoint = ready.replaceAll("ready: provider ([^,]+),.*", "$1");
            String control = ready.replaceAll(".*control (\\S+).*", "$1");
            int port = freePort();
            Program serving = serve(programs, endpoint, port);
            List<ResumingClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < MONITORS; i++) {
                    ResumingClient client = new ResumingClient(
                            "m" + i, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), request(i));
                    clients.add(client);
                    client.start();
                }
                await("every monitor is served", () -> clients.stream().allMatch(client -> client.newestSlot() > 0));
                int connectsBefore = report(control).get("connects").size();

                for (int restart = 0; restart < RESTARTS; restart++) {
                    Program next = serve(programs, endpoint, port);
                    int endsBefore = restart;
                    serving.signal("TERM");
                    assertThat(serving.process().waitFor(DRAIN.plusSeconds(5).toMillis(), TimeUnit.MILLISECONDS))
                            .as("ends within its drain and five seconds; it says %s", serving.words())
                            .isTrue();
                    assertThat(serving.exitCode()).isZero();
                    long newest = clients.stream()
                            .mapToLong(ResumingClient::newestSlot)
                            .max()
                            .orElseThrow();
                    await(
                            "all are back after restart " + (endsBefore + 1),
                            () -> clients.stream()
                                    .allMatch(client ->
                                            client.ends().size() > endsBefore && client.newestSlot() > newest + 2));
                    serving = next;
                }

                JsonNode report = report(control);
                int extra = report.get("connects").size() - connectsBefore;
                log.info(
                        "{} restarts, {} monitors: {} extra connects, {} attempts of clients refused, {} ends without a slot",
                        RESTARTS,
                        MONITORS,
                        extra,
                        clients.stream().mapToInt(ResumingClient::refused).sum(),
                        clients.stream().mapToInt(ResumingClient::untold).sum());
                assertThat(extra).as("connects for %s restarts", RESTARTS).isLessThanOrEqualTo(RESTARTS * MONITORS);
                assertThat(report.get("worstWindow").get("count").asInt()).isLessThanOrEqualTo(LIMIT);
                assertThat(report.get("refused").asInt()).isZero();
                assertThat(clients)
                        .allSatisfy(client -> assertThat(client.ends())
                                .hasSize(RESTARTS)
                                .allMatch(end -> end.getCode() == Status.Code.UNAVAILABLE));
                for (int i = 0; i < MONITORS; i++) {
                    compare(clients.get(i), request(i), control);
                }
            } finally {
                clients.forEach(ResumingClient::close);
            }
        }
    }

    /** By the provider's own account: everything there was to get, and each once. */
    private void compare(ResumingClient client, SubscribeRequest request, String control) throws Exception {
        long from = client.wholeFrom();
        long to = client.newestSlot() - 2;
        JsonNode expected =
                truth(control, request, from, to).get("transactions").get("t");
        Tally received = client.between(from, to);
        assertThat(received.count() - received.distinct().count()).as("doubled").isZero();
        assertThat(received.count())
                .as("received of slots %s to %s", from, to)
                .isEqualTo(expected.get("count").asInt());
        assertThat(received.sha256()).isEqualTo(expected.get("sha256").asText());
        assertThat(received.count()).isPositive();
    }

    private static SubscribeRequest request(int monitor) {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.CONFIRMED)
                .putTransactions(
                        "t",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAccountInclude(ACCOUNTS.get(monitor % ACCOUNTS.size()))
                                .setFailed(monitor % 3 == 0)
                                .build())
                .build();
    }

    private static Program serve(Programs programs, String endpoint, int port) throws IOException {
        Program program = programs.start(
                Map.of(
                        "GRPC_URL",
                        "http://" + endpoint,
                        "FIREHOLE_POOL_BUDGET",
                        LIMIT + "/60s",
                        "FIREHOLE_GATEWAY_DRAIN",
                        DRAIN.toSeconds() + "s",
                        "FIREHOLE_GATEWAY_REUSE_PORT",
                        "true"),
                "serve",
                "--gateway",
                "127.0.0.1:" + port);
        assertThat(program.firstLine()).as("%s", program.words()).startsWith("ready: ");
        return program;
    }

    private JsonNode report(String control) throws Exception {
        return json.readTree(http.send(
                        HttpRequest.newBuilder(URI.create("http://" + control + "/report"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }

    private JsonNode truth(String control, SubscribeRequest request, long from, long to) throws Exception {
        String question = json.createObjectNode()
                .put("from", from)
                .put("to", to)
                .put("commitment", "CONFIRMED")
                .set("request", json.readTree(JsonFormat.printer().print(request)))
                .toString();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://" + control + "/truth"))
                            .POST(HttpRequest.BodyPublishers.ofString(question))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 409) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                return json.readTree(answer.body());
            }
            assertThat(System.nanoTime()).as("in time; %s", answer.body()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
