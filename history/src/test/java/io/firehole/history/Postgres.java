package io.firehole.history;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A real PostgreSQL without TimescaleDB. */
final class Postgres implements AutoCloseable {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));

    private final EmbeddedPostgres running;

    private Postgres(EmbeddedPostgres running) {
        this.running = running;
    }

    /** Where none can be started the test is skipped, but not in continuous integration. */
    static Postgres start() {
        try {
            return new Postgres(EmbeddedPostgres.start());
        } catch (IOException | RuntimeException | LinkageError e) {
            Assumptions.assumeTrue(IN_CI, "no PostgreSQL can be started here: " + e);
            throw new AssertionError("no PostgreSQL can be started", e);
        }
    }

    HistoryDatabase access() {
        return new HistoryDatabase(
                "jdbc:postgresql://127.0.0.1:" + running.getPort() + "/postgres", Optional.of("postgres"), "postgres");
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
