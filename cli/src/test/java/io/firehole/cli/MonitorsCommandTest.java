package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.demo.Demo;
import io.firehole.cli.demo.DemoSettings;
import io.firehole.filters.Base58;
import io.firehole.wire.capture.Capture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
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

    private static final String CAPTURE = System.getProperty("firehole.root") + "/data/mainnet-361774429.capture.gz";

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
                .matches("MONITOR +GROUP +CONN +STRM +FROM SLOT +UPDATES +LAG +BYTES +SLOTS");
        assertThat(list.out())
                .containsPattern("pumpfun-price-monitor +high +\\d+ +\\d+ +\\d+ +\\d+ +\\d+ +\\d+[BKM] +[?\\d]+");
    }

    @Test
    void explainsHowAMonitorIsServedAndWhy() throws IOException {
        Invocation explained = Invocation.of("monitors", "explain", "pumpfun-price-monitor", "--console", console);
        assertThat(explained.exitCode()).isZero();
        assertThat(explained.out())
                .startsWith("pumpfun-price-monitor (high)\n  stream ")
                .contains(
                        "  why     ",
                        "  active  everything from slot ",
                        "  with    ",
                        "  transactions \"",
                        "\": label ");
        JsonNode document = new ObjectMapper()
                .readTree(Invocation.of("monitors", "explain", "pumpfun-price-monitor", "--json", "--console", console)
                        .out());
        assertThat(document.at("/streams/0/filters/0/filter").isObject()).isTrue();
        assertThat(document.at("/streams/0/filters/0/union").isNull()).isTrue();
    }

    @Test
    void namesTheNearestMonitorWhereOneIsNotConnected() {
        Invocation explained = Invocation.of("monitors", "explain", "pumpfun-prise-monitor", "--console", console);
        assertThat(explained.exitCode()).isEqualTo(1);
        assertThat(explained.err())
                .isEqualTo("firehole: no monitor \"pumpfun-prise-monitor\" is connected; did you mean"
                        + " \"pumpfun-price-monitor\"?\n");
    }

    @Test
    void saysOfATransactionInARecordingWhatKeptItFromAMonitor() throws IOException {
        String signature = signatureOfAVote();
        Invocation explained = Invocation.of(
                "monitors",
                "explain",
                "pumpfun-price-monitor",
                "--signature",
                signature,
                "--capture",
                CAPTURE,
                "--console",
                console);
        assertThat(explained.exitCode()).as(explained.err()).isZero();
        assertThat(explained.out())
                .startsWith("no: the transaction is of slot 361774429\n")
                .contains("  transactions \"");
    }

    @Test
    void saysHonestlyThatItDoesNotKnowATransaction() throws IOException {
        Invocation explained = Invocation.of(
                "monitors",
                "explain",
                "pumpfun-price-monitor",
                "--signature",
                signatureOfAVote(),
                "--console",
                console);
        assertThat(explained.exitCode()).isZero();
        assertThat(explained.out())
                .startsWith("not known: no stream of the pool received it")
                .contains(", the oldest of slot ");
        Invocation invalid = Invocation.of(
                "monitors", "explain", "pumpfun-price-monitor", "--signature", "short", "--console", console);
        assertThat(invalid.exitCode()).isEqualTo(2);
        assertThat(invalid.err()).startsWith("firehole: signature must be 64 bytes in base58");
    }

    private static String signatureOfAVote() throws IOException {
        return Capture.open(Path.of(CAPTURE)).updates().stream()
                .filter(update -> update.hasTransaction()
                        && update.getTransaction().getTransaction().getIsVote())
                .map(update -> Base58.encode(
                        update.getTransaction().getTransaction().getSignature().toByteArray()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void saysThatThereAreNoGaps() {
        assertThat(Invocation.of("gaps", "--monitor", "pumpfun-price-monitor", "--console", console)
                        .out())
                .isEqualTo("no gaps\n");
        assertThat(Invocation.of("gaps", "--json", "--console", console).out())
                .isEqualTo("{\"total\":0,\"causes\":{},\"gaps\":[]}\n");
        Invocation wrong = Invocation.of("gaps", "--limit", "0", "--console", console);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("limit must be a whole number from 1 to 10000");
    }

    @Test
    void statusIsAHealthCheck() throws IOException {
        Invocation status = Invocation.of("status", "--console", console);
        assertThat(status.exitCode()).as(status.out()).isZero();
        assertThat(status.out())
                .startsWith("status       healthy\n")
                .contains("monitors     7 of 7 served", "permits      ", "of 60 left", "saved        ");
        assertThat(status.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(new ObjectMapper()
                        .readTree(Invocation.of("status", "--json", "--console", console)
                                .out())
                        .at("/monitors/total")
                        .asInt())
                .isEqualTo(7);
    }

    @Test
    void showsConnectionsPermitsAndEventsInEightyColumns() {
        for (String[] command : new String[][] {
            {"connections"}, {"connections", "--closed"}, {"permits"}, {"events"}, {"top", "--json", "--count", "1"}
        }) {
            String[] whole = Arrays.copyOf(command, command.length + 2);
            whole[command.length] = "--console";
            whole[command.length + 1] = console;
            Invocation shown = Invocation.of(whole);
            assertThat(shown.exitCode())
                    .as(String.join(" ", whole) + shown.err())
                    .isZero();
            assertThat(shown.out()).isNotEmpty();
            if (!command[0].equals("top")) {
                assertThat(shown.out().lines().toList())
                        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
            }
        }
        assertThat(Invocation.of("permits", "--console", console).out())
                .contains("60 per 60s, connects", "manual", "next permit: at once");
        assertThat(Invocation.of("events", "--follow", "--count", "1", "--console", console)
                        .out())
                .contains("connected  Connection 1 is ready");
    }

    @Test
    void reconnectSaysItsCostAndWhatIsNotThere() {
        Invocation cost = Invocation.of("reconnect", "1", "--dry-run", "--console", console);
        assertThat(cost.exitCode()).isZero();
        assertThat(cost.out()).matches("would use 1 of \\d+ permits; \\d+ monitors' streams would move\n");
        Invocation unknown = Invocation.of("reconnect", "999", "--console", console);
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).startsWith("firehole: there is no connection \"999\"; there are ");
    }

    @Test
    void topNeedsATerminalOrJson() {
        Invocation top = Invocation.of("top", "--console", console);
        assertThat(top.exitCode()).isEqualTo(2);
        assertThat(top.err()).startsWith("firehole: top needs a terminal; without one: firehole top --json");
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
