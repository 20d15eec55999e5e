package io.firehole.pool.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.memory.MemoryBudget;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The two races of a mailbox, with real threads: falling asleep against adding, and one writer after another. */
@Timeout(120)
class MailboxRaceTest {

    private static final int ELEMENTS = 50_000;
    private static final int LIMIT = 1 << 20;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final AtomicLong wakeups = new AtomicLong();
    private long wakeupsSeen;
    private final Mailbox<Long> mailbox = new Mailbox<>(
            LIMIT,
            Long.MAX_VALUE,
            element -> 1,
            Relief.none(),
            MemoryBudget.unlimited().account(),
            wakeups::incrementAndGet,
            () -> {});

    /** The reader sleeps whenever it finds nothing, and nobody wakes it but the mailbox. */
    private long read(long untilElement) {
        long expected = 0;
        while (expected <= untilElement) {
            Long element = mailbox.poll();
            if (element == null) {
                sleep();
            } else if (element < expected) {
                throw new AssertionError(element + " came after " + (expected - 1));
            } else {
                expected = element + 1;
            }
        }
        return expected;
    }

    /** Watches for a wakeup without going to the operating system, so that it comes back within nanoseconds. */
    private void sleep() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int spin = 0; wakeups.get() == wakeupsSeen; spin++) {
            Thread.onSpinWait();
            if (spin % 10_000 == 0) {
                LockSupport.parkNanos(1);
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("nobody woke the reader, and " + mailbox.waiting() + " wait");
                }
            }
        }
        wakeupsSeen++;
    }

    @Test
    void neverLeavesAnElementLyingWhileItsReaderSleeps() throws InterruptedException {
        Lane<Long> lane = mailbox.lane(1);
        lane.open();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (long i = 0; i < ELEMENTS; i++) {
                lane.offer(i);
                untilReadAndALittleMore(i);
            }
        });
        assertThat(read(ELEMENTS - 1)).isEqualTo(ELEMENTS);
        writer.join();
        assertThat(mailbox.waiting()).isZero();
        assertThat(wakeups.get()).as("sleeps").isGreaterThan(ELEMENTS / 10);
    }

    /** Each writer stops when the next one has opened its lane; what it adds meanwhile must not come after. */
    @Test
    void readsOneWriterAfterTheOther() throws InterruptedException {
        int writers = 50;
        long each = 1_000_000;
        AtomicLong lastOffered = new AtomicLong();
        Thread[] threads = new Thread[writers];
        for (int place = 1; place <= writers; place++) {
            Lane<Long> lane = mailbox.lane(place);
            long first = place * each;
            boolean last = place == writers;
            threads[place - 1] = Thread.ofPlatform().start(() -> {
                lane.open();
                for (long i = 0; i < 1_000 && !lane.isOver(); i++) {
                    lane.offer(first + i);
                    pauseNowAndThen(i);
                }
                if (last) {
                    lastOffered.set(first + 999);
                }
            });
        }
        read(writers * each + 999);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(lastOffered.get()).isEqualTo(writers * each + 999);
    }

    /** So that the next element comes just when the reader falls asleep, a little earlier or a little later. */
    private void untilReadAndALittleMore(long i) {
        for (int spin = 0; mailbox.waiting() > 0; spin++) {
            if (spin < 1_000) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(1_000);
            }
        }
        for (int spin = 0; spin < i % 20; spin++) {
            Thread.onSpinWait();
        }
    }

    /** Lets others run, at odd moments. */
    private static void pauseNowAndThen(long i) {
        if (i % 97 == 0) {
            for (int spin = 0; spin < i % 1_000; spin++) {
                Thread.onSpinWait();
            }
        }
        if (i % 10_007 == 0) {
            LockSupport.parkNanos(1_000);
        }
    }
}
