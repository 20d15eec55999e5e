package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.wire.proto.CommitmentLevel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The control API, over HTTP. */
class ControlApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Simulator simulator;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        simulator = Simulator.start(
                SimulatorConfig.builder().onFreePorts().speed(10).build());
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    /** An answer with its JSON. */
    private record Answered(int status, JsonNode body) {}

    private static Answered get(String path) throws Exception {
        return answered(request(path).GET());
    }

    private static Answered post(String path, String body) throws Exception {
        return answered(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder request(String path) {
        InetSocketAddress address = Objects.requireNonNull(simulator.controlAddress());
        return HttpRequest.newBuilder(URI.create("http://" + address.getHostString() + ":" + address.getPort() + path));
    }

    private static Answered answered(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        return new Answered(response.statusCode(), JSON.readTree(response.body()));
    }

    @Test
    void theReportCountsEveryConnection() throws Exception {
        int before = get("/report").body().path("connects").size();
        InetSocketAddress address = simulator.address();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertThat(socket.isConnected()).isTrue();
            JsonNode report = get("/report").body();
            while (report.path("connects").size() == before) {
                report = get("/report").body();
            }
            JsonNode connect = report.path("connects").path(before);
            assertThat(connect.path("outcome").asText()).isEqualTo("accepted");
            assertThat(connect.path("at").isIntegralNumber()).isTrue();
            assertThat(connect.path("id").asLong()).isEqualTo(before + 1);
            assertThat(report.path("worstWindow").path("count").asInt()).isEqualTo(before + 1);
            assertThat(report.path("worstWindow").path("from").asLong()).isPositive();
            for (String key : new String[] {"refused", "open", "streams", "requests", "sentBytes"}) {
                assertThat(report.path(key).isIntegralNumber()).as(key).isTrue();
            }
            assertThat(report.path("sent").isObject()).isTrue();
        }
    }

    @Test
    void theReportCountsWhatWasSent() throws Exception {
        try (StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(Requests.blocksMeta("m"));
            stream.next(update -> update.hasBlockMeta());
            JsonNode report = get("/report").body();
            assertThat(report.path("streams").asInt()).isEqualTo(1);
            assertThat(report.path("requests").asInt()).isEqualTo(1);
            assertThat(report.path("sent").path("ping").asInt()).isEqualTo(1);
            assertThat(report.path("sent").path("block_meta").asInt()).isPositive();
            assertThat(report.path("sentBytes").asInt()).isGreaterThan(100);
        }
    }

    @Test
    void aFaultIsAnsweredWithHowManyItConcerns() throws Exception {
        Answered answer = post("/fault", "{\"kind\":\"no-replay\",\"for\":\"1ms\",\"connections\":[99999]}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("affected").asInt(-1)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"kind\":\"earthquake\"} | unknown kind \"earthquake\"; known are reset, fin, goaway, stream-error",
                "{} | \"kind\" is missing; known are reset",
                "{\"kind\":\"stall\",\"for\":\"long\"} | \"for\": \"long\" is not a length of time",
                "{\"kind\":\"stall\",\"for\":3} | \"for\" must be a text like \"3s\", was 3",
                "{\"kind\":\"stall\",\"for\":\"0s\"} | \"for\" must be longer than 0s",
                "{\"kind\":\"reset\",\"every\":\"1ms\"} | \"every\" must be at least 10ms",
                "{\"kind\":\"reset\",\"connections\":\"all\"} | \"connections\" must be a list of ids",
                "{\"kind\":\"reset\",\"connections\":[1.5]} | \"connections\" must be a list of ids, found 1.5",
                "{\"kind\":\"reset\",\"when\":\"now\"} | unknown key \"when\"; known are kind, for, every, connections",
                "[] | a fault is an object",
                "nonsense | the body is not JSON",
                "`` | a fault is an object",
            })
    void anOrderThatIsNoneIsAnsweredWithWhatIsAllowed(String order, String error) throws Exception {
        Answered answer = post("/fault", order);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("error").asText()).startsWith(error);
    }

    @Test
    void theTruthIsToldByKindAndName() throws Exception {
        long slot = simulator.chain().latest(CommitmentLevel.FINALIZED).slot();
        Answered answer = post(
                "/truth",
                "{\"request\":{\"slots\":{\"s\":{}},\"blocksMeta\":{\"m\":{},\"n\":{}},\"entry\":{}},"
                        + "\"commitment\":\"PROCESSED\",\"from\":" + slot + ",\"to\":\"" + slot + "\"}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("slots").path("s").path("count").asInt()).isEqualTo(3);
        assertThat(answer.body().path("blocks_meta").path("m").path("count").asInt())
                .isEqualTo(1);
        assertThat(answer.body().path("blocks_meta").path("m"))
                .isEqualTo(answer.body().path("blocks_meta").path("n"));
        assertThat(answer.body().path("blocks_meta").path("m").path("sha256").asText())
                .matches("[0-9a-f]{64}");
    }

    @Test
    void theTruthOfTheFutureIsNotFinal() throws Exception {
        long slot = simulator.chain().latest(CommitmentLevel.PROCESSED).slot() + 1_000_000;
        Answered answer = post(
                "/truth", "{\"request\":{\"blocksMeta\":{\"m\":{}}},\"from\":" + (slot - 2) + ",\"to\":" + slot + "}");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body().path("finalTo").asLong()).isPositive().isLessThan(slot);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"from\":1,\"to\":2} | \"request\" must be a SubscribeRequest in JSON",
                "{\"request\":{\"slot\":{}},\"from\":1,\"to\":2} | \"request\" is no SubscribeRequest",
                "{\"request\":{},\"to\":2} | \"from\" must be a slot number, was missing",
                "{\"request\":{},\"from\":1,\"to\":\"x\"} | \"to\" must be a slot number",
                "{\"request\":{},\"from\":1,\"to\":2,\"commitment\":\"final\"} | \"commitment\" must be PROCESSED",
                "{\"request\":{},\"from\":1,\"to\":2,\"replayable\":\"yes\"} | \"replayable\" must be true or false",
                "{\"request\":{},\"from\":1,\"too\":2} | unknown key \"too\"",
                "{\"request\":{\"transactions\":{\"x\":{\"accountInclude\":[\"0\"]}}},\"from\":1,\"to\":2} | failed to create filter: ",
            })
    void aQuestionThatIsNoneIsAnsweredWithWhatIsWrong(String question, String error) throws Exception {
        Answered answer = post("/truth", question);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("error").asText()).startsWith(error);
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertThat(get("/reports").status()).isEqualTo(404);
        assertThat(get("/reports").body().path("error").asText()).contains("GET /report, POST /fault, POST /truth");
        assertThat(get("/fault").status()).isEqualTo(405);
        assertThat(post("/report", "{}").status()).isEqualTo(405);
    }
}
