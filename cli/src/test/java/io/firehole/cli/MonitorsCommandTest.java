package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.demo.Demo;
import io.firehole.cli.demo.DemoSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the commands say of a demonstration that runs meanwhile. */
@Timeout(120)
class MonitorsCommandTest {

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init")
    private static Demo demo;

    @SuppressWarnings("NullAway.Init")
    private static String console;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        demo = Demo.start(new DemoSettings(ANY_PORT, ANY_PORT, 7, 4, Optional.empty(), transport -> transport));
        console = demo.consoleUrl();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!allAreActive() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean allAreActive() throws IOException {
        JsonNode monitors = new ObjectMapper()
                .readTree(Invocation.of("monitors", "--json", "--console", console)
                        .out())
                .get("monitors");
        return monitors.size() == 7
                && monitors.valueStream()
                        .noneMatch(monitor -> monitor.get("activeFromSlot").isNull());
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    @Test
    void listsEveryMonitorInATableForATerminal() {
        Invocation list = Invocation.of("monitors", "--console", console);
        assertThat(list.exitCode()).isZero();
        assertThat(list.err()).isEmpty();
        assertThat(list.out().lines().toList())
                .hasSize(8)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(list.out().lines().findFirst().orElseThrow())
                .matches("MONITOR +GROUP +CONN +STREAM +FILTERS +FROM SLOT +UPDATES");
        assertThat(list.out()).containsPattern("pumpfun-price-monitor +high +\\d+ +\\d+ +1 +\\d+ +\\d+");
    }

    @Test
    void endsWithThreeWhereNobodyAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Invocation list = Invocation.of("monitors", "--console", "127.0.0.1:" + free);
        assertThat(list.exitCode()).isEqualTo(3);
        assertThat(list.out()).isEmpty();
        assertThat(list.err()).startsWith("firehole: no console answers at http://127.0.0.1:" + free);
        assertThat(list.err().lines()).hasSize(1);
    }

    @Test
    void saysWhatAConsoleIs() {
        Invocation list = Invocation.of("monitors", "--console", "ftp://127.0.0.1");
        assertThat(list.exitCode()).isEqualTo(2);
        assertThat(list.err()).startsWith("firehole: --console: a console is http://HOST:PORT");
    }
}
