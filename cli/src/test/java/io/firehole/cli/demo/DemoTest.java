package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.DemoRun;
import io.firehole.cli.demo.Sabotage.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** The demonstration in real time, at four times mainnet's speed: it is the whole of Firehole, so it is few and short. */
class DemoTest {

    @Test
    void servesSevenMonitorsOverFewerConnectionsAndLosesNothing() throws IOException {
        DemoRun run = DemoRun.of(transport -> transport, "--for", "8s", "--speed", "4", "--json");

        assertThat(run.err()).contains("7 monitors over ", "good: every monitor received exactly what was to come");
        assertThat(run.exitCode()).isZero();
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.fieldNames())
                .toIterable()
                .containsExactly(
                        "monitors", "connections", "deliveries", "lost", "duplicated", "misrouted", "worstWindow");
        assertThat(document.get("monitors").asInt()).isEqualTo(7);
        assertThat(document.get("connections").asInt()).isBetween(1, 6);
        assertThat(document.get("deliveries").asLong()).isPositive();
        assertThat(document.get("lost").asLong()).isZero();
        assertThat(document.get("duplicated").asLong()).isZero();
        assertThat(document.get("misrouted").asLong()).isZero();
        assertThat(document.at("/worstWindow/count").asInt()).isBetween(1, 60);
        assertThat(document.at("/worstWindow/from").isIntegralNumber()).isTrue();
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
    void aTakenPortIsAnErrorThatNamesTheFlag() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DemoRun run =
                    DemoRun.of(transport -> transport, "--for", "1s", "--gateway", "127.0.0.1:" + taken.getLocalPort());
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--gateway: ", "127.0.0.1:" + taken.getLocalPort());
        }
    }

    private static JsonNode sabotaged(Fault fault) throws IOException {
        DemoRun run = DemoRun.of(Sabotage.of(fault), "--for", "8s", "--speed", "4", "--json");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("FAILED");
        return new ObjectMapper().readTree(run.out());
    }
}
