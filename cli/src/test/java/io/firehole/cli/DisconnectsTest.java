package io.firehole.cli;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorSubscription;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider in a process of its own, whose connections break every 2.4 seconds in one way after the other under about 20,000 updates a
 * second: twenty monitors, of which each update is for about one, get everything that can be had, once and in order.
 */
@Tag("alone")
@Timeout(2_000)
class DisconnectsTest {

    private static final Logger log = LoggerFactory.getLogger(DisconnectsTest.class);

    private static final int DISCONNECTS =
            Integer.getInteger("firehole.disconnects", "true".equals(System.getenv("CI")) ? 100 : 6);

    /** On a machine that has other things to do the same may go on slower. */
    private static final String SPEED = System.getProperty("firehole.speed", "1");

    /** Longer, and each is over before the next one comes. */
    private static final Duration EVERY = Duration.ofMillis(Long.getLong("firehole.disconnect-every-ms", 2_400));

    private static final Duration STALL = Duration.ofSeconds(1);
    private static final List<String> KINDS = List.of("reset", "fin", "goaway", "stream-error", "half-open", "stall");
    private static final int LIMIT = 60;

    /** The connection of whom no fault befalls: it comes first. */
    private static final long UNDISTURBED = 1;

    /** Slots that must have come behind one before that is compared. */
    private static final int MARGIN = 4;

    private static final int GAPS_MAX = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final String SYSTEM_PROGRAM = "11111111111111111111111111111111";
    private static final String VOTE_PROGRAM = "Vote111111111111111111111111111111111111111";

    private final InStep inStep = new InStep();
    private final List<CheckedMonitor> monitors = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    void disconnectsOfEveryKindLoseNothingAndDoubleNothing() throws Exception {
        try (Programs programs = new Programs(folder);
                ControlThread budgetThread = ControlThread.start("disconnects-budget")) {
            ProviderProcess provider = ProviderProcess.start(programs, "--limit", LIMIT + "/60s", "--speed", SPEED);
            ConnectionBudget budget = new ConnectionBudget(
                    List.of(new BudgetRule(LIMIT - 1, Duration.ofSeconds(60))), NanoClock.system(), budgetThread);
            try (PlainClient plain = new PlainClient(provider.address());
                    GrpcTransport transport = new GrpcTransport(GrpcEndpoint.parse(provider.url()), budget);
                    Pool pool = Pool.start(
                            PoolConfig.DEFAULT, transport, PoolRuntime.system().withBudget(budget::snapshot))) {
                watch(plain);
                List<MonitorSubscription> subscriptions = subscribe(pool);
                await(
                        "all are served",
                        () -> monitors.stream().allMatch(CheckedMonitor::isServed)
                                && subscriptions.stream()
                                        .allMatch(one -> one.activeFromSlot().isPresent()));
                for (int i = 0; i < monitors.size(); i++) {
                    monitors.get(i).begins(subscriptions.get(i).activeFromSlot().orElseThrow() - 1);
                }
                // At finalized that takes 13 s, and nothing earlier is compared.
                await(
                        "each has had the first slot that it is owed",
                        () -> monitors.stream().allMatch(CheckedMonitor::hasBegun));

                long updates = updates();
                long began = System.nanoTime();
                breakAgainAndAgain(provider);
                long perSecond = (updates() - updates) * 1_000 / Math.max(1, (System.nanoTime() - began) / 1_000_000);
                awaitTheEnd(provider);
                report(pool, provider, perSecond);
                check(pool, provider);
            }
        }
    }

    private void watch(PlainClient plain) throws InterruptedException {
        for (CommitmentLevel level : levels()) {
            plain.subscribe(metas().setCommitment(level).build(), update -> {
                if (update.hasBlockMeta()) {
                    inStep.undisturbed(level, update.getBlockMeta().getSlot());
                }
            });
        }
        await("the undisturbed one is served", inStep::isWatching);
    }

    private List<MonitorSubscription> subscribe(Pool pool) throws Exception {
        List<MonitorSubscription> subscriptions = new ArrayList<>();
        for (CommitmentLevel level : levels()) {
            for (SubscribeRequest.Builder request : requests(level)) {
                String id = level.name().toLowerCase(Locale.ROOT) + "-" + monitors.size();
                CheckedMonitor monitor = new CheckedMonitor(
                        id,
                        request.mergeFrom(metas().build()).setCommitment(level).build(),
                        slot -> inStep.sealed(id, level, slot));
                monitors.add(monitor);
                subscriptions.add(pool.subscribe(
                        new Monitor(id, monitors.size() % 2 == 0 ? Group.HIGH : Group.MEDIUM),
                        monitor.request(),
                        monitor));
            }
        }
        return subscriptions;
    }

