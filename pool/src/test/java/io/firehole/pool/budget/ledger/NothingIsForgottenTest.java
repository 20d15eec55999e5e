package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Some processes share a ledger on a disk that fails, on a machine that crashes, and somebody damages the file: still
 * nobody is given a permit while as many as the rule allows may count. Afterwards it works again, and soon.
 *
 * <p>What is checked is what the proof of the interval log needs of a ledger: at each grant, fewer than the limit of those
 * granted before are bound to a time whose window is not over. The test keeps them by true time, in a list of its own.
 */
class NothingIsForgottenTest {

    private static final LedgerName NAME = LedgerName.of("my.provider", 443, "token", "secret");
    private static final Retention RETENTION = new Retention(Duration.ofMillis(60_250), Duration.ofSeconds(12));
    private static final long KEEP_NANOS = RETENTION.keep().toNanos();
    private static final long UNPROVEN_NANOS = RETENTION.unproven().toNanos();
    private static final boolean IN_CI = "true".equals(System.getenv("CI"));
    private static final int STORIES = Integer.getInteger("firehole.stories", IN_CI ? 1_500 : 200);
    private static final int STEPS = 400;
    private static final int PROCESSES = 3;
    private static final List<FakeDisk.Fault> FAULTS = List.of(FakeDisk.Fault.values());

    @TempDir
    private Path directory;

    private final Logger log = (Logger) LoggerFactory.getLogger(FileLedger.class);

    @BeforeEach
    void doNotTellEachOfThousandFaults() {
        log.setLevel(Level.ERROR);
    }

    @AfterEach
    void tellAgain() {
        log.setLevel(null);
    }

    @Test
    void noFaultMakesItGrantMoreThanTheRuleAllows() throws IOException {
        long granted = 0;
        for (int seed = 0; seed < STORIES; seed++) {
            Story story = new Story(seed, true);
            granted += story.play();
        }
        // The stories must be about something: granting has to go on among all these faults.
        assertThat(granted).isGreaterThan(STORIES * 20L);
    }

    /** With the wall clock left alone: set back over a reboot, it makes all that was before look younger by so much. */
    @Test
    void itIsReadyAgainAsSoonAsNothingLostCanMatter() throws IOException {
        for (int seed = 0; seed < STORIES; seed++) {
            Story story = new Story(seed, false);
            story.play();
            assertThat(story.readyAgainAfter())
                    .as("story %s", seed)
                    .isLessThanOrEqualTo(RETENTION.hold().plusMillis(300));
        }
    }

    /** Faults and grants in the order that a seed gives, in true time. */
    private final class Story {

        private final int seed;
        private final boolean setsTheWallClock;
        private final Random random;
        private final int limit;
        private final FakeDisk disk;
        private final FakeMachine machine = new FakeMachine();
        private final List<@Nullable FileLedger> processes = new ArrayList<>();
        private final List<True> grants = new ArrayList<>();
        private final Path file = directory.toRealPath().resolve(NAME + ".ledger");
        private long trueNanos;

        Story(int seed, boolean setsTheWallClock) throws IOException {
            this.seed = seed;
            this.setsTheWallClock = setsTheWallClock;
            this.random = new Random(seed);
            this.limit = 1 + random.nextInt(80);
            this.disk = new FakeDisk(random);
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(null);
            }
        }

