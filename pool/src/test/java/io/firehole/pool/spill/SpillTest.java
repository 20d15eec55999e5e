package io.firehole.pool.spill;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.mailbox.Contents;
import io.firehole.pool.mailbox.Lane;
import io.firehole.pool.mailbox.Mailbox;
import io.firehole.pool.mailbox.Relief;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.wire.GrpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mailbox whose newer part waits on disk. */
@Timeout(60)
class SpillTest {

    private static final int UPDATES = 16;
    private static final long BYTES = 4_096;

    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final MemoryBudget memory = new MemoryBudget(1 << 30);

    @TempDir
    private Path folder;

    private SpillDirectory directory = new SpillDirectory(Path.of("unused"), 1, 1);
    private int wakeups;
    private int attended;

    /** A number in so many bytes, of slot 7. */
    private record Numbered(int number, int size) {}

    private enum Numbers implements Contents<Numbered>, SpillForm<Numbered> {
        ALL;

        @Override
        public int size(Numbered element) {
            return element.size();
        }

        @Override
        public long slot(Numbered element) {
            return 7;
        }

        @Override
        public int length(Numbered element) {
            return Integer.BYTES + element.size();
        }

        @Override
        public void write(Numbered element, ByteBuffer to) {
            to.putInt(element.number());
            for (int i = 0; i < element.size(); i++) {
                to.put((byte) (element.number() + i));
            }
        }

        @Override
        public Numbered read(ByteBuffer from) {
            Numbered read = new Numbered(from.getInt(), from.remaining());
            for (int i = 0; from.hasRemaining(); i++) {
                assertThat(from.get()).isEqualTo((byte) (read.number() + i));
            }
            return read;
        }
    }

    @BeforeEach
    void use() {
        directory = new SpillDirectory(folder, 64 << 10, 100 << 10);
    }

    @AfterEach
    void deletesItsDirectory() throws IOException {
        directory.close();
        assertThat(files()).isEmpty();
    }

