package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.Programs.Program;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own: what it prints where, and how it ends. */
class ProgramTest {

    private static final String TOKEN = "a-token-nobody-may-read";

    @TempDir
    private Path folder;

    private @Nullable Programs programs;

    @BeforeEach
    void prepare() {
        programs = new Programs(folder);
    }

    @AfterEach
    void endAll() {
        programs().close();
    }

    private Programs programs() {
        return Objects.requireNonNull(programs);
    }

    @Test
    void servesASimulatedProviderAndEndsWithZeroWhenTold() throws Exception {
        Program provider = programs()
                .start(Map.of(), "simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--token", TOKEN);
        String ready = provider.firstLine();
        assertThat(ready).matches("ready: provider 127\\.0\\.0\\.1:\\d+, control 127\\.0\\.0\\.1:\\d+");
        String address = ready.replaceAll("ready: provider ([^,]+),.*", "$1");

        Program daemon = programs()
                .start(
                        Map.of("GRPC_URL", "http://" + address, "X_TOKEN", TOKEN, "FIREHOLE_LOG", "debug"),
                        "serve",
                        "--gateway",
                        "127.0.0.1:0");
        assertThat(daemon.firstLine())
                .matches("ready: gateway 127\\.0\\.0\\.1:\\d+, provider " + address
                        + ", console 127\\.0\\.0\\.1:\\d+, started in \\d+\\.\\d\\d s");

        daemon.process().destroy();
        assertThat(daemon.exitCode()).isZero();
        assertThat(daemon.words()).contains("firehole: stopping").doesNotContain(TOKEN);
        provider.process().destroy();
        assertThat(provider.exitCode()).isZero();
    }

    @Test
    void endsWithTwoIfTheConfigurationIsWrong() throws Exception {
        Program daemon = programs().start(Map.of("GRPC_URL", "host", "GRPC_POOL_MAX_CONNECTIONS", "many"), "serve");
        assertThat(daemon.exitCode()).isEqualTo(2);
        assertThat(daemon.firstLine()).isEqualTo("null");
        assertThat(daemon.words().lines())
                .containsExactly("firehole: environment GRPC_POOL_MAX_CONNECTIONS: pool.max-connections is \"many\": "
                        + "must be a whole number from 1 to 1,000");
    }
}
