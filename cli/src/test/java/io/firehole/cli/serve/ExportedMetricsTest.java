package io.firehole.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A whole Firehole whose metrics are sent to a collector, as configured. */
@Timeout(60)
class ExportedMetricsTest {

    private static final String KEY = "k3y-of-the-c0llector";

    private record Export(String path, String key, List<String> metrics) {}

    private final BlockingQueue<Export> exports = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    private Daemon daemon(int collector, Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>(more);
        environment.putAll(Map.of(
                "GRPC_URL", "http://127.0.0.1:1",
                "FIREHOLE_GATEWAY_LISTEN", "127.0.0.1:0",
                "FIREHOLE_CONSOLE_LISTEN", "127.0.0.1:0",
                "FIREHOLE_HISTORY_STORE", "none",
                "FIREHOLE_STATE", folder.toString(),
                "FIREHOLE_METRICS_OTLP_URL", "http://127.0.0.1:" + collector));
        return Daemon.start(ConfigReader.read(Map.of(), environment, null));
    }

    private HttpServer collector() throws Exception {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            try (exchange) {
                ExportMetricsServiceRequest request = ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody());
                exports.add(new Export(
                        exchange.getRequestURI().getPath(),
                        exchange.getRequestHeaders().getFirst("api-key"),
                        request.getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream()
                                .map(Metric::getName)
                                .toList()));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        collector.start();
        return collector;
    }

    private Export next() throws InterruptedException {
        return Objects.requireNonNull(exports.poll(20, TimeUnit.SECONDS), "an export comes");
    }

    private static String get(Daemon daemon, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI url = URI.create("http://" + Values.show(daemon.consoleAddress().orElseThrow()) + path);
            return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void aCollectorGetsThemFromTheBeginningToTheEndAndNobodyElseTheKey() throws Exception {
        Path headers = Files.writeString(folder.resolve("headers"), "api-key: " + KEY);
        HttpServer collector = collector();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        try {
            Daemon daemon = daemon(
                    collector.getAddress().getPort(), Map.of("FIREHOLE_METRICS_OTLP_HEADERS_FILE", headers.toString()));
            try (daemon) {
                Export first = next();
                assertThat(first.path()).isEqualTo("/v1/metrics");
                assertThat(first.key()).isEqualTo(KEY);
                assertThat(first.metrics()).contains("firehole_healthy", "firehole_received_updates_total");
                assertThat(get(daemon, "/api/grpc-pool/config"))
                        .contains("metrics.otlp.headers-file", headers.toString())
                        .doesNotContain(KEY);
                assertThat(get(daemon, "/metrics"))
                        .contains("firehole_otlp_exports_total{outcome=\"sent\"}")
                        .doesNotContain(KEY);
            }
            assertThat(next().key()).as("the last one").isEqualTo(KEY);
            assertThat(exports).isEmpty();
            assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).noneMatch(line -> line.contains(KEY));
        } finally {
            root.detachAppender(log);
            collector.stop(0);
        }
    }

    @Test
    void aCollectorThatNeverAnswersHoldsUpNothingElse() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            Daemon daemon = daemon(silent.getLocalPort(), Map.of());
            long begin;
            try (daemon;
                    Socket connection = silent.accept()) {
                assertThat(connection.getInputStream().read())
                        .as("an export begins")
                        .isEqualTo('P');
                assertThat(get(daemon, "/metrics")).contains("firehole_otlp_exports_total{outcome=\"late\"} 0.0");
                daemon.drain().get(10, TimeUnit.SECONDS);
                begin = System.nanoTime();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("the end, with its last export")
                    .isLessThan(Duration.ofSeconds(10));
        }
    }
}