    /** All but the lock by which directories are made. */
    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> Files.isRegularFile(file) && !file.equals(folder.resolve("lock")))
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private Mailbox<Numbered> mailbox() {
        return new Mailbox<>(
                UPDATES,
                BYTES,
                Numbers.ALL,
                Relief.spill(directory.file(Numbers.ALL), turns::add),
                memory.account(),
                () -> wakeups++,
                () -> attended++);
    }

    private static Lane<Numbered> open(Mailbox<Numbered> mailbox, long place) {
        Lane<Numbered> lane = mailbox.lane(place);
        lane.open();
        return lane;
    }

    private void move() {
        for (Runnable turn = turns.poll(); turn != null; turn = turns.poll()) {
            turn.run();
        }
    }

    private List<Integer> read(Mailbox<Numbered> mailbox) {
        List<Integer> numbers = new ArrayList<>();
        while (true) {
            Numbered next = mailbox.poll();
            if (next != null) {
                numbers.add(next.number());
            } else if (turns.isEmpty()) {
                return numbers;
            } else {
                move();
            }
        }
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** 33 elements and more before the relief is asked. */
    private int fill(Lane<Numbered> lane, int count, int from) {
        int number = from;
        for (int i = 0; i < count && lane.offer(new Numbered(number, 50)); i++) {
            number++;
            move();
        }
        return number;
    }

    @Test
    void touchesNoDiskForAReaderThatKeepsUp() throws IOException {
        Mailbox<Numbered> mailbox = mailbox();
        Lane<Numbered> lane = open(mailbox, 1);
        for (int i = 0; i < 1_000; i++) {
            lane.offer(new Numbered(i, 50));
            assertThat(read(mailbox)).containsExactly(i);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void keepsEverythingInOrderAcrossDiskAndMemory() throws IOException {
        Mailbox<Numbered> mailbox = mailbox();
        int offered = 0;
        for (int place = 1; place <= 3; place++) {
            offered = fill(open(mailbox, place), 200, offered);
        }
        assertThat(offered).isEqualTo(600);
        assertThat(mailbox.waiting()).isEqualTo(600);
        assertThat(mailbox.waitingBytes()).isEqualTo(600 * 50);
        assertThat(mailbox.stored()).isGreaterThan(500 - 2 * UPDATES);
        assertThat(mailbox.held()).as("in memory").isLessThan(100 * (50 + MemoryBudget.ELEMENT_BYTES));
        assertThat(files()).containsExactly("lock", "monitor-1");

        assertThat(read(mailbox)).isEqualTo(numbers(600));
        assertThat(files()).as("nothing waits").containsExactly("lock");
        assertThat(mailbox.waiting()).isZero();
        assertThat(mailbox.waitingBytes()).isZero();
        assertThat(mailbox.isShut()).isFalse();
    }

    @Test
    void losesAndReordersNothingWhateverTheOrderOfItsTurns() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Mailbox<Numbered> mailbox = mailbox();
            Lane<Numbered> lane = open(mailbox, 1);
            long place = 1;
            int offered = 0;
            List<Integer> seen = new ArrayList<>();
            int quick = 1 + random.nextInt(9);
            for (int step = 0; step < 600; step++) {
                int what = random.nextInt(10);
                if (what < quick) {
                    if (lane.offer(new Numbered(offered, 1 + random.nextInt(300)))) {
                        offered++;
                    }
                } else if (what < 9) {
                    Numbered next = mailbox.poll();
                    if (next != null) {
                        seen.add(next.number());
                    }
                } else if (random.nextInt(30) == 0) {
                    lane = open(mailbox, ++place);
                }
                if (random.nextInt(4) == 0) {
                    move();
                }
            }
            seen.addAll(read(mailbox));
            assertThat(seen).as("seed " + seed).isEqualTo(numbers(offered));
            assertThat(mailbox.waiting()).isZero();
            mailbox.close();
            move();
        }
    }

    @Test
    void takesInNothingAnyMoreWhenTheDiskIsFullAndGivesAllThatItHas() {
        Mailbox<Numbered> mailbox = mailbox();
        Lane<Numbered> lane = open(mailbox, 1);
        int offered = fill(lane, 10_000, 0);
        assertThat(offered).isBetween((64 << 10) / 62 - 10, (64 << 10) / 62 + 64);
        assertThat(mailbox.isShut()).isTrue();
        assertThat(mailbox.overflowProblem()).contains("mailbox.spill-max");
        assertThat(mailbox.overran()).isEqualTo(MemoryPressure.NONE);
        assertThat(attended).isPositive();
        assertThat(directory.used()).isLessThanOrEqualTo(64 << 10);
        assertThat(read(mailbox)).isEqualTo(numbers(offered));
    }

    @Test
    void boundsWhatAllHaveOnDiskTogether() {
        List<Mailbox<Numbered>> mailboxes = List.of(mailbox(), mailbox());
        for (Mailbox<Numbered> mailbox : mailboxes) {
            fill(open(mailbox, 1), 10_000, 0);
            assertThat(mailbox.overflowProblem()).contains("limit");
        }
        assertThat(directory.used()).isBetween(90L << 10, 100L << 10);
    }

    @Test
    void forgetsWhatIsOnDiskWhenItIsClosed() throws IOException {
        Mailbox<Numbered> mailbox = mailbox();
        fill(open(mailbox, 1), 500, 0);
        assertThat(directory.used()).isPositive();
        mailbox.close();
        move();
        assertThat(directory.used()).isZero();
        assertThat(files()).containsExactly("lock");
        assertThat(mailbox.waiting()).isZero();
    }

    @Test
    void endsAsAFullOneWhereItCannotWrite() throws IOException {
        Path noDirectory =
                Files.createFile(Files.createDirectory(folder.resolve("other")).resolve("a-file"));
        try (SpillDirectory broken = new SpillDirectory(noDirectory, 1 << 20, 1 << 20)) {
            directory.close();
            directory = broken;
            Mailbox<Numbered> mailbox = mailbox();
            int offered = fill(open(mailbox, 1), 1_000, 0);
            assertThat(mailbox.overflowProblem()).contains("cannot be written to disk");
            assertThat(read(mailbox)).isEqualTo(numbers(offered));
        }
        Files.delete(noDirectory);
    }

    /** Fails where it is told to. */
    private static final class FailingDisk implements Disk {

        boolean full;
        boolean unreadable;
        boolean damaged;

        @Override
        public Disk.File create(Path path) throws IOException {
            Disk.File real = Disk.SYSTEM.create(path);
            return new Disk.File() {
                @Override
                public int write(ByteBuffer from, long position) throws IOException {
                    if (full) {
                        throw new IOException("No space left on device");
                    }
                    return real.write(from, position);
                }

                @Override
                public int read(ByteBuffer into, long position) throws IOException {
                    if (unreadable) {
                        throw new FileSystemException(path.toString(), null, "Input/output error");
                    }
                    int begin = into.position();
                    int count = real.read(into, position);
                    if (damaged) {
                        int at = begin + Math.min(20, count - 1);
                        into.put(at, (byte) ~into.get(at));
                    }
                    return count;
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }
    }

    @Test
    void losesNothingThatItTookInWhenTheDiskBecomesFull() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            FailingDisk disk = new FailingDisk();
            directory = new SpillDirectory(folder, 64 << 10, 100 << 10, disk);
            Mailbox<Numbered> mailbox = mailbox();
            Lane<Numbered> lane = open(mailbox, 1);
            int offered = fill(lane, random.nextInt(300), 0);
            disk.full = true;
            List<Integer> seen = new ArrayList<>();
            while (!mailbox.isShut()) {
                for (int i = random.nextInt(5); i > 0; i--) {
                    if (lane.offer(new Numbered(offered, 50))) {
                        offered++;
                    }
                }
                if (random.nextInt(3) == 0) {
                    move();
                }
                Numbered next = random.nextInt(3) == 0 ? mailbox.poll() : null;
                if (next != null) {
                    seen.add(next.number());
                }
            }
            seen.addAll(read(mailbox));
            assertThat(seen).as("seed " + seed).isEqualTo(numbers(offered));
            String problem = mailbox.overflowProblem();
            if (problem != null) { // else it was full before it came to that
                assertThat(problem).isEqualTo("cannot be written to disk: No space left on device");
                assertThat(directory.refused()).isPositive();
            }
            assertThat(directory.readBack()).isEqualTo(directory.spilled());
            assertThat(directory.used()).isZero();
            directory.close();
        }
    }

    @Test
    void readsNothingBeyondWhatItCannotReadBack() {
        for (boolean damaged : new boolean[] {false, true}) {
            FailingDisk disk = new FailingDisk();
            directory = new SpillDirectory(folder, 64 << 10, 100 << 10, disk);
            Mailbox<Numbered> mailbox = mailbox();
            Lane<Numbered> lane = open(mailbox, 1);
            int offered = fill(lane, 300, 0);
            disk.damaged = damaged;
            disk.unreadable = !damaged;
            List<Integer> seen = read(mailbox);
            assertThat(seen).hasSizeLessThan(100).isEqualTo(numbers(seen.size()));
            assertThat(mailbox.waiting()).isZero();
            assertThat(mailbox.isShut()).isTrue();
            assertThat(mailbox.isEnded()).as("its end is still to be told").isFalse();
            assertThat(attended).isPositive();
            assertThat(mailbox.lowestRefusedSlot()).hasValue(7);
            assertThat(mailbox.overflowProblem())
                    .contains(damaged ? "damaged" : "Input/output error")
                    .doesNotContain(folder.toString());
            assertThat(directory.lost()).isBetween(200L, offered - (long) seen.size());
            assertThat(directory.used()).isZero();
            assertThat(lane.offer(new Numbered(offered, 1))).isFalse();
            mailbox.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("lagged"));
            assertThat(mailbox.ended()).isNotNull();
            directory.close();
        }
    }

    @Test
    void takesBackAnEndThatSaysTooMuchWhenWhatWasToComeBeforeItCannotBeRead() {
        FailingDisk disk = new FailingDisk();
        directory = new SpillDirectory(folder, 64 << 10, 100 << 10, disk);
        Mailbox<Numbered> mailbox = mailbox();
        fill(open(mailbox, 1), 300, 0);
        mailbox.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("last complete slot 9"));
        disk.unreadable = true;
        read(mailbox);
        assertThat(String.valueOf(mailbox.ended())).contains("last complete slot unknown, but below 7");
    }

    @Test
    void letsOnlyItsOwnerReadWhatIsOnDisk() throws IOException {
        fill(open(mailbox(), 1), 300, 0);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.filter(path -> !path.equals(folder)).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .as(each.toString())
                        .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
            }
        }
    }

    @Test
    void deletesWhatOthersLeftButNotWhatTheyUse() throws IOException {
        Path left = Files.createDirectory(folder.resolve("pool-left"));
        Files.createFile(left.resolve("monitor-1"));
        fill(open(mailbox(), 1), 500, 0);
        SpillDirectory next = new SpillDirectory(folder, 1 << 20, 1 << 20);
        next.deleteLeftovers();
        assertThat(left).doesNotExist();
        assertThat(files()).containsExactly("lock", "monitor-1");
        next.close();
    }

    /** Real threads: a writer, a reader and a mover. */
    @Test
    void keepsTheOrderWithThreeThreads() throws Exception {
        int count = 200_000;
        try (ExecutorService mover = Executors.newSingleThreadExecutor()) {
            SpillDirectory large = new SpillDirectory(folder, 64 << 20, 64 << 20);
            Mailbox<Numbered> mailbox = new Mailbox<>(
                    10_000,
                    1 << 20,
                    Numbers.ALL,
                    Relief.spill(large.file(Numbers.ALL), mover),
                    memory.account(),
                    () -> {},
                    () -> {});
            Lane<Numbered> lane = open(mailbox, 1);
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < count; i++) {
                    while (mailbox.waiting() - mailbox.stored() > 8_000) {
                        Thread.onSpinWait();
                    }
                    lane.offer(new Numbered(i, 20));
                }
            });
            while (mailbox.stored() == 0 && !mailbox.isShut()) {
                Thread.onSpinWait();
            }
            assertThat(mailbox.stored()).as("on disk before anything is read").isPositive();
            int expected = 0;
            while (expected < count && !mailbox.isShut()) {
                Numbered next = mailbox.poll();
                if (next != null) {
                    assertThat(next.number()).isEqualTo(expected++);
                }
            }
            writer.join();
            assertThat(expected).isEqualTo(count);
            mailbox.close();
            mover.submit(() -> {}).get();
            large.close();
        }
    }
}
