package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.cli.config.Values;
import io.firehole.filters.Base58;
import io.firehole.pool.Group;
import io.firehole.pool.GroupLimits;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorListener;
import io.firehole.pool.MonitorSubscription;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How soon a monitor that joins an open stream, with filters nobody has asked for before, gets its first update. They match
 * nearly every transaction, and so do those of a witness that is served already. Two times are taken: by how much the first
 * update comes later than the witness's next one after the request; and for how long the newcomer went without what the
 * witness got, which is the time from the request to the last update that it missed. Between that and the first update
 * the chain had nothing for either.
 *
 * <p>What is asserted are the requests and calls it takes. The times are printed: they are the machine's.
 */
class JoiningTest {

    private static final Logger log = LoggerFactory.getLogger(JoiningTest.class);

    private static final boolean CI = "true".equals(System.getenv("CI"));
    private static final int REQUESTS = Integer.getInteger("firehole.joins", CI ? 100 : 20);
    private static final int BURSTS = Math.max(2, REQUESTS / 20);
    private static final int BURST = 10;
    private static final Duration APART = Duration.ofMillis(200);
    private static final Duration BURSTS_APART = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Random random = new Random(6);

    /** When the witness got which transaction. */
    private final NavigableMap<Long, ByteString> served = new ConcurrentSkipListMap<>();

    private int joined;