        /** Returns how many permits were given. */
        int play() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                step(step);
            }
            return grants.size();
        }

        private void step(int step) throws IOException {
            switch (random.nextInt(100)) {
                case 0, 1 -> damage();
                case 2 -> reboot();
                case 3, 4, 5 -> processes.set(random.nextInt(PROCESSES), null);
                case 6, 7 -> disk.fail(FAULTS.get(random.nextInt(FAULTS.size())));
                case 8, 9, 10, 11 -> disk.fail(FakeDisk.Fault.NONE);
                case 12, 13, 14, 15, 16 -> pass(random.nextInt(20_000));
                case 17, 18, 19, 20, 21, 22, 23, 24 -> pass(random.nextInt(1_000));
                case 25, 26, 27, 28, 29, 30, 31, 32, 33 -> settle();
                default -> tryToGrant("step " + step);
            }
        }

        private void damage() {
            byte[] content = disk.content(file);
            if (content == null || content.length == 0) {
                return;
            }
            int at = random.nextInt(content.length);
            switch (random.nextInt(4)) {
                case 0 -> content[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> {
                    for (int i = at; i < Math.min(content.length, at + 200); i++) {
                        content[i] = 0;
                    }
                }
                case 2 -> disk.put(file, Arrays.copyOf(content, at));
                default -> vanish();
            }
        }

        /** Somebody removes the file; one who has seen it is the next to look for it, since another would start afresh. */
        private void vanish() {
            FileLedger witness =
                    processes.stream().filter(Objects::nonNull).findFirst().orElse(null);
            if (witness != null) {
                disk.remove(file);
                disk.fail(FakeDisk.Fault.NONE);
                assertThat(witness.turn(view -> 1)).isInstanceOf(Ledger.Turn.Held.class);
            }
        }

        private void reboot() {
            processes.replaceAll(process -> null);
            disk.losePower();
            disk.fail(FakeDisk.Fault.NONE);
            int off = random.nextInt(15_000);
            trueNanos += off * 1_000_000L;
            machine.reboot(Duration.ofMillis(off));
            if (setsTheWallClock && random.nextInt(3) == 0) {
                machine.setWall(Duration.ofMillis(-random.nextInt(100_000)));
            }
        }

        private void pass(int millis) {
            trueNanos += millis * 1_000_000L;
            machine.pass(Duration.ofMillis(millis));
        }

        private @Nullable FileLedger process() throws IOException {
            int number = random.nextInt(PROCESSES);
            FileLedger process = processes.get(number);
            if (process == null) {
                try {
                    process = FileLedger.open(directory, NAME, RETENTION, machine, machine, disk);
                    processes.set(number, process);
                } catch (IOException notNow) {
                    return null;
                }
            }
            return process;
        }

        private boolean tryToGrant(String when) throws IOException {
            FileLedger ledger = process();
            if (ledger == null) {
                return false;
            }
            UUID id = new UUID(seed, grants.size());
            Ledger.Turn<Boolean> turn = ledger.turn(view -> {
                long live = view.entries().stream()
                        .filter(entry -> entry.kind() == AttemptKind.CONNECT)
                        .count();
                if (live >= limit) {
                    return false;
                }
                view.add(new LedgerEntry(id, AttemptKind.CONNECT, view.nowNanos(), view.nowNanos() + UNPROVEN_NANOS));
                return true;
            });
            if (!(turn instanceof Ledger.Turn.Done<Boolean>(Boolean granted)) || !granted) {
                return false;
            }
            long trulyLive = grants.stream()
                    .filter(grant -> grant.boundNanos + KEEP_NANOS > trueNanos)
                    .count();
            assertThat(trulyLive)
                    .as("story %s, %s: live at a grant", seed, when)
                    .isLessThan(limit);
            grants.add(new True(id, trueNanos + UNPROVEN_NANOS));
            return true;
        }

        private void settle() throws IOException {
            FileLedger ledger = process();
            if (ledger == null || grants.isEmpty()) {
                return;
            }
            True grant = grants.get(grants.size() - 1 - random.nextInt(Math.min(5, grants.size())));
            ledger.turn(view -> {
                view.entries().stream()
                        .filter(entry -> entry.id().equals(grant.id) && entry.boundNanos() > view.nowNanos())
                        .forEach(entry -> view.bound(grant.id, view.nowNanos()));
                return view;
            });
            grant.boundNanos = Math.min(grant.boundNanos, trueNanos);
        }

        /** How long until one more permit is given once nothing goes wrong any more. */
        Duration readyAgainAfter() throws IOException {
            disk.fail(FakeDisk.Fault.NONE);
            long since = trueNanos;
            while (!tryToGrant("afterwards")) {
                pass(100);
                if (trueNanos - since > Duration.ofMinutes(10).toNanos()) {
                    break;
                }
            }
            return Duration.ofNanos(trueNanos - since);
        }
    }

    /** A permit that was given, by true time. */
    private static final class True {
        final UUID id;
        long boundNanos;

        True(UUID id, long boundNanos) {
            this.id = id;
            this.boundNanos = boundNanos;
        }
    }
}
