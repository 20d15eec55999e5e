package io.firehole.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A real TimescaleDB in a process of its own, which can be killed and started again with the same data and port. */
final class Timescale implements AutoCloseable {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));
    private static final Path HOME = Path.of(System.getProperty("firehole.root"), "history", "src", "test", "node");

    private final String data;
    private final String edition;
    private Process process;
    private int port;

    private Timescale(String data, String edition) throws IOException {
        this.data = data;
        this.edition = edition;
        this.process = launch(0);
    }

    /** One that keeps its data there. Where there can be none the test is skipped, but not in continuous integration. */
    static Timescale in(Path directory) {
        return in(directory, "community");
    }

    /** The same, but it passes for the Apache edition. */
    static Timescale apacheIn(Path directory) {
        return in(directory, "apache");
    }

    private static Timescale in(Path directory, String edition) {
        if (!Files.isDirectory(HOME.resolve("node_modules"))) {
            Assumptions.assumeTrue(IN_CI, "no TimescaleDB: run npm ci in history/src/test/node");
        }
        try {
            return new Timescale(directory.toString(), edition);
        } catch (IOException e) {
            Assumptions.assumeTrue(IN_CI, "no TimescaleDB can be started here: " + e);
            throw new AssertionError("no TimescaleDB can be started", e);
        }
    }

    private Process launch(int onPort) throws IOException {
        Process started = new ProcessBuilder("node", "timescale-bridge.mjs", String.valueOf(onPort), data, edition)
                .directory(HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null || !line.startsWith("listening ")) {
            started.destroyForcibly();
            throw new IOException("the bridge said " + line);
        }
        port = Integer.parseInt(line.substring("listening ".length()));
        return started;
    }

    /** As if its power had gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the bridge does not end");
        }
    }

    /** Starts it again at the same port. */
    void restart() throws IOException {
        process = launch(port);
    }

    HistoryDatabase access() {
        return new HistoryDatabase(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", Optional.of("postgres"), "postgres");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
