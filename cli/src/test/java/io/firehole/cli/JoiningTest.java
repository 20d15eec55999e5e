package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.cli.PlainClient.PlainStream;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How soon a monitor that joins an open stream, with filters nobody has asked for before, gets its first update. They match
 * nearly every transaction, and so do those of a witness that is served already.
 *
 * <p>How long it had to wait beyond the chain's own pace is the time from its request to the last update that it missed:
 * between that and its first one the chain had nothing for either. Requests that are to be apart are so from one another,
 * also if one took long; what is asked sooner waits for its batch.
 *
 * <p>In turn with them somebody does the same without a pool, on a connection of its own: it changes its filters on its open
 * stream, and it opens one more stream. What these miss is the provider's and the machine's; the rest is the pool's.
 *
 * <p>What is asserted are the requests and calls it takes. The times are printed: they are the machine's.
 */
@Tag("alone")
class JoiningTest {

    private static final boolean CI = "true".equals(System.getenv("CI"));
    private static final int ROUNDS = 5;
    private static final int REQUESTS = ROUNDS * (Integer.getInteger("firehole.joins", CI ? 100 : 20) / ROUNDS);
    private static final int BURSTS = Math.max(2, REQUESTS / 20);
    private static final int BURST = 10;
    private static final Duration APART = Duration.ofMillis(200);
    private static final Duration BURSTS_APART = Duration.ofSeconds(1);
    private static final int WARM_UP = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Random random = new Random(6);

    private final Witness witness = new Witness();
    private int joined;
    private long turn = System.nanoTime();

    @Test
    void aMonitorThatJoinsAnOpenStreamIsServedSoon() throws Exception {
        try (OneConnection connection = new OneConnection(ProviderRules.open());
                PlainClient plain = new PlainClient(connection.provider().address())) {
            Pool pool = connection.pool();
            plain.subscribe(nearlyAll("all"), witness::saw);
            Changing changing = new Changing(plain);
            MonitorSubscription present = pool.subscribe(monitor("present"), nearlyAll("all"), update -> {});
            witness.awaitAnything();
            for (int i = 0; i < WARM_UP; i++) {
                waited(join(pool));
                waited(changing.change());
                waited(open(plain));
            }

            PoolStats before = pool.stats();
            apart(pool, plain, changing);
            PoolStats between = pool.stats();
            assertThat(between.vetting().trials() - before.vetting().trials())
                    .as("trials")
                    .isEqualTo(REQUESTS);
            assertThat(between.totals().requests() - before.totals().requests())
                    .as("requests: three of the trial and the merged one, and later one that lets its filter go")
                    .isBetween(4L * REQUESTS, 5L * REQUESTS);

            JoiningDelays together = bursts(pool);
            PoolStats after = pool.stats();
            together.report("Joins in bursts of " + BURST);
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
            present.close();
        }
    }

    /** The three in turn, so that each does it so long after it did it before, also if that took longer. */
    private void apart(Pool pool, PlainClient plain, Changing changing) throws Exception {
        JoiningDelays joins = new JoiningDelays(ROUNDS);
        JoiningDelays changes = new JoiningDelays(ROUNDS);
        JoiningDelays opened = new JoiningDelays(ROUNDS);
        for (int i = 0; i < REQUESTS; i++) {
            awaitTurn(APART.dividedBy(3));
            joins.add(waited(join(pool)));
            awaitTurn(APART.dividedBy(3));
            changes.add(waited(changing.change()));
            awaitTurn(APART.dividedBy(3));
            opened.add(waited(open(plain)));
        }
        joins.report("Joins at least " + APART.toMillis() + " ms apart");
        changes.report("With no pool, filters changed on an open stream");
        opened.report("With no pool, one more stream opened");
    }

