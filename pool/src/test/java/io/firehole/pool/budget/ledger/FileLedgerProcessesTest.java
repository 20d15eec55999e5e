package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, real locks, and {@code kill -9} in the middle of it. */
class FileLedgerProcessesTest {

    static final LedgerName NAME = LedgerName.of("my.provider", 443, "token", "secret");
    static final Retention RETENTION = new Retention(Duration.ofSeconds(1), Duration.ofSeconds(12));
    static final int LIMIT = 20;

    private static final int PROCESSES = 3;
    private static final int LIVES = "true".equals(System.getenv("CI")) ? 10 : 3;

    @TempDir
    private Path directory;

    @Test
    @Timeout(180)
    void processesThatAreKilledAndStartedAnewNeverTakeMoreThanTheRuleAllows()
            throws ExecutionException, InterruptedException {
        List<Long> granted = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Long>>> all = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                Random random = new Random(i);
                Callable<List<Long>> lives = () -> lives(random);
                all.add(threads.submit(lives));
            }
            for (Future<List<Long>> one : all) {
                granted.addAll(one.get());
            }
        }
        granted.sort(null);
        assertThat(granted).hasSizeGreaterThan(LIMIT);
        for (int i = LIMIT; i < granted.size(); i++) {
            assertThat(granted.get(i) - granted.get(i - LIMIT))
                    .as("between a permit and the %sth after it", LIMIT)
                    .isGreaterThanOrEqualTo(RETENTION.keep().toNanos());
        }
    }

    /** Lives of one process after the other; each is killed at a random moment after its start. */
    private List<Long> lives(Random random) throws IOException, InterruptedException {
        List<Long> granted = new ArrayList<>();
        for (int life = 0; life < LIVES; life++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Hammer.class.getName(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader lines = process.inputReader()) {
                String first = lines.readLine();
                // What the log says first is not of interest.
                while (first != null && !first.equals("ready")) {
                    first = lines.readLine();
                }
                Thread.ofVirtual().start(() -> {
                    killAfter(process, 1 + random.nextInt(700));
                });
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    // Cut off by the kill, a line may have lost digits; one of full length has not.
                    if (line.matches("\\d{12,}")) {
                        granted.add(Long.parseLong(line));
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        return granted;
    }

    private static void killAfter(Process process, int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // By its handle: the process itself would close the stream on which its last words are being read.
        process.toHandle().destroyForcibly();
    }
}
