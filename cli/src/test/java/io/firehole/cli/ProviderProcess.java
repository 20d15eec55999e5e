package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.JsonFormat;
import io.firehole.cli.Programs.Program;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The simulator as a process of its own, and its control API. Any thread. */
final class ProviderProcess {

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String endpoint;
    private final String control;

    private ProviderProcess(String endpoint, String control) {
        this.endpoint = endpoint;
        this.control = control;
    }

    /** Starts one on free ports. */
    static ProviderProcess start(Programs programs, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"));
        all.addAll(List.of(arguments));
        Program program = programs.start(Map.of(), all.toArray(String[]::new));
        String ready = program.firstLine();
        if (!ready.startsWith("ready: ")) {
            throw new IOException("the simulator does not start: " + program.words());
        }
        return new ProviderProcess(
                ready.replaceAll("ready: provider ([^,]+),.*", "$1"), ready.replaceAll(".*control (\\S+).*", "$1"));
    }

    /** As a client's URL. */
    String url() {
        return "http://" + endpoint;
    }

    InetSocketAddress address() {
        int colon = endpoint.lastIndexOf(':');
        return new InetSocketAddress(endpoint.substring(0, colon), Integer.parseInt(endpoint.substring(colon + 1)));
    }

    JsonNode report() throws IOException, InterruptedException {
        return json.readTree(send(HttpRequest.newBuilder(URI.create("http://" + control + "/report"))
                        .build())
                .body());
    }

    /**
     * Has something go wrong.
     *
     * @param lasting zero for the kind's own time
     * @param above only on connections that came later than that one
     */
    void fault(String kind, Duration lasting, long above) throws IOException, InterruptedException {
        var order = json.createObjectNode().put("kind", kind);
        if (!lasting.isZero()) {
            order.put("for", lasting.toMillis() + "ms");
        }
        if (above > 0) {
            var ids = order.putArray("connections");
            for (JsonNode connect : report().get("connects")) {
                if (connect.get("id").asLong() > above) {
                    ids.add(connect.get("id").asLong());
                }
            }
        }
        HttpResponse<String> answer = post("/fault", order.toString());
        if (answer.statusCode() != 200) {
            throw new IOException("no fault: " + answer.body());
        }
    }

    /**
     * What a direct subscriber gets of these slots, by kind and name: count and sha256; empty while that is not known.
     *
     * @param replayable only what can be had once more
     */
    Optional<JsonNode> truth(
            SubscribeRequest request, CommitmentLevel commitment, long from, long to, boolean replayable)
            throws IOException, InterruptedException {
        String question = json.createObjectNode()
                .put("from", from)
                .put("to", to)
                .put("commitment", commitment.name())
                .put("replayable", replayable)
                .set("request", json.readTree(JsonFormat.printer().print(request)))
                .toString();
        HttpResponse<String> answer = post("/truth", question);
        return switch (answer.statusCode()) {
            case 200 -> Optional.of(json.readTree(answer.body()));
            case 409 -> Optional.empty();
            default -> throw new IOException("no truth: " + answer.body());
        };
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create("http://" + control + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
