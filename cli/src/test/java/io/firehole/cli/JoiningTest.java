package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorListener;
import io.firehole.pool.MonitorSubscription;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolStats;
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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How soon a monitor that joins an open stream, with filters nobody has asked for before, gets its first update. They match
 * nearly every transaction, and so do those of a witness that is served already.
 *
 * <p>How long it had to wait beyond the chain's own pace is the time from its request to the last update that it missed:
 * between that and its first one the chain had nothing for either. Requests that are to be apart are so from one another,
 * also if one took long; what is asked sooner waits for its batch.
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
    private static final int WARM_UP = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Random random = new Random(6);

    private final Witness witness = new Witness();
    private int joined;
    private long lastAskedNanos = System.nanoTime();

    @Test
    void aMonitorThatJoinsAnOpenStreamIsServedSoon() throws Exception {
        try (OneConnection connection = new OneConnection(ProviderRules.open())) {
            Pool pool = connection.pool();
            MonitorSubscription subscription = pool.subscribe(monitor("witness"), nearlyAll(), witness);
            witness.awaitAnything();
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
            subscription.close();
        }
    }

    /** Classes load, and code is compiled. */
    private void warmUp(Pool pool) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            waited(join(pool));
        }
    }

    /** Each at least so long after the one before, also if that took longer. */
    private List<Wait> apart(Pool pool) throws Exception {
        List<Wait> waits = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            TimeUnit.NANOSECONDS.sleep(lastAskedNanos + APART.toNanos() - System.nanoTime());
            waits.add(waited(join(pool)));
        }
        return waits;
    }

    private List<Wait> bursts(Pool pool) throws Exception {
        List<Wait> waits = new ArrayList<>();
        for (int burst = 0; burst < BURSTS; burst++) {
            TimeUnit.NANOSECONDS.sleep(lastAskedNanos + BURSTS_APART.toNanos() - System.nanoTime());
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
     * @param firstNanos from its request to its first update
     * @param paceNanos from its request to the witness's next one: the chain had nothing before
     * @param missedNanos from its request to the last update that the witness got and it did not; 0 if it missed none
     */
    private record Wait(long firstNanos, long paceNanos, long missedNanos) {}

    private Joining join(Pool pool) throws Exception {
        CompletableFuture<First> first = new CompletableFuture<>();
        SubscribeRequest request = nearlyAll();
        long asked = System.nanoTime();
        lastAskedNanos = asked;
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
        Map<Long, ByteString> since = witness.sinceUntil(asked, first.signature());
        long pace = 0;
        long missed = 0;
        for (Map.Entry<Long, ByteString> update : since.entrySet()) {
            pace = pace == 0 ? update.getKey() - asked : pace;
            if (update.getValue().equals(first.signature())) {
                break;
            }
            missed = update.getKey() - asked;
        }
        return new Wait(first.atNanos() - asked, pace, missed);
    }

    /** When somebody who is served already got which transaction. */
    private static final class Witness implements MonitorListener {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition came = lock.newCondition();
        private final NavigableMap<Long, ByteString> served = new TreeMap<>();

        @Override
        public void onUpdate(SubscribeUpdate update) {
            lock.lock();
            try {
                served.put(System.nanoTime(), signature(update));
                came.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void awaitAnything() throws InterruptedException {
            await(() -> !served.isEmpty());
        }

        /** What it got from that time on, once that is among it; what was before is forgotten. */
        Map<Long, ByteString> sinceUntil(long nanos, ByteString signature) throws InterruptedException {
            lock.lock();
            try {
                await(() -> served.tailMap(nanos).containsValue(signature));
                served.headMap(nanos - BURSTS_APART.toNanos()).clear();
                return new TreeMap<>(served.tailMap(nanos));
            } finally {
                lock.unlock();
            }
        }

        private void await(BooleanSupplier so) throws InterruptedException {
            lock.lock();
            try {
                long left = PATIENCE.toNanos();
                while (!so.getAsBoolean()) {
                    assertThat(left).as("time until the witness got it, too").isPositive();
                    left = came.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static ByteString signature(SubscribeUpdate update) {
        return update.getTransaction().getTransaction().getSignature();
    }

    private static Monitor monitor(String id) {
        return new Monitor(id, Group.MEDIUM);
    }

    /** Every transaction that is no vote, but for those of somebody who makes none: equal to no other filter. */
    private SubscribeRequest nearlyAll() {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        "all",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAccountExclude(OneConnection.key(random))
                                .build())
                .build();
    }

    private static void report(String what, List<Wait> waits) {
        log.info(
                "{} of {}: first update {} after the request, the witness's {}; still missed one {} after the request",
                waits.size(),
                what,
                parts(waits, Wait::firstNanos),
                parts(waits, Wait::paceNanos),
                parts(waits, Wait::missedNanos));
    }

    private static String parts(List<Wait> waits, ToLongFunction<Wait> part) {
        long[] sorted = waits.stream().mapToLong(part).sorted().toArray();
        return "p50 " + sorted[sorted.length / 2] / 1_000 + " us, p99 " + sorted[(int) (sorted.length * 0.99)] / 1_000
                + " us, most " + sorted[sorted.length - 1] / 1_000 + " us";
    }
}
