package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.history.History;
import io.firehole.history.HistoryHealth;
import io.firehole.history.HistoryHealth.DatabaseHealth;
import io.firehole.history.HistorySettings;
import io.firehole.pool.FaultyWire;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The history's database is away, takes bytes and never answers, or answers slowly: what waits is bounded and comes to it later,
 * once, and the streams go on. What these rounds cost in delay against others is reported.
 */
@Tag("alone")
@Timeout(300)
class HistoryDatabaseTest {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));

    private static final int ROUNDS = IN_CI ? 3 : 1;
    private static final int SLOTS = IN_CI ? 7 : 5;
    private static final int MONITORS = 7;
    private static final long BACKLOG_BYTES_MAX = 64L << 20;
    private static final String WELL = "well";

    /** Of each answer and each question, while it is slow: several of them make a turn. */
    private static final Duration SLOW = Duration.ofMillis(250);

    private static final List<String> PROGRAMS = List.of(
            "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
            "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4",
            "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");

    @TempDir
    private Path state;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, List<Double>> delays = new LinkedHashMap<>();
    private FaultyWire wire;
    private String database;
    private long begunNanos;
    private long unsentMost;
    private long bytesMost;

    @BeforeEach
    void startDatabase() throws IOException {
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.start();
            open.add(postgres);
            database = "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres?user=postgres";
            wire = new FaultyWire(postgres.getPort(), SLOW);
            open.add(wire);
        } catch (IOException | RuntimeException | LinkageError e) {
            Assumptions.assumeTrue(IN_CI, "no PostgreSQL can be started here: " + e);
            throw new AssertionError("no PostgreSQL can be started", e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private FireholeConfig config(Simulator provider) throws Exception {
        return ConfigReader.read(
                Map.of(),
                Map.of(
                        "GRPC_URL", "http://" + Values.show(provider.address()),
                        "FIREHOLE_GATEWAY_LISTEN", "127.0.0.1:0",
                        "FIREHOLE_GATEWAY_DRAIN", "5s",
                        "FIREHOLE_CONSOLE_LISTEN", "off",
                        "FIREHOLE_STATE", state.toString(),
                        "FIREHOLE_HISTORY_STORE", "timescale",
                        // A hanging one is given up sooner than usual: rounds are short.
                        "FIREHOLE_HISTORY_URL",
                                "jdbc:postgresql://127.0.0.1:" + wire.port() + "/postgres?socketTimeout=2",
                        "FIREHOLE_HISTORY_USER", "postgres",
                        "FIREHOLE_HISTORY_BYTES_MAX", Values.showBytes(BACKLOG_BYTES_MAX)),
                null);
    }

    private static SubscribeRequest trades(List<String> programs) {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putTransactions(
                        "trades",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAllAccountInclude(programs)
                                .build())
                .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }

    @Test
    void streamsGoOnAndEveryRowComesToTheDatabaseOnce() throws Exception {
        Simulator provider =
                Simulator.start(SimulatorConfig.builder().onFreePorts().build());
        open.add(provider);
        FireholeConfig config = config(provider);
        HistorySettings settings = config.history().orElseThrow();
        Daemon daemon = Daemon.start(config);
        open.add(daemon);
        History history = daemon.history().orElseThrow();
        begunNanos = System.nanoTime();
        Subscribers monitors = new Subscribers(provider, daemon.gatewayAddress());
        open.add(monitors);
        for (int i = 0; i < MONITORS; i++) {
            monitors.subscribe("monitor-" + i, "medium", trades(PROGRAMS.subList(i % 3, 3)));
        }
        monitors.awaitAllActive();
        LatencyProbe probe = new LatencyProbe(daemon.gatewayAddress(), trades(PROGRAMS));
        open.add(probe);
        monitors.letPass(SLOTS);

        for (int round = 0; round < ROUNDS; round++) {
            await("the database is well", () -> isWell(history));
            round(WELL, probe, monitors, history);
            wire.fallSilent();
            round("it never answers", probe, monitors, history);
            await("it is given up", () -> !isWell(history));
            wire.cut();
            round("it is away", probe, monitors, history);
            await("it is known to be away", () -> trouble(history).contains("refused"));
            wire.slowDown();
            await("rows come to the slow one", () -> isWell(history));
            round("it is slow", probe, monitors, history);
            assertThat(isWell(history)).as("well while it is slow").isTrue();
            wire.mend();
        }
        report();

        assertThat(monitors.verdicts()).hasSize(MONITORS).allSatisfy((id, verdict) -> {
            assertThat(verdict.expected()).as(id).isPositive();
            assertThat(verdict.clean()).as("%s: %s", id, verdict).isTrue();
        });
        assertThat(daemon.stats().totals().reconnects()).isZero();
        assertThat(provider.report().connects())
                .hasSize((int) daemon.stats().totals().connects());
        daemon.drain().get(60, TimeUnit.SECONDS);
        Map<String, Long> received = monitors.received();
        Path file = history.health().file();
        await(
                "the file has every update that came, " + received + "; it had "
                        + KeptRows.ofFile(file).messages("monitor-"),
                () -> KeptRows.ofFile(file).messages("monitor-").equals(received));
        assertThat(history.health().dropped()).isEmpty();
        daemon.close();

        theNextProcessSendsTheRest(settings, file);
    }

    private void theNextProcessSendsTheRest(HistorySettings settings, Path file) throws Exception {
        try (History next = History.open(settings)) {
            assertThat(next.health().file()).isEqualTo(file);
            await("nothing waits any more", () -> isWell(next) && unsent(next) == 0);
            KeptRows kept = KeptRows.ofFile(file);
            KeptRows there = KeptRows.ofDatabase(database);
            await(
                    "the minutes there are those of the file",
                    () -> there.minutes().equals(kept.minutes()));
            assertThat(next.health().dropped()).isEmpty();
            assertThat(there.minutes()).isNotEmpty();
            for (String table : List.of("grpc_pool_metrics", "grpc_pool_latency")) {
                assertThat(there.keys(table))
                        .as(table)
                        .isNotEmpty()
                        .doesNotHaveDuplicates()
                        .containsExactlyInAnyOrderElementsOf(kept.keys(table));
            }
        }
    }

    /** One in which nothing changes. */
    private void round(String what, LatencyProbe probe, Subscribers monitors, History history) {
        probe.startOver();
        long until = monitors.newestSlot() + SLOTS;
        await("slot " + until + " is there", () -> {
            look(history.health());
            return monitors.newestSlot() >= until;
        });
        delays.computeIfAbsent(what, first -> new ArrayList<>()).add(probe.p99Millis());
    }

    private void look(HistoryHealth health) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begunNanos);
        long unsent = health.database().map(DatabaseHealth::unsentSeconds).orElseThrow();
        long bytes = bytes(health.file());
        unsentMost = Math.max(unsentMost, unsent);
        bytesMost = Math.max(bytesMost, bytes);
        assertThat(health.waiting()).as("rows that wait for the file").isLessThanOrEqualTo(HistorySettings.QUEUE_ROWS);
        assertThat(bytes).as("bytes of the file").isLessThanOrEqualTo(BACKLOG_BYTES_MAX);
        assertThat(unsent)
                .as("no more seconds and spans of ten wait than there were")
                .isLessThanOrEqualTo(seconds + 2 + seconds / 10 + 2);
    }

    private void report() {
        double usual = median(delays.getOrDefault(WELL, List.of()));
        List<String> figures = new ArrayList<>();
        delays.forEach((what, p99s) -> figures.add("%s %.1f ms (%.1f to %.1f), ratio %.2f"
                .formatted(what, median(p99s), Collections.min(p99s), Collections.max(p99s), median(p99s) / usual)));
        System.out.printf(
                "p99 from the provider to a monitor, the history's database: %s; %d rounds of %d slots%n"
                        + "most that waited for it: %d seconds and spans of ten; the file took %,d bytes at most%n",
                String.join(" | ", figures), ROUNDS, SLOTS, unsentMost, bytesMost);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static boolean isWell(History history) {
        return trouble(history).isEmpty();
    }

    private static String trouble(History history) {
        return history.health().database().orElseThrow().trouble().orElse("");
    }

    private static long unsent(History history) {
        return history.health().database().orElseThrow().unsentSeconds();
    }

    private static long bytes(Path file) {
        try (Stream<Path> parts = Files.list(file.getParent())) {
            return parts.mapToLong(part -> part.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
