package io.firehole.console.otlp;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes metrics at a port of loopback, reads them as protobuf, and answers as it is told. */
public final class FakeCollector implements AutoCloseable {

    /** A request as it came. */
    public record Taken(String method, String path, Headers headers, ExportMetricsServiceRequest metrics) {}

    /** Answers one request. */
    @FunctionalInterface
    interface Answering {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** How it answers all further requests. */
    volatile Answering answering = status(200);

    private final BlockingQueue<Taken> taken = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** At a free port. */
    public FakeCollector() throws IOException {
        this(0);
    }

    FakeCollector(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            taken.add(new Taken(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders(),
                    ExportMetricsServiceRequest.parseFrom(body)));
            answering.answer(exchange);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    static Answering status(int code, byte... body) {
        return exchange -> {
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    static Answering status(int code, Map<String, String> headers) {
        return exchange -> {
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(code, -1);
        };
    }

    /** Where it listens. */
    public URI url() {
        return OtlpConfig.url("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** These rules, for it. */
    public OtlpConfig config() {
        return new OtlpConfig(
                url(),
                OtlpHeaders.NONE,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                new OtlpSource("1.2.3", "one", "here"));
    }

    /** The next one it took, when it has. */
    public Taken next() throws InterruptedException {
        Taken next = taken.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    int waiting() {
        return taken.size();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
