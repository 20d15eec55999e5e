package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.OneConnection;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorListener;
import io.firehole.pool.MonitorSubscription;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolStats;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A monitor that asks every second for something the provider refuses and nobody else knows it will, among twenty healthy
 * ones on the same connection. They must not notice.
 */
@Tag("alone")
class PoisonTest {

    private static final Logger log = LoggerFactory.getLogger(PoisonTest.class);

    private static final boolean CI = "true".equals(System.getenv("CI"));

    private static final int ROUNDS = 5;

    /** How many turns one round has, quiet or not, one a second; quiet ones and others alternate. */
    private static final int TURNS = Integer.getInteger("firehole.poison-seconds", CI ? 6 : 1);

    private static final Duration ROUND = Duration.ofSeconds(TURNS);

    /** Then it goes on without a quiet moment, and after that with the same key for one round more. */
    private static final Duration WITHOUT_PAUSE = Duration.ofSeconds(10L * TURNS);

    private static final int HEALTHY = 20;
    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration SETTLE = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final int POISONS = 1_000;

    /** Delays of one round, in nanoseconds, as every healthy monitor saw them. Any thread. */
    private static final class Delays {

        private final ReentrantLock lock = new ReentrantLock();
        private long[] nanos = new long[1 << 16];
        private int count;

        void add(long delay) {
            lock.lock();
            try {
                if (count == nanos.length) {
                    nanos = Arrays.copyOf(nanos, count * 2);
                }
                nanos[count++] = delay;
            } finally {
                lock.unlock();
            }
        }

        /** The given parts of all of the round's delays, and forgets them. */
        Round end() {
            lock.lock();
            try {
                long[] sorted = Arrays.copyOf(nanos, count);
                Arrays.sort(sorted);
                count = 0;
                return new Round(sorted.length, at(sorted, 0.5), at(sorted, 0.99));
            } finally {
                lock.unlock();
            }
        }

