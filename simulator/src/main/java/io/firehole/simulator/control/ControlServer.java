package io.firehole.simulator.control;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultDesk;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for questions and orders. Any thread; each request runs on a virtual thread of its own.
 */
public final class ControlServer implements AutoCloseable {

    /** The largest body: a request with as many keys as a provider takes, and then some. */
    static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();

    private final Reporter reporter;
    private final FaultDesk faults;
    private final TruthQuestion truth;

    private ControlServer(HttpServer server, Reporter reporter, FaultDesk faults, TruthQuestion truth) {
        this.server = server;
        this.reporter = reporter;
        this.faults = faults;
        this.truth = truth;
    }

    /**
     * Begins to listen.
     *
     * @throws IOException if the address cannot be had; the message names it
     */
    public static ControlServer listen(
            InetSocketAddress address, Reporter reporter, FaultDesk faults, TruthQuestion truth) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(), e);
        }
        ControlServer control = new ControlServer(server, reporter, faults, truth);
        server.createContext("/", control::handle);
        server.setExecutor(control.requests);
        server.start();
        return control;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (JacksonException e) {
                answer = Answer.badRequest("the body is not JSON: " + e.getOriginalMessage());
            } catch (IllegalArgumentException e) {
                answer = Answer.badRequest(String.valueOf(e.getMessage()));
            } catch (IllegalStateException e) {
                answer = new Answer(503, new Answer.Problem(String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                log.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                answer = new Answer(500, new Answer.Problem(e.toString()));
            }
            byte[] body = (json.writeValueAsString(answer.body()) + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String wanted = path.equals("/report") ? "GET" : "POST";
        return switch (path) {
            case "/report", "/fault", "/truth" -> {
                if (!exchange.getRequestMethod().equals(wanted)) {
                    exchange.getResponseHeaders().set("Allow", wanted);
                    yield new Answer(405, new Answer.Problem(path + " is asked with " + wanted));
                }
                yield switch (path) {
                    case "/report" -> Answer.ok(reporter.report());
                    case "/fault" -> inject(body(exchange));
                    default -> truth.answer(body(exchange));
                };
            }
            default ->
                new Answer(
                        404,
                        new Answer.Problem("no " + path + " here; there are GET /report, POST /fault, POST /truth"));
        };
    }

    private Answer inject(JsonNode order) {
        Fault fault = FaultOrder.read(order);
        return Answer.ok(Map.of("affected", faults.inject(fault)));
    }

    private JsonNode body(HttpExchange exchange) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(MAX_BODY_BYTES + 1);
        }
        if (body.length > MAX_BODY_BYTES) {
            throw new IllegalArgumentException("the body is over " + MAX_BODY_BYTES + " bytes");
        }
        return json.readTree(body);
    }
}