    private void breakAgainAndAgain(ProviderProcess provider) throws Exception {
        long next = System.nanoTime();
        for (int i = 0; i < DISCONNECTS; i++) {
            next += EVERY.toNanos();
            String kind = KINDS.get(i % KINDS.size());
            inStep.fault(kind);
            provider.fault(kind, kind.equals("stall") ? STALL : Duration.ZERO, UNDISTURBED);
            while (System.nanoTime() < next) {
                for (CheckedMonitor monitor : monitors) {
                    monitor.check(provider, MARGIN);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /** Until everything has been compared that had come when the last disconnect was over. */
    private void awaitTheEnd(ProviderProcess provider) throws Exception {
        TimeUnit.SECONDS.sleep(10);
        long to = monitors.stream().mapToLong(CheckedMonitor::newestSeal).min().orElseThrow();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (monitors.stream()
                .anyMatch(
                        monitor -> monitor.checkedTo() < to && monitor.faults().isEmpty())) {
            assertThat(System.nanoTime())
                    .as("in time: all goes on beyond slot %s", to)
                    .isLessThan(end);
            for (CheckedMonitor monitor : monitors) {
                monitor.check(provider, MARGIN);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private long updates() {
        return monitors.stream().mapToLong(CheckedMonitor::updates).sum();
    }

    private void report(Pool pool, ProviderProcess provider, long perSecond) throws Exception {
        long[] back = inStep.backAfterMillis();
        JsonNode report = provider.report();
        log.info(
                "{} disconnects, {} monitors, {} updates/s: {} connects, {} in the worst 60 s; in step again after p50 {} ms, p99 {} ms,"
                        + " most {} ms ({} of {}); {} slots of which only the replay came, {} gaps",
                DISCONNECTS,
                monitors.size(),
                perSecond,
                report.get("connects").size(),
                report.get("worstWindow").get("count"),
                back[back.length / 2],
                back[(int) (back.length * 0.99)],
                back[back.length - 1],
                back.length,
                DISCONNECTS * monitors.size(),
                monitors.stream()
                        .mapToInt(monitor -> monitor.differing().size())
                        .sum(),
                pool.stats().gapCounts());
        for (String kind : KINDS) {
            long[] ofKind = inStep.backAfterMillis(kind);
            if (ofKind.length > 0) {
                log.info(
                        "In step again after {}: p50 {} ms, p99 {} ms",
                        kind,
                        ofKind[ofKind.length / 2],
                        ofKind[(int) (ofKind.length * 0.99)]);
            }
        }
    }

    private void check(Pool pool, ProviderProcess provider) throws Exception {
        for (CheckedMonitor monitor : monitors) {
            assertThat(monitor.faults())
                    .as("%s, request %s", monitor.id(), monitor.request())
                    .isEmpty();
            assertThat(monitor.lacking()).as("%s: lost", monitor.id()).isEmpty();
            List<Gap> gaps = pool.gaps(Optional.of(monitor.id()), GAPS_MAX);
            assertThat(monitor.unrecorded(gaps))
                    .as("%s: slots of which only the replay came, and no gap says so; gaps %s", monitor.id(), gaps)
                    .isEmpty();
            assertThat(gaps)
                    .as(monitor.id())
                    .allMatch(gap ->
                            gap.cause() == Gap.Cause.NOT_REPLAYABLE && gap.commitment() == CommitmentLevel.PROCESSED);
        }
        JsonNode report = provider.report();
        assertThat(report.get("worstWindow").get("count").asInt()).isLessThanOrEqualTo(LIMIT);
        assertThat(report.get("refused").asInt()).isZero();
    }

    private static List<CommitmentLevel> levels() {
        return List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED);
    }

    /** Of different transactions, writes and entries each, so that few updates are for more than one. */
    private static List<SubscribeRequest.Builder> requests(CommitmentLevel level) {
        SubscribeRequest.Builder slotsAndEntries = SubscribeRequest.newBuilder()
                .putSlots(
                        "s",
                        SubscribeRequestFilterSlots.newBuilder()
                                .setFilterByCommitment(true)
                                .build())
                .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance());
        List<SubscribeRequest.Builder> requests = new ArrayList<>(List.of(
                transactions(false, true),
                transactions(false, false),
                written(TOKEN_PROGRAM),
                written(SYSTEM_PROGRAM),
                slotsAndEntries,
                including("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")));
        if (level == CommitmentLevel.PROCESSED) {
            requests.add(transactions(true, false));
            requests.add(written(VOTE_PROGRAM));
        }
        return requests;
    }

    private static SubscribeRequest.Builder transactions(boolean vote, boolean failed) {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        "t",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(vote)
                                .setFailed(failed)
                                .build());
    }

    private static SubscribeRequest.Builder including(String account) {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        "t",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountInclude(account)
                                .build());
    }

    private static SubscribeRequest.Builder written(String owner) {
        return SubscribeRequest.newBuilder()
                .putAccounts(
                        "a",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addOwner(owner)
                                .build());
    }

    private static SubscribeRequest.Builder metas() {
        return SubscribeRequest.newBuilder().putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance());
    }
}