        private static long at(long[] sorted, double part) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * part))];
        }
    }

    private record Round(int deliveries, long medianNanos, long p99Nanos) {}

    /** One of those who must not notice. */
    private record Healthy(SimulatedExpectation expectation, DeliveryRecorder recorder, Queue<Long> complete) {}

    private final Delays delays = new Delays();
    private final List<Healthy> healthy = new ArrayList<>();
    private int poisoned;

    @Test
    void nobodyNoticesAMonitorThatTheProviderRefusesEverySecond() throws Exception {
        List<String> poison = keys();
        ProviderRules rules = ProviderRules.open().with(Map.of("accounts.account-reject", String.join(",", poison)));
        try (OneConnection connection = new OneConnection(rules)) {
            Simulator provider = connection.provider();
            Pool pool = connection.pool();
            join(provider, pool);
            awaitServed(pool);

            List<Round> quiet = new ArrayList<>();
            List<Round> stormy = new ArrayList<>();
            int next = 0;
            delays.end();
            for (int round = 0; round < ROUNDS; round++) {
                sleep(ROUND);
                quiet.add(delays.end());
                int from = next;
                next += poison(pool, ROUND, turn -> poison.get(from + turn));
                stormy.add(delays.end());
                compareWhatIsDue();
                delays.end();
            }
            List<Round> onAndOn = new ArrayList<>();
            int first = next;
            next += poison(pool, WITHOUT_PAUSE, turn -> {
                if (turn > 0 && turn % TURNS == 0) {
                    onAndOn.add(delays.end());
                }
                return poison.get(first + turn);
            });
            onAndOn.add(delays.end());
            PoolStats before = pool.stats();
            String same = poison.get(next);
            poison(pool, ROUND, turn -> same);
            Round again = delays.end();

            PoolStats stats = pool.stats();
            compareWhatIsDue();
            sleep(SETTLE);
            compareWhatIsDue();
            report("quiet", quiet);
            report("a new key each second", stormy);
            report("a new key each second without pause", onAndOn);
            report("the same key each second", List.of(again));
            log.info("{} poisoned requests, {}", poisoned, stats.vetting());

            assertThat(healthy).allSatisfy(one -> {
                Verdict verdict = one.recorder().verdict();
                assertThat(verdict.clean())
                        .as("%s of %s", verdict, one.expectation().request())
                        .isTrue();
                assertThat(verdict.checked()).isPositive();
                assertThat(one.recorder().overflowed()).isZero();
            });
            assertThat(stats.gaps()).isEmpty();
            assertThat(stats.streams())
                    .as("one for each commitment, on one connection")
                    .hasSize(2)
                    .allSatisfy(stream -> assertThat(stream.reopened()).isZero());
            assertThat(stats.totals().invalidRequests())
                    .as("calls that served somebody and were refused")
                    .isZero();
            assertThat(before.vetting().refused()).isEqualTo(next);
            assertThat(stats.vetting().refused()).as("asked once").isEqualTo(next + 1L);
            assertThat(stats.vetting().fromMemory()).isEqualTo(poisoned - next - 1L);
            assertThat(stats.integrity().disagreements()).isZero();
            assertThat(provider.report().connects()).hasSize(1);
        }
    }

    private static List<String> keys() {
        Random random = new Random(4);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < POISONS; i++) {
            keys.add(OneConnection.key(random));
        }
        return keys;
    }

    /** The seven example monitors, three times less one, each with filters of its own. */
    private void join(Simulator provider, Pool pool) throws Exception {
        Random random = new Random(5);
        for (int i = 0; i < HEALTHY; i++) {
            List<ExampleMonitor> examples = Monitors.all();
            SubscribeRequest request = varied(examples.get(i % examples.size()).request(), random);
            SimulatedExpectation expectation = new SimulatedExpectation(provider, request);
            DeliveryRecorder recorder = new DeliveryRecorder(expectation);
            healthy.add(new Healthy(expectation, recorder, new ArrayDeque<>()));
            MonitorSubscription unused = pool.subscribe(new Monitor("healthy-" + i, Group.MEDIUM), request, update -> {
                Instant now = Instant.now();
                if (update.hasTransaction() || update.hasAccount()) {
                    delays.add(delay(update, now));
                }
                recorder.received(update);
            });
        }
    }

    private void awaitServed(Pool pool) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!(pool.stats().monitors().size() == HEALTHY
                && pool.stats().monitors().stream().allMatch(PoolStats.MonitorStats::active))) {
            assertThat(System.nanoTime() - end).as("time until all are served").isNegative();
            sleep(LOOK_EVERY);
        }
        sleep(SETTLE);
        for (Healthy one : healthy) {
            if (!one.recorder().active()) {
                one.recorder().expectFrom(one.expectation().begunTo() + 1);
            }
        }
    }

    private static long delay(SubscribeUpdate update, Instant now) {
        Instant created = Instant.ofEpochSecond(
                update.getCreatedAt().getSeconds(), update.getCreatedAt().getNanos());
        return Duration.between(created, now).toNanos();
    }

    /** Not equal to anybody else's, and matching the same. */
    private static SubscribeRequest varied(SubscribeRequest request, Random random) {
        String nobody = OneConnection.key(random);
        SubscribeRequest.Builder varied = request.toBuilder();
        request.getTransactionsMap()
                .forEach((name, filter) -> varied.putTransactions(
                        name, filter.toBuilder().addAccountExclude(nobody).build()));
        request.getAccountsMap().forEach((name, filter) -> {
            if (filter.getAccountCount() > 0) {
                varied.putAccounts(name, filter.toBuilder().addAccount(nobody).build());
            } else {
                varied.putAccounts(name, filter.toBuilder().addOwner(nobody).build());
            }
        });
        return varied.build();
    }

    private interface Poison {
        String keyOf(int turn);
    }

    /** Asks for something that is refused every second, and waits for the refusal each time; gives how often. */
    private int poison(Pool pool, Duration time, Poison poison) throws Exception {
        long start = System.nanoTime();
        int turn = 0;
        while (System.nanoTime() - start < time.toNanos()) {
            String key = poison.keyOf(turn);
            CompletableFuture<GrpcStatus> end = new CompletableFuture<>();
            SubscribeRequest request = SubscribeRequest.newBuilder()
                    .putAccounts(
                            "poison",
                            SubscribeRequestFilterAccounts.newBuilder()
                                    .addAccount(key)
                                    .build())
                    .build();
            MonitorSubscription refused =
                    pool.subscribe(new Monitor("poison", Group.MEDIUM), request, new MonitorListener() {
                        @Override
                        public void onUpdate(SubscribeUpdate update) {
                            end.completeExceptionally(new AssertionError("an update for who was refused"));
                        }

                        @Override
                        public void onEnd(GrpcStatus why) {
                            end.complete(why);
                        }
                    });
            assertThat(end.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .as("the provider's own words")
                    .isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT.with(
                            "failed to create filter: Pubkey " + key + " in filters is not allowed"));
            refused.close();
            poisoned++;
            turn++;
            TimeUnit.NANOSECONDS.sleep(start + turn * EVERY_NANOS - System.nanoTime());
        }
        return turn;
    }

    /** Compares what everybody got with what was to come, up to where that was complete the last time. */
    private void compareWhatIsDue() {
        for (Healthy one : healthy) {
            Long complete = one.complete().poll();
            if (complete != null) {
                one.recorder().check(complete);
            }
            one.complete().add(one.expectation().finalTo());
        }
    }

    private static void report(String what, List<Round> rounds) {
        long[] medians = rounds.stream().mapToLong(Round::medianNanos).sorted().toArray();
        long[] p99s = rounds.stream().mapToLong(Round::p99Nanos).sorted().toArray();
        log.info(
                "Delay of {} deliveries, {}: median {} us ({} to {}), p99 {} us ({} to {}) over {} rounds of {} s",
                rounds.stream().mapToLong(Round::deliveries).sum(),
                what,
                medians[medians.length / 2] / 1_000,
                medians[0] / 1_000,
                medians[medians.length - 1] / 1_000,
                p99s[p99s.length / 2] / 1_000,
                p99s[0] / 1_000,
                p99s[p99s.length - 1] / 1_000,
                rounds.size(),
                ROUND.toSeconds());
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
