package io.firehole.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.sharing.CountingProvider.Arrival;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Three processes with a budget each connect as often as they can, for minutes; they share what a provider allows through a
 * real PostgreSQL. The processes and the database are killed meanwhile. The provider counts.
 */
class SharedStormTest {

    static final BudgetRule RULE = new BudgetRule(30, Duration.ofSeconds(4));
    static final SharedAllowance ALLOWANCE = new SharedAllowance(3, 2);

    /** Each may have six permits a minute: together more than there are. */
    static final int SUBJECTS = 40;

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));
    private static final int ROUNDS = Integer.getInteger("firehole.rounds", IN_CI ? 6 : 1);
    private static final Duration QUIET = Duration.ofSeconds(IN_CI ? 8 : 5);
    private static final Duration AWAY = Duration.ofSeconds(IN_CI ? 14 : 6);

    /** By then every permit of the shared ledger is used or stale. */
    private static final Duration AFTER_KILL = Duration.ofMillis(1_500);

    @TempDir
    private Path directory;

    private final List<Process> hosts = new ArrayList<>();

    @AfterEach
    void stopHosts() throws InterruptedException {
        for (Process host : hosts) {
            host.destroyForcibly().waitFor();
        }
    }

    @Test
    @Timeout(400)
    void theProviderNeverCountsMoreThanItAllowsWhateverIsKilled() throws IOException, InterruptedException {
        try (Postgres postgres = Postgres.start(directory);
                CountingProvider provider = new CountingProvider()) {
            for (int number = 0; number < ALLOWANCE.hosts(); number++) {
                hosts.add(host(provider, postgres, number));
            }
            List<long[]> outages = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                Thread.sleep(QUIET);
                int killed = round % ALLOWANCE.hosts();
                hosts.get(killed).destroyForcibly().waitFor();
                hosts.set(killed, host(provider, postgres, killed));
                Thread.sleep(QUIET.dividedBy(2));
                long from = System.nanoTime();
                postgres.kill();
                Thread.sleep(AWAY);
                outages.add(new long[] {from, System.nanoTime()});
                postgres.start();
            }
            Thread.sleep(QUIET);
            long end = System.nanoTime();

            List<Arrival> arrivals = provider.arrivals();
            assertNeverMoreThan(RULE.max(), arrivals);
            for (long[] outage : outages) {
                for (int number = 0; number < ALLOWANCE.hosts(); number++) {
                    List<Arrival> alone = of(number, arrivals, outage[0] + AFTER_KILL.toNanos(), outage[1]);
                    assertThat(alone)
                            .as("host %s goes on with its share", number)
                            .isNotEmpty();
                    assertNeverMoreThan(ALLOWANCE.share(), alone);
                }
            }
            // Together again they use what they share.
            assertThat(arrivals)
                    .filteredOn(arrival ->
                            end - arrival.atNanos() < Duration.ofSeconds(5).toNanos())
                    .hasSizeGreaterThan(ALLOWANCE.hosts() * ALLOWANCE.share() * 2);
            report(arrivals, outages.size());
        }
    }

    /** In closed windows: two that are exactly a window apart stand in one. */
    private static void assertNeverMoreThan(int max, List<Arrival> arrivals) {
        for (int i = 0; i + max < arrivals.size(); i++) {
            assertThat(arrivals.get(i + max).atNanos() - arrivals.get(i).atNanos())
                    .as("between connection %s and the %sth after it", i, max)
                    .isGreaterThan(RULE.per().toNanos());
        }
    }

    private static List<Arrival> of(int host, List<Arrival> arrivals, long fromNanos, long toNanos) {
        return arrivals.stream()
                .filter(arrival ->
                        arrival.host() == host && arrival.atNanos() - fromNanos >= 0 && arrival.atNanos() - toNanos < 0)
                .toList();
    }

    private static void report(List<Arrival> arrivals, int outages) {
        // For whoever wants to know how close it came.
        long window = RULE.per().toNanos();
        int worst = IntStream.range(0, arrivals.size())
                .map(i -> (int) arrivals.subList(i, arrivals.size()).stream()
                        .takeWhile(
                                arrival -> arrival.atNanos() - arrivals.get(i).atNanos() <= window)
                        .count())
                .max()
                .orElse(0);
        LoggerFactory.getLogger(SharedStormTest.class)
                .warn(
                        "{} connections, {} outages; most in one window of {}: {} of {}",
                        arrivals.size(),
                        outages,
                        RULE.per(),
                        worst,
                        RULE.max());
    }

    private Process host(CountingProvider provider, Postgres postgres, int number) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx96m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        StormingHost.class.getName(),
                        String.valueOf(provider.port()),
                        String.valueOf(postgres.port()),
                        directory.resolve("host-" + number).toString(),
                        String.valueOf(number))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
