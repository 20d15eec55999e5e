package io.firehole.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Asks the console of a running Firehole. One thread. */
public final class ConsoleClient implements AutoCloseable {

    /** How long to wait for a connection, and for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** No answer of a console is larger. */
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    /** What tells an order from what a form could send. */
    private static final String ORDER_HEADER = "x-firehole-order";

    private final URI console;
    private final Optional<String> token;
    private final HttpClient http;

    /**
     * Connects to nobody yet.
     *
     * @param url as in {@code http://127.0.0.1:3001}, or only {@code HOST:PORT}
     * @param token shown with every question; empty for none
     * @throws IllegalArgumentException if that is no such URL
     */
    public ConsoleClient(String url, Optional<String> token) {
        this.token = token;
        String whole = url.contains("://") ? url : "http://" + url;
        URI parsed = URI.create(whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole);
        boolean http1 = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
        if (!http1 || parsed.getHost() == null || !parsed.getRawPath().isEmpty() || parsed.getRawQuery() != null) {
            throw new IllegalArgumentException("a console is http://HOST:PORT, as in http://127.0.0.1:3001");
        }
        this.console = parsed;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
    }

    /** A part of a path, or the value of a parameter, as it travels. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Asks.
     *
     * @param path with its query string, its parts {@linkplain #encoded encoded}
     */
    public ConsoleAnswer get(String path) throws InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(console + path)));
    }

    /**
     * Gives an order.
     *
     * @param path with its query string, its parts {@linkplain #encoded encoded}
     */
    public ConsoleAnswer post(String path) throws InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(console + path))
                .header(ORDER_HEADER, "1")
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    private ConsoleAnswer send(HttpRequest.Builder question) throws InterruptedException {
        token.ifPresent(mine -> question.header("Authorization", "Bearer " + mine));
        HttpRequest request = question.timeout(PATIENCE).build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return answer(response.statusCode(), body.readNBytes(ANSWER_BYTES_MAX));
            }
        } catch (IOException unreachable) {
            String why = unreachable.getMessage();
            return new ConsoleAnswer.Unreachable("no console answers at " + console + " ("
                    + (why == null ? unreachable.getClass().getSimpleName() : why)
                    + "); is serve or demo running, and does it listen there?");
        }
    }

    private ConsoleAnswer answer(int status, byte[] body) throws IOException {
        JsonNode document;
        try {
            document = new ObjectMapper().readTree(body);
        } catch (JsonProcessingException noJson) {
            return new ConsoleAnswer.Unreachable("what answers at " + console + " is no Firehole console");
        }
        if (status == 200 && document.has("data")) {
            return new ConsoleAnswer.Data(document.get("data"));
        }
        return document.has("detail")
                ? new ConsoleAnswer.Problem(status, document.get("detail").asText())
                : new ConsoleAnswer.Unreachable("what answers at " + console + " is no Firehole console");
    }

    @Override
    public void close() {
        http.close();
    }
}
