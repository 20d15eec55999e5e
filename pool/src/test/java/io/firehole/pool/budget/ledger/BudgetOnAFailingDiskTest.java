package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRuntime;
import io.firehole.pool.budget.BudgetSettings;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.Permit;
import io.firehole.pool.budget.PermitAnswer;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.Timers;
import io.firehole.pool.time.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whole budgets over one ledger file that is damaged, on a disk that fails, in processes that die: the provider counts. */
class BudgetOnAFailingDiskTest {

    private static final LedgerName NAME = LedgerName.of("my.provider", 443, "token", "secret");
    private static final BudgetRule RULE = new BudgetRule(12, Duration.ofSeconds(20));
    private static final long PER_NANOS = RULE.per().toNanos();
    private static final Duration UNPROVEN = ConnectionBudget.ATTEMPT_DEADLINE.plus(ConnectionBudget.TRAVEL);
    private static final int STORIES =
            Integer.getInteger("firehole.stories", "true".equals(System.getenv("CI")) ? 600 : 100);
    private static final Duration STORY = Duration.ofMinutes(8);
    private static final int PROCESSES = 3;

    /** More than the rule has: there is always somebody who waits. */
    private static final int ASKERS = 5;

    private static final List<FakeDisk.Fault> FAULTS = List.of(FakeDisk.Fault.values());

    @TempDir
    private Path directory;

    private final List<Logger> logs = List.of((Logger) LoggerFactory.getLogger(FileLedger.class), (Logger)
            LoggerFactory.getLogger(ConnectionBudget.class));

    @BeforeEach
    void doNotTellEachOfThousandFaults() {
        logs.forEach(log -> log.setLevel(Level.OFF));
    }

    @AfterEach
    void tellAgain() {
        logs.forEach(log -> log.setLevel(null));
    }

    @Test
    void theProviderNeverCountsMoreThanTheRule() throws IOException {
        long arrived = 0;
        for (int seed = 0; seed < STORIES; seed++) {
            World world = new World(seed, RULE);
            world.play();
            assertThat(worstWindow(world.arrivals)).as("story %s", seed).isLessThanOrEqualTo(RULE.max());
            arrived += world.arrivals.size();
        }
        // The stories must be about something.
        assertThat(arrived).isGreaterThan(STORIES * 50L);
    }

    @Test
    void whoStartsAfterAnyDamageHasAPermitWithinSeventyThreeSeconds() throws IOException {
        for (Map.Entry<String, Consumer<World>> damage : damages().entrySet()) {
            World world = busyWorld();
            damage.getValue().accept(world);
            for (int i = 0; i < PROCESSES; i++) {
                world.restart(i);
            }
            assertReadyWithin(Duration.ofSeconds(73), world, damage.getKey());
        }
    }

    /** That is when the next permit would have been given: a minute later at most. */
    @Test
    void whoRunsOnAfterAnyDamageHasAPermitSeventyThreeSecondsAfterItIsNoticed() throws IOException {
        for (Map.Entry<String, Consumer<World>> damage : damages().entrySet()) {
            World world = busyWorld();
            damage.getValue().accept(world);
            assertReadyWithin(Duration.ofSeconds(73 + 61), world, damage.getKey());
        }
    }

    private static void assertReadyWithin(Duration time, World world, String damage) {
        int before = world.arrivals.size();
        world.runFor(time);
        assertThat(world.arrivals.size()).as(damage).isGreaterThan(before);
        world.runFor(Duration.ofSeconds(150));
        assertThat(world.arrivals.size()).as("%s: as before", damage).isGreaterThan(before + 100);
    }

    /** One that has used all there is. */
    private World busyWorld() throws IOException {
        World world = new World(1, BudgetRule.DEFAULT);
        world.startAll();
        world.runFor(Duration.ofSeconds(90));
        assertThat(world.arrivals.size()).isGreaterThanOrEqualTo(60);
        return world;
    }

    private static Map<String, Consumer<World>> damages() {
        return Map.of(
                "torn", world -> world.damage(content -> Arrays.fill(content, 300, 333, (byte) 7)),
                "header flipped", world -> world.damage(content -> content[20] ^= 4),
                "slot flipped", world -> world.damage(content -> content[200] ^= 4),
                "zeroed", world -> world.damage(content -> Arrays.fill(content, (byte) 0)),
                "truncated", world -> world.disk.put(world.file, Arrays.copyOf(world.content(), 1_000)),
                "empty", world -> world.disk.put(world.file, new byte[0]),
                "disk full for a while", world -> world.failFor(FakeDisk.Fault.DISK_FULL, Duration.ofSeconds(60)),
                "fsync failing for a while", world -> world.failFor(FakeDisk.Fault.FORCE_FAILS, Duration.ofSeconds(60)),
                "sectors unreadable", world -> world.failFor(FakeDisk.Fault.READ_FAILS, Duration.ofSeconds(60)));
    }

    private static int worstWindow(List<Long> arrivals) {
        List<Long> sorted = new ArrayList<>(arrivals);
        Collections.sort(sorted);
        int worst = 0;
        for (int first = 0, last = 0; last < sorted.size(); last++) {
            while (sorted.get(last) - sorted.get(first) > PER_NANOS) {
                first++;
            }
            worst = Math.max(worst, last - first + 1);
        }
        return worst;
    }