    private JoiningDelays bursts(Pool pool) throws Exception {
        JoiningDelays delays = new JoiningDelays(ROUNDS);
        for (int burst = 0; burst < BURSTS; burst++) {
            awaitTurn(BURSTS_APART);
            List<Joining> joining = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                joining.add(join(pool));
            }
            for (Joining one : joining) {
                delays.add(waited(one));
            }
        }
        return delays;
    }

    private void awaitTurn(Duration apart) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(turn + apart.toNanos() - System.nanoTime());
        turn = System.nanoTime();
    }

    private record First(long atNanos, ByteString signature) {

        static First of(SubscribeUpdate update) {
            return new First(System.nanoTime(), signatureOf(update));
        }
    }

    /** Somebody who waits for its first update, and what it does then. */
    private record Joining(Runnable leave, long askedNanos, CompletableFuture<First> first) {}

    private Joining join(Pool pool) throws Exception {
        CompletableFuture<First> first = new CompletableFuture<>();
        SubscribeRequest request = nearlyAll("all");
        long asked = System.nanoTime();
        MonitorSubscription subscription =
                pool.subscribe(monitor("joining-" + joined++), request, update -> first.complete(First.of(update)));
        return new Joining(subscription::close, asked, first);
    }

    private Joining open(PlainClient plain) {
        CompletableFuture<First> first = new CompletableFuture<>();
        SubscribeRequest request = nearlyAll("all");
        long asked = System.nanoTime();
        PlainStream stream = plain.subscribe(request, update -> {
            if (update.hasTransaction()) {
                first.complete(First.of(update));
            }
        });
        return new Joining(stream::cancel, asked, first);
    }

    /** Somebody who changes its filters again and again, each time under another name. */
    private final class Changing {

        private final PlainStream stream;
        private int changes;
        private volatile String name = "0";
        private volatile CompletableFuture<First> first = new CompletableFuture<>();

        Changing(PlainClient plain) {
            this.stream = plain.subscribe(nearlyAll(name), this::saw);
        }

        private void saw(SubscribeUpdate update) {
            if (update.hasTransaction() && update.getFiltersList().contains(name)) {
                first.complete(First.of(update));
            }
        }

        Joining change() {
            CompletableFuture<First> next = new CompletableFuture<>();
            SubscribeRequest request = nearlyAll(Integer.toString(++changes));
            first = next;
            name = Integer.toString(changes);
            long asked = System.nanoTime();
            stream.ask(request);
            return new Joining(() -> {}, asked, next);
        }
    }

    /** Until its first update; it then leaves. */
    private JoiningDelays.Wait waited(Joining joining) throws Exception {
        First first = joining.first().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        joining.leave().run();
        long asked = joining.askedNanos();
        long pace = 0;
        long missed = 0;
        Map<Long, ByteString> since = witness.sinceUntil(asked, first.signature());
        for (Map.Entry<Long, ByteString> update : since.entrySet()) {
            pace = pace == 0 ? update.getKey() - asked : pace;
            if (update.getValue().equals(first.signature())) {
                break;
            }
            missed = update.getKey() - asked;
        }
        return new JoiningDelays.Wait(first.atNanos() - asked, pace, missed);
    }

    /** When somebody who is served already got which transaction. */
    private static final class Witness {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition came = lock.newCondition();
        private final NavigableMap<Long, ByteString> served = new TreeMap<>();

        void saw(SubscribeUpdate update) {
            if (!update.hasTransaction()) {
                return;
            }
            lock.lock();
            try {
                served.put(System.nanoTime(), signatureOf(update));
                came.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void awaitAnything() throws InterruptedException {
            await(() -> !served.isEmpty());
        }

        /**
         * What it got from that time on, once it has got that one; what was long before is forgotten. Nothing if it had that
         * one before, since then nothing was missed: the provider may serve one of two streams earlier.
         */
        Map<Long, ByteString> sinceUntil(long nanos, ByteString signature) throws InterruptedException {
            lock.lock();
            try {
                served.headMap(nanos - BURSTS_APART.toNanos()).clear();
                await(() -> served.containsValue(signature));
                NavigableMap<Long, ByteString> since = new TreeMap<>(served.tailMap(nanos, true));
                return since.containsValue(signature) ? since : Map.of();
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

    private static ByteString signatureOf(SubscribeUpdate update) {
        return update.getTransaction().getTransaction().getSignature();
    }

    private static Monitor monitor(String id) {
        return new Monitor(id, Group.MEDIUM);
    }

    /** Every transaction that is no vote, but for those of somebody who makes none: equal to no other filter. */
    private SubscribeRequest nearlyAll(String name) {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        name,
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAccountExclude(OneConnection.key(random))
                                .build())
                .build();
    }
}
