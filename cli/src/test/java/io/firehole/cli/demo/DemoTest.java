package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.DemoRun;
import io.firehole.cli.demo.Sabotage.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration in real time, at four times mainnet's speed: it is the whole of Firehole, so it is few and short. */
class DemoTest {

    /** Before a release ten minutes, in real time: see CONTRIBUTING.md. */
    private static final String TWELVE_FOR =
            System.getProperty("firehole.twelve-for", System.getenv("CI") == null ? "8s" : "30s");

    @Test
    void servesSevenMonitorsOverFewerConnectionsAndLosesNothing() throws IOException {
        DemoRun run = DemoRun.of(transport -> transport, "--for", "8s", "--speed", "4", "--json");

        assertThat(run.err()).contains("7 monitors over ", "good: every monitor received exactly what was to come");
        assertThat(run.exitCode()).isZero();
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.fieldNames())
                .toIterable()
                .containsExactly(
                        "monitors",
                        "connections",
                        "deliveries",
                        "lost",
                        "duplicated",
                        "misrouted",
                        "worstWindow",
                        "withinGaps");
        assertThat(document.get("withinGaps").asLong()).isZero();
        assertThat(document.get("monitors").asInt()).isEqualTo(7);
        assertThat(document.get("connections").asInt())
                .as("at least 40 % fewer than monitors")
                .isBetween(1, 4);
        assertThat(document.get("deliveries").asLong()).isPositive();
        assertThat(document.get("lost").asLong()).isZero();
        assertThat(document.get("duplicated").asLong()).isZero();
        assertThat(document.get("misrouted").asLong()).isZero();
        assertThat(document.at("/worstWindow/count").asInt()).isBetween(1, 60);
        assertThat(document.at("/worstWindow/from").isIntegralNumber()).isTrue();
    }

    @Test
    void servesTwelveAsWell() throws IOException {
        DemoRun run =
                DemoRun.of(transport -> transport, "--monitors", "12", "--for", TWELVE_FOR, "--speed", "4", "--json");

        assertThat(run.err()).contains("12 monitors over ", "good: every monitor received exactly what was to come");
        assertThat(run.exitCode()).isZero();
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.get("monitors").asInt()).isEqualTo(12);
        assertThat(document.get("connections").asInt()).isBetween(1, 7);
        assertThat(document.get("lost").asLong()).isZero();
        assertThat(document.get("duplicated").asLong()).isZero();
        assertThat(document.get("misrouted").asLong()).isZero();
    }

    @Test
    void leavesNothingBehindWhenItCannotStart(@TempDir Path directory) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("history"));
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        InetSocketAddress gateway;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        int impossible = -1;
        DemoSettings settings =
                new DemoSettings(gateway, anyPort, impossible, 4, Optional.empty(), transport -> transport);
        assertThatThrownBy(() -> Demo.start(settings, folder)).isInstanceOf(RuntimeException.class);
        assertThat(folder).doesNotExist();
        try (ServerSocket again = new ServerSocket()) {
            again.bind(gateway);
        }
    }

    @Test
    void endsWithOneIfUpdatesAreLost() throws IOException {
        JsonNode document = sabotaged(Fault.LOSE);
        assertThat(document.get("lost").asLong()).isPositive();
        assertThat(document.get("duplicated").asLong()).isZero();
        assertThat(document.get("misrouted").asLong()).isZero();
    }

    @Test
    void endsWithOneIfUpdatesComeTwice() throws IOException {
        JsonNode document = sabotaged(Fault.DOUBLE);
        assertThat(document.get("lost").asLong()).isZero();
        assertThat(document.get("duplicated").asLong()).isPositive();
        assertThat(document.get("misrouted").asLong()).isZero();
    }

    @Test
    void endsWithOneIfUpdatesGoToTheWrongMonitor() throws IOException {
        JsonNode document = sabotaged(Fault.MISROUTE);
        assertThat(document.get("misrouted").asLong()).isPositive();
    }

    @Test
    void losesNothingWhenTheProviderSendsAllConnectionsAwayAgainAndAgain() throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Duration time = Duration.ofSeconds(14);
        try (Demo demo = Demo.start(
                        new DemoSettings(anyPort, anyPort, 7, 4, Optional.of(time), transport -> transport));
                HttpClient http = HttpClient.newHttpClient()) {
            Matcher faults = Pattern.compile("http://\\S+/fault").matcher(String.join("\n", demo.introduction()));
            assertThat(faults.find()).isTrue();
            HttpRequest sendAway = HttpRequest.newBuilder(URI.create(faults.group()))
                    .POST(HttpRequest.BodyPublishers.ofString("{\"kind\": \"goaway\"}"))
                    .build();
            AtomicInteger ticks = new AtomicInteger();
            StopSignal everyThirdTick = atMost -> {
                TimeUnit.NANOSECONDS.sleep(atMost.toNanos());
                if (ticks.incrementAndGet() % 3 == 0 && ticks.get() < 11) {
                    http.sendAsync(sendAway, HttpResponse.BodyHandlers.ofString())
                            .join();
                }
                return false;
            };
            DemoResult result = demo.run(Optional.of(time), everyThirdTick, line -> {});

            assertThat(result.total().lost()).isZero();
            assertThat(result.total().duplicated()).isZero();
            assertThat(result.total().misrouted()).isZero();
            assertThat(result.total().checked()).isPositive();
            assertThat(result.connects()).as("it was sent away").isGreaterThanOrEqualTo(6);
            assertThat(result.worstCount()).isLessThanOrEqualTo(result.limit());
        }
    }

    @Test
    void aTakenPortIsAnErrorThatNamesTheFlag() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DemoRun run =
                    DemoRun.of(transport -> transport, "--for", "1s", "--gateway", "127.0.0.1:" + taken.getLocalPort());
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--gateway: ", "127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void aTakenPortOfTheConsoleIsAnErrorThatNamesItsFlag() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DemoRun run =
                    DemoRun.of(transport -> transport, "--for", "1s", "--console", "127.0.0.1:" + taken.getLocalPort());
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--console: ", "127.0.0.1:" + taken.getLocalPort());
        }
    }

    private static JsonNode sabotaged(Fault fault) throws IOException {
        DemoRun run = DemoRun.of(Sabotage.of(fault), "--for", "8s", "--speed", "4", "--json");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("FAILED");
        return new ObjectMapper().readTree(run.out());
    }
}
