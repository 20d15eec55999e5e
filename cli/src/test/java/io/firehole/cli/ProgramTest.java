package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own: what it prints where, and how it ends. */
class ProgramTest {

    private static final String TOKEN = "a-token-nobody-may-read";

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    /** A started program; its stderr goes to a file. */
    private record Program(Process process, Path err) {

        String firstLine() throws IOException {
            return String.valueOf(process.inputReader(StandardCharsets.UTF_8).readLine());
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        String words() throws IOException {
            return Files.readString(err);
        }
    }

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void servesASimulatedProviderAndEndsWithZeroWhenTold() throws Exception {
        Program provider =
                start(Map.of(), "simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--token", TOKEN);
        String ready = provider.firstLine();
        assertThat(ready).matches("ready: provider 127\\.0\\.0\\.1:\\d+, control 127\\.0\\.0\\.1:\\d+");
        String address = ready.replaceAll("ready: provider ([^,]+),.*", "$1");

        Program daemon = start(
                Map.of("GRPC_URL", "http://" + address, "X_TOKEN", TOKEN, "FIREHOLE_LOG", "debug"),
                "serve",
                "--gateway",
                "127.0.0.1:0");
        assertThat(daemon.firstLine())
                .matches("ready: gateway 127\\.0\\.0\\.1:\\d+, provider " + address + ", started in \\d+\\.\\d\\d s");

        daemon.process().destroy();
        assertThat(daemon.exitCode()).isZero();
        assertThat(daemon.words()).contains("firehole: stopping").doesNotContain(TOKEN);
        provider.process().destroy();
        assertThat(provider.exitCode()).isZero();
    }

    @Test
    void endsWithTwoIfTheConfigurationIsWrong() throws Exception {
        Program daemon = start(Map.of("GRPC_URL", "host", "GRPC_POOL_MAX_CONNECTIONS", "many"), "serve");
        assertThat(daemon.exitCode()).isEqualTo(2);
        assertThat(daemon.firstLine()).isEqualTo("null");
        assertThat(daemon.words().lines())
                .containsExactly("firehole: environment GRPC_POOL_MAX_CONNECTIONS: pool.max-connections is \"many\": "
                        + "must be a whole number from 1 to 1,000");
    }

    private Program start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.firehole.cli.Main"));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err-" + started.size());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FIREHOLE_") || name.startsWith("GRPC_"));
        builder.environment().remove("X_TOKEN");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Program(process, err);
    }
}