    /** A machine with a disk and some processes, each with a budget that is always wanted; and a provider that counts. */
    private final class World {
        final VirtualTime time = new VirtualTime();
        final FakeDisk disk;
        final Path file = directory.toRealPath().resolve(NAME + ".ledger");
        final List<Long> arrivals = new ArrayList<>();
        private final Random random;
        private final BudgetRule rule;
        private final List<Life> processes = new ArrayList<>(Collections.nCopies(PROCESSES, new Life()));
        private long bootedNanos = -Duration.ofHours(3).toNanos();
        private long boots = 1;
        private long wallShiftMillis;
        private long subjects;

        World(int seed, BudgetRule rule) throws IOException {
            this.random = new Random(seed);
            this.rule = rule;
            this.disk = new FakeDisk(random);
        }

        void play() throws IOException {
            startAll();
            long endNanos = time.nanos() + STORY.toNanos();
            while (time.nanos() < endNanos) {
                time.runForNanos(random.nextLong(4_000_000_000L));
                switch (random.nextInt(20)) {
                    case 0 ->
                        damage(content -> content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8)));
                    case 1 ->
                        damage(content -> {
                            int from = random.nextInt(content.length);
                            Arrays.fill(content, from, Math.min(content.length, from + random.nextInt(300)), (byte) 0);
                        });
                    case 2 -> disk.put(file, Arrays.copyOf(content(), random.nextInt(content().length + 1)));
                    case 3, 4 -> disk.fail(FAULTS.get(random.nextInt(FAULTS.size())));
                    case 5, 6, 7 -> disk.fail(FakeDisk.Fault.NONE);
                    case 8 -> reboot();
                    case 9, 10 -> restart(random.nextInt(PROCESSES));
                    default -> {}
                }
                startAll();
            }
        }

        void runFor(Duration duration) {
            time.runFor(duration);
        }

        byte[] content() {
            return Objects.requireNonNull(disk.content(file));
        }

        void damage(Consumer<byte[]> how) {
            if (content().length > 0) {
                how.accept(content());
            }
        }

        void failFor(FakeDisk.Fault fault, Duration duration) {
            disk.fail(fault);
            time.runFor(duration);
            disk.fail(FakeDisk.Fault.NONE);
        }

        void startAll() throws IOException {
            for (int i = 0; i < PROCESSES; i++) {
                if (!processes.get(i).started) {
                    restart(i);
                }
            }
        }

        private void restart(int number) throws IOException {
            processes.get(number).alive = false;
            Life life = new Life();
            processes.set(number, life);
            FileLedger ledger;
            try {
                ledger = FileLedger.open(
                        directory,
                        NAME,
                        new Retention(rule.per().plus(ConnectionBudget.MARGIN), UNPROVEN),
                        bootClock(),
                        wall(),
                        disk);
            } catch (IOException notNow) {
                return; // as a service that is started again until it can
            }
            life.started = true;
            Timers timers = (delayNanos, task) -> time.after(delayNanos, () -> {
                if (life.alive) {
                    task.run();
                }
            });
            ConnectionBudget budget = new ConnectionBudget(
                    BudgetSettings.of(List.of(rule)).withLedgers(Map.of("token", ledger)),
                    BudgetRuntime.of(time, timers));
            for (int i = 0; i < ASKERS; i++) {
                ask(life, budget);
            }
        }

        private void ask(Life life, ConnectionBudget budget) {
            budget.request(PermitWish.connect(PermitClass.RECONNECT_HIGH, subjects++), answer -> {
                if (answer instanceof PermitAnswer.Granted(Permit permit)) {
                    attempt(life, permit);
                    ask(life, budget);
                }
            });
        }

        private void attempt(Life life, Permit permit) {
            if (!permit.fresh()) {
                permit.unused();
                return;
            }
            permit.attempted();
            boolean lost = random.nextInt(50) == 0;
            long delayNanos = lost ? random.nextLong(UNPROVEN.toNanos()) : random.nextLong(20_000_000);
            time.after(delayNanos, () -> {
                arrivals.add(time.nanos());
                if (life.alive && random.nextInt(20) != 0) {
                    permit.settle();
                }
            });
        }

        private void reboot() {
            processes.forEach(life -> life.alive = false);
            processes.replaceAll(life -> new Life());
            disk.losePower();
            disk.fail(FakeDisk.Fault.NONE);
            time.runForNanos(random.nextLong(10_000_000_000L));
            boots++;
            bootedNanos = time.nanos() - 3_000_000_000L;
            if (random.nextInt(3) == 0) {
                wallShiftMillis -= random.nextInt(60_000);
            }
        }

        private BootClock bootClock() {
            long booted = bootedNanos;
            UUID boot = new UUID(1, boots);
            return new BootClock() {
                @Override
                public long nanos() {
                    return time.nanos() - booted;
                }

                @Override
                public UUID bootId() {
                    return boot;
                }
            };
        }

        private InstantSource wall() {
            long shift = wallShiftMillis;
            return () -> Instant.ofEpochMilli(1_800_000_000_000L + time.nanos() / 1_000_000 + shift);
        }
    }

    /** One process. */
    private static final class Life {
        boolean alive = true;
        boolean started;
    }
}
