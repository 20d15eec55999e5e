package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.pool.Gap;
import io.firehole.pool.PoolStats;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Monitors that read slowly or not at all, through gateway and pool, with real sockets: what that costs them, and others. */
@Tag("alone")
@Timeout(300)
class SlowReadersTest {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));

    /** Programs that many transactions name; few name all of them. */
    private static final List<String> BUSY = List.of(
            "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
            "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4",
            "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");

    private static final long READING_NANOS = TimeUnit.SECONDS.toNanos(IN_CI ? 30 : 5);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int SLOTS = IN_CI ? 12 : 6;
    private static final int MAILBOX_UPDATES = 4_000;
    private static final long MAILBOX_BYTES = 16 << 20;

    @TempDir
    private Path state;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private Simulator provider() throws Exception {
        Simulator provider =
                Simulator.start(SimulatorConfig.builder().onFreePorts().build());
        open.add(provider);
        return provider;
    }

    private Daemon daemon(Simulator provider, Map<String, String> settings) throws Exception {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("GRPC_URL", "http://" + Values.show(provider.address()));
        environment.put("FIREHOLE_GATEWAY_LISTEN", "127.0.0.1:0");
        environment.put("FIREHOLE_CONSOLE_LISTEN", "127.0.0.1:0");
        environment.put("FIREHOLE_STATE", state.toString());
        environment.put("FIREHOLE_POOL_MAILBOX_UPDATES", String.valueOf(MAILBOX_UPDATES));
        environment.put("FIREHOLE_POOL_MAILBOX_BYTES", Values.showBytes(MAILBOX_BYTES));
        Daemon daemon = Daemon.start(ConfigReader.read(Map.of(), environment, null));
        open.add(daemon);
        return daemon;
    }

    /** What names all of these programs, and every slot's end. */
    private static SubscribeRequest trades(List<String> programs) {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putTransactions(
                        "trades",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAllAccountRequired(programs)
                                .build())
                .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }

    private static SubscribeRequest everything() {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putTransactions(
                        "all",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setFailed(false)
                                .build())
                .build();
    }

    @Test
    void oneOfManyThatStopsReadingLosesItsStreamAndNobodyElseNotices() throws Exception {
        Simulator provider = provider();
        Daemon daemon = daemon(provider, Map.of());
        Subscribers others = new Subscribers(provider, daemon.gatewayAddress());
        open.add(others);
        for (int i = 0; i < 63; i++) {
            others.subscribe("other-" + i, "low", trades(BUSY));
        }
        others.awaitAllActive();
        LatencyProbe probe = new LatencyProbe(daemon.gatewayAddress(), trades(BUSY.subList(1, 3)));
        open.add(probe);

        List<String> figures = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < (IN_CI ? 5 : 1); round++) {
            probe.startOver();
            others.letPass(SLOTS);
            double quiet = probe.p99Millis();

            probe.startOver();
            long begun = others.newestSlot();
            PacedReader stalled = new PacedReader(daemon.gatewayAddress(), "stalled-" + round, everything());
            open.add(stalled);
            long most = 0;
            long fullSince = 0;
            long waited = System.nanoTime();
            while (overruns(daemon) == round) {
                assertThat(System.nanoTime() - waited)
                        .as("nanoseconds until the policy fires")
                        .isLessThan(PATIENCE_NANOS);
                PoolStats.MonitorStats its = monitor(daemon, "stalled-" + round);
                if (its != null) {
                    most = Math.max(most, its.waiting());
                    assertThat(its.waitingBytes()).isLessThanOrEqualTo(MAILBOX_BYTES);
                    boolean full = its.waiting() >= MAILBOX_UPDATES || its.waitingBytes() >= MAILBOX_BYTES * 95 / 100;
                    fullSince = full && fullSince == 0 ? System.nanoTime() : fullSince;
                }
                LockSupport.parkNanos(5_000_000);
            }
            long firedAfterMillis = fullSince == 0 ? 0 : (System.nanoTime() - fullSince) / 1_000_000;
            assertThat(most).isLessThanOrEqualTo(MAILBOX_UPDATES);
            others.letPass((int) Math.max(1, begun + SLOTS - others.newestSlot()));
            double beside = probe.p99Millis();
            ratios.add(beside / quiet);
            figures.add("%.1f ms, beside one that does not read %.1f ms; its end came within %d ms"
                    .formatted(quiet, beside, firedAfterMillis));

            stalled.readAll();
            Status end = stalled.ended();
            assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(end.getDescription()).contains("last complete slot");
        }
        Collections.sort(ratios);
        System.out.printf(
                "p99 from the provider to a monitor: %s%nratio: median %.2f, from %.2f to %.2f, %d rounds%n",
                String.join(" | ", figures),
                ratios.get(ratios.size() / 2),
                ratios.getFirst(),
                ratios.getLast(),
                ratios.size());

        assertThat(others.closed()).isEmpty();
        assertThat(others.verdicts()).hasSize(63).allSatisfy((id, verdict) -> {
            assertThat(verdict.expected()).as(id).isPositive();
            assertThat(verdict.clean()).as("%s: %s", id, verdict).isTrue();
        });
        assertTheProviderWasReadAllTheTime(provider, daemon);
    }

    @Test
    void allThatReadTenTimesTooSlowlyStayWithinTheMemoryForBuffers() throws Exception {
        long buffersMax = 32L << 20;
        Simulator provider = provider();
        Daemon daemon = daemon(
                provider,
                Map.of(
                        "FIREHOLE_MEMORY_BUFFERS_MAX",
                        Values.showBytes(buffersMax),
                        "FIREHOLE_MAILBOX_DROP_OLDEST",
                        "dropping-*",
                        "FIREHOLE_MAILBOX_LATEST_PER_ACCOUNT",
                        "latest-*",
                        "FIREHOLE_MAILBOX_SPILL",
                        "spilling-*"));
        List<PacedReader> readers = new ArrayList<>();
        String[] kinds = {"exact-", "dropping-", "latest-", "spilling-"};
        for (int i = 0; i < 12; i++) {
            PacedReader reader = new PacedReader(daemon.gatewayAddress(), kinds[i % kinds.length] + i, everything());
            open.add(reader);
            readers.add(reader);
        }
        long heapBefore = heap();
        long most = 0;
        long begun = System.nanoTime();
        long passed = 0;
        boolean done = false;
        while (passed < READING_NANOS || (!done && passed < PATIENCE_NANOS)) {
            passed = System.nanoTime() - begun;
            for (PacedReader reader : readers) {
                reader.read(2);
            }
            PoolStats now = daemon.stats();
            most = Math.max(most, now.memory().used());
            done = now.slow().dropped() > 0
                    && now.slow().overruns() > 0
                    && now.slow().spill().spilled() > 0;
            LockSupport.parkNanos(20_000_000);
        }
        PoolStats stats = daemon.stats();
        System.out.printf(
                "12 monitors that read slowly: buffers %,d of %,d bytes at most, %,d on disk; heap %+,d bytes, with simulator and clients%n",
                stats.memory().usedMost(), buffersMax, stats.slow().spill().bytes(), heap() - heapBefore);
        assertThat(most).isPositive();
        assertThat(stats.memory().usedMost()).isLessThanOrEqualTo(buffersMax + buffersMax / 10);
        assertThat(done).as("each policy had something to do: %s", stats.slow()).isTrue();
        assertThat(readers).as("all got something").allMatch(reader -> reader.received() > 0);
        assertTheProviderWasReadAllTheTime(provider, daemon);
    }

    private static void assertTheProviderWasReadAllTheTime(Simulator provider, Daemon daemon) {
        assertThat(provider.report().lagged())
                .as("streams the provider cut for lag")
                .isZero();
        assertThat(daemon.stats().totals().reconnects()).isZero();
        assertThat(daemon.stats().gaps()).allMatch(gap -> gap.cause() == Gap.Cause.SLOW_MONITOR);
        long newest = provider.chain().knownTo(CommitmentLevel.PROCESSED);
        await(
                "all of the provider's streams are read up to slot " + newest,
                () -> daemon.stats().streams().stream()
                        .map(PoolStats.StreamStats::lastSealedSlot)
                        .allMatch(slot -> slot.isPresent() && slot.getAsLong() >= newest));
    }

    /** What is in use when nothing is left to collect. */
    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long overruns(Daemon daemon) {
        return daemon.stats().slow().overruns();
    }

    private static PoolStats.@Nullable MonitorStats monitor(Daemon daemon, String id) {
        return daemon.stats().monitors().stream()
                .filter(monitor -> Objects.equals(monitor.id(), id))
                .findFirst()
                .orElse(null);
    }
}
