package io.firehole.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.LoggerFactory;

/** A real PostgreSQL that can be killed and started again with the same data and port. */
final class Postgres implements AutoCloseable {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Path data;
    private final int port;
    private @Nullable EmbeddedPostgres running;

    private Postgres(Path data, int port) {
        this.data = data;
        this.port = port;
    }

    /** Starts one in that directory. Where none can be started the test is skipped, but not in continuous integration. */
    static Postgres start(Path directory) {
        try {
            Postgres postgres = new Postgres(directory.resolve("data"), freePort());
            postgres.start();
            return postgres;
        } catch (IOException | RuntimeException | LinkageError e) {
            Assumptions.assumeTrue(IN_CI, "no PostgreSQL can be started here: " + e);
            throw new AssertionError("no PostgreSQL can be started", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    void start() throws IOException {
        running = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setPGStartupWait(START_MAX)
                .start();
    }

    /** As if the power had gone: all its processes are killed. */
    void kill() throws IOException, InterruptedException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        var children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        for (int i = 0; i < 500 && (postmaster.isAlive() || children.stream().anyMatch(ProcessHandle::isAlive)); i++) {
            Thread.sleep(10);
        }
        assertThat(postmaster.isAlive()).isFalse();
        // It finds nobody to stop, which it need not tell, and lets go of the directory.
        Logger log = (Logger) LoggerFactory.getLogger(EmbeddedPostgres.class);
        log.setLevel(Level.OFF);
        close();
        log.setLevel(null);
    }

    int port() {
        return port;
    }

    DatabaseAccess access() {
        return access(port);
    }

    /** The same by way of another port. */
    static DatabaseAccess access(int port) {
        return new DatabaseAccess(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", Optional.of("postgres"), "postgres");
    }

    void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(access().url(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (running != null) {
            running.close();
            running = null;
        }
    }
}