    @Test
    void aMonitorThatJoinsAnOpenStreamIsServedSoon() throws Exception {
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .rules(ProviderRules.open())
                        .build());
                ControlThread budgetThread = ControlThread.start("joining-budget");
                GrpcTransport transport = new GrpcTransport(
                        GrpcEndpoint.parse("http://" + Values.show(provider.address())),
                        new ConnectionBudget(
                                List.of(new BudgetRule(60, Duration.ofSeconds(60))),
                                NanoClock.system(),
                                budgetThread));
                Pool pool = Pool.start(allOnOneStream(), transport, PoolRuntime.system())) {
            CompletableFuture<Void> first = new CompletableFuture<>();
            MonitorSubscription witness = pool.subscribe(monitor("witness"), nearlyAll(), update -> {
                served.put(System.nanoTime(), signature(update));
                first.complete(null);
            });
            first.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            warmUp(pool);

            PoolStats before = pool.stats();
            List<Wait> single = apart(pool);
            PoolStats between = pool.stats();
            report("requests " + APART.toMillis() + " ms apart", single);
            assertThat(between.vetting().trials() - before.vetting().trials())
                    .as("trials")
                    .isEqualTo(REQUESTS);
            assertThat(between.totals().requests() - before.totals().requests())
                    .as("requests: three of the trial and the merged one, and later one that lets its filter go")
                    .isBetween(4L * REQUESTS, 5L * REQUESTS);

            List<Wait> together = bursts(pool);
            PoolStats after = pool.stats();
            report("bursts of " + BURST, together);
            assertThat(after.vetting().trials() - between.vetting().trials())
                    .as("trials: of the first, and of those who came meanwhile")
                    .isBetween(2L * BURSTS - 1, (BURST / 2L) * BURSTS);
            assertThat(after.totals().requests()
                            - between.totals().requests()
                            - 3 * (after.vetting().trials() - between.vetting().trials()))
                    .as("merged requests: the first at once, the others together; and those that let filters go")
                    .isBetween((long) BURSTS, (BURST / 2L) * BURSTS + REQUESTS);
            assertThat(after.vetting().unknown()
                            + after.vetting().refused()
                            + after.vetting().apart())
                    .isZero();
            assertThat(after.streams())
                    .hasSize(1)
                    .allSatisfy(stream -> assertThat(stream.reopened()).isZero());
            witness.close();
        }
    }

    private static PoolConfig allOnOneStream() {
        return PoolConfig.DEFAULT.withMaxConnections(1).withGroup(Group.MEDIUM, new GroupLimits(1, 1_000));
    }

    /** Classes load, and code is compiled. */
    private void warmUp(Pool pool) throws Exception {
        for (int i = 0; i < 10; i++) {
            waited(join(pool));
            TimeUnit.NANOSECONDS.sleep(APART.toNanos());
        }
    }

    private List<Wait> apart(Pool pool) throws Exception {
        List<Wait> waits = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < REQUESTS; i++) {
            waits.add(waited(join(pool)));
            TimeUnit.NANOSECONDS.sleep(start + (i + 1) * APART.toNanos() - System.nanoTime());
        }
        return waits;
    }

    private List<Wait> bursts(Pool pool) throws Exception {
        List<Wait> waits = new ArrayList<>();
        for (int burst = 0; burst < BURSTS; burst++) {
            TimeUnit.NANOSECONDS.sleep(BURSTS_APART.toNanos());
            List<Joining> joining = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                joining.add(join(pool));
            }
            for (Joining one : joining) {
                waits.add(waited(one));
            }
        }
        return waits;
    }

    private record First(long atNanos, ByteString signature) {}

    private record Joining(MonitorSubscription subscription, long askedNanos, CompletableFuture<First> first) {}

    /**
     * How long a newcomer waited.
     *
     * @param beyondNanos how much later its first update came than the witness's next
     * @param missedNanos how long after its request there was still an update that it missed; 0 if it missed none
     */
    private record Wait(long beyondNanos, long missedNanos) {}

    private Joining join(Pool pool) throws Exception {
        CompletableFuture<First> first = new CompletableFuture<>();
        SubscribeRequest request = nearlyAll();
        long asked = System.nanoTime();
        MonitorSubscription subscription =
                pool.subscribe(monitor("joining-" + joined++), request, new MonitorListener() {
                    @Override
                    public void onUpdate(SubscribeUpdate update) {
                        first.complete(new First(System.nanoTime(), signature(update)));
                    }
                });
        return new Joining(subscription, asked, first);
    }

    /** Until its first update; it then leaves. */
    private Wait waited(Joining joining) throws Exception {
        First first = joining.first().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        joining.subscription().close();
        long asked = joining.askedNanos();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!served.tailMap(asked).containsValue(first.signature())) {
            assertThat(System.nanoTime() - end)
                    .as("time until the witness got it, too")
                    .isNegative();
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
        }
        long missed = 0;
        for (Map.Entry<Long, ByteString> update : served.tailMap(asked).entrySet()) {
            if (update.getValue().equals(first.signature())) {
                break;
            }
            missed = update.getKey() - asked;
        }
        long pace = served.ceilingKey(asked);
        served.headMap(asked - BURSTS_APART.toNanos()).clear();
        return new Wait(Math.max(0, first.atNanos() - pace), missed);
    }

    private static ByteString signature(SubscribeUpdate update) {
        return update.getTransaction().getTransaction().getSignature();
    }

    private static Monitor monitor(String id) {
        return new Monitor(id, Group.MEDIUM);
    }

    /** Every transaction that is no vote, but for those of somebody who makes none: equal to no other filter. */
    private SubscribeRequest nearlyAll() {
        byte[] nobody = new byte[32];
        random.nextBytes(nobody);
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        "all",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAccountExclude(Base58.encode(nobody))
                                .build())
                .build();
    }

    private static void report(String what, List<Wait> waits) {
        log.info(
                "{} of {}: first update later than the witness's {}; still missed one {} after the request",
                waits.size(),
                what,
                parts(waits, Wait::beyondNanos),
                parts(waits, Wait::missedNanos));
    }

    private static String parts(List<Wait> waits, ToLongFunction<Wait> part) {
        long[] sorted = waits.stream().mapToLong(part).sorted().toArray();
        return "p50 " + sorted[sorted.length / 2] / 1_000 + " us, p99 " + sorted[(int) (sorted.length * 0.99)] / 1_000
                + " us, most " + sorted[sorted.length - 1] / 1_000 + " us";
    }
}
