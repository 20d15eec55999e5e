package io.firehole.pool.mailbox;

import static io.firehole.pool.Interleavings.check;
import static io.firehole.pool.Interleavings.together;
import static io.firehole.pool.Interleavings.tryAll;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.memory.MemoryBudget;
import io.firehole.wire.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mailbox in every order of its writers', its reader's and the control thread's steps. */
@Timeout(300)
class MailboxInterleavingTest {

    /** Elements are numbers: each counts for one byte, those below 10 are of slot 1, and so on; equal last digits, equal subject. */
    private enum Numbers implements Contents<Integer> {
        ALL;

        @Override
        public int size(Integer element) {
            return 1;
        }

        @Override
        public long slot(Integer element) {
            return 1L + element / 10;
        }

        @Override
        public @Nullable Object subject(Integer element) {
            return element % 10;
        }
    }

    /** One mailbox and what came of it. */
    private static final class World {

        final AtomicInteger wakeups = new AtomicInteger();
        final AtomicInteger attended = new AtomicInteger();
        final MemoryBudget memory = new MemoryBudget(1 << 20);
        final Mailbox<Integer> mailbox;

        final int[] read = new int[16];
        int count;

        /** Wakeups before the last look, which found nothing. */
        int wakeupsBefore;

        World(int updates, Relief<Integer> relief) {
            mailbox = new Mailbox<>(
                    updates,
                    1 << 20,
                    Numbers.ALL,
                    relief,
                    memory.account(),
                    wakeups::incrementAndGet,
                    attended::incrementAndGet);
        }

        Lane<Integer> open(long place) {
            Lane<Integer> lane = mailbox.lane(place);
            lane.open();
            return lane;
        }

        void readUntilNothingWaits() {
            while (true) {
                wakeupsBefore = wakeups.get();
                Integer next = mailbox.poll();
                if (next == null) {
                    return;
                }
                read[count++] = next;
            }
        }

        void noElementIsLeftLying() {
            check(
                    mailbox.waiting() == 0 || wakeups.get() > wakeupsBefore,
                    mailbox.waiting() + " wait, and the reader sleeps");
        }

        void wasReadInOrder() {
            for (int i = 1; i < count; i++) {
                check(read[i] > read[i - 1], read[i] + " came after " + read[i - 1]);
            }
        }

        void allIsAccountedFor(int offered) {
            readUntilNothingWaits();
            long known = count + mailbox.dropped() + mailbox.conflated();
            check(known == offered, "of " + offered + " elements " + known + " are known of");
            check(mailbox.waiting() == 0 && mailbox.waitingBytes() == 0, "an empty mailbox says that something waits");
            mailbox.report();
            check(memory.used() == 0, "an empty mailbox holds " + memory.used() + " bytes");
        }
    }

    @Test
    void leavesNoElementLyingWhileItsReaderSleeps() {
        tryAll(() -> {
            World world = new World(8, Relief.none());
            Lane<Integer> lane = world.open(1);
            together(
                    () -> {
                        lane.offer(1);
                        lane.offer(2);
                    },
                    world::readUntilNothingWaits);
            world.noElementIsLeftLying();
            world.allIsAccountedFor(2);
            world.wasReadInOrder();
        });
    }

    @Test
    void dropsTheOldestWhileItsReaderReads() {
        tryAll(() -> {
            World world = new World(2, Relief.dropOldest());
            Lane<Integer> lane = world.open(1);
            together(
                    () -> {
                        for (int i = 1; i <= 4; i++) {
                            check(lane.offer(i), "an element was refused");
                        }
                    },
                    world::readUntilNothingWaits);
            world.noElementIsLeftLying();
            world.allIsAccountedFor(4);
            world.wasReadInOrder();
            check(world.mailbox.takeLoss().updates() == world.mailbox.dropped(), "a loss was not told");
        });
    }

    @Test
    void conflatesWhileItsReaderReads() {
        tryAll(() -> {
            World world = new World(2, Relief.latestPerSubject());
            Lane<Integer> lane = world.open(1);
            together(
                    () -> {
                        for (int i : new int[] {1, 2, 11, 12}) {
                            check(lane.offer(i), "an element was refused");
                        }
                    },
                    world::readUntilNothingWaits);
            world.noElementIsLeftLying();
            world.allIsAccountedFor(4);
            boolean newestRead = false;
            for (int i = 0; i < world.count; i++) {
                newestRead |= world.read[i] == 12;
            }
            check(newestRead, "the newest of a subject was not read");
        });
    }

    /** An overflow in memory, and a mover that runs when it is told to. */
    private static final class Aside implements Overflow<Integer>, Executor {

        private final Integer[] kept = new Integer[16];
        private final AtomicInteger added = new AtomicInteger();
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicReference<@Nullable Runnable> turn = new AtomicReference<>();

        @Override
        public void execute(Runnable task) {
            turn.set(task);
        }

        void move() {
            Runnable next = turn.getAndSet(null);
            if (next != null) {
                next.run();
            }
        }

        @Override
        public void append(List<Integer> elements) {
            for (Integer element : elements) {
                kept[added.get()] = element;
                added.incrementAndGet();
            }
        }

        @Override
        public List<Integer> take(int updates, long bytes) {
            List<Integer> some = new ArrayList<>();
            while (some.size() < updates && taken.get() < added.get()) {
                some.add(kept[taken.getAndIncrement()]);
            }
            return some;
        }

        @Override
        public long waiting() {
            return (long) added.get() - taken.get();
        }

        @Override
        public long waitingBytes() {
            return waiting();
        }

        @Override
        public void close() {
            taken.set(added.get());
        }
    }

    @Test
    void movesAsideAndBackWhileItsReaderReads() {
        tryAll(() -> {
            Aside aside = new Aside();
            World world = new World(4, Relief.spill(aside, aside));
            Lane<Integer> lane = world.open(1);
            lane.offer(1);
            lane.offer(2);
            AtomicInteger refused = new AtomicInteger();
            together(
                    () -> {
                        for (int i = 3; i <= 5; i++) {
                            if (!lane.offer(i)) {
                                refused.incrementAndGet();
                            }
                        }
                        world.mailbox.end(GrpcStatus.Code.UNAVAILABLE.with("over"));
                    },
                    () -> {
                        aside.move();
                        aside.move();
                    },
                    () -> {
                        world.readUntilNothingWaits();
                        if (world.mailbox.ended() != null) {
                            check(world.count + refused.get() == 5, "ended with " + world.count + " read");
                        }
                    });
            for (int i = 0; i < 8; i++) {
                aside.move();
                world.readUntilNothingWaits();
            }
            world.wasReadInOrder();
            world.allIsAccountedFor(5 - refused.get());
            check(world.mailbox.ended() != null, "nobody is told of the end");
        });
    }

    @Test
    void readsOneWriterAfterTheOtherWhileTheFirstHasNotNoticed() {
        tryAll(() -> {
            World world = new World(8, Relief.dropOldest());
            Lane<Integer> first = world.open(1);
            Lane<Integer> second = world.mailbox.lane(2);
            together(
                    () -> {
                        for (int i = 1; i <= 2 && !first.isOver(); i++) {
                            first.offer(i);
                        }
                    },
                    () -> {
                        second.open();
                        second.offer(3);
                    },
                    world::readUntilNothingWaits);
            world.noElementIsLeftLying();
            world.readUntilNothingWaits();
            world.wasReadInOrder();
            check(world.read[world.count - 1] == 3, "what the second writer added was not read");
            check(world.mailbox.waiting() == 0, "something waits that is never read");
        });
    }

    @Test
    void holdsNothingAnyMoreWhenItIsCutWhileBothSidesAreBusy() {
        tryAll(() -> {
            World world = new World(2, Relief.dropOldest());
            Lane<Integer> lane = world.open(1);
            together(
                    () -> {
                        lane.offer(1);
                        lane.offer(2);
                        lane.offer(3);
                    },
                    () -> world.mailbox.cut(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("too much")),
                    world::readUntilNothingWaits);
            world.wasReadInOrder();
            check(world.mailbox.poll() == null, "something is read after the cut");
            check(world.mailbox.ended() != null, "nobody is told of the cut");
            world.mailbox.report();
            check(world.memory.used() == 0, "a mailbox that was cut holds memory");
        });
    }

    @Test
    void tellsItsEndAfterWhatWaitedAndWakesItsReaderForThat() {
        tryAll(() -> {
            World world = new World(1, Relief.none());
            Lane<Integer> lane = world.open(1);
            together(
                    () -> {
                        lane.offer(1);
                        lane.offer(2);
                    },
                    () -> {
                        if (world.mailbox.overran() != null) {
                            world.mailbox.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("lagged"));
                        }
                    },
                    () -> {
                        world.readUntilNothingWaits();
                        check(
                                world.mailbox.ended() == null || world.mailbox.waiting() == 0,
                                "the end is told before what waits");
                    });
            world.noElementIsLeftLying();
        });
    }

    /** The same mailbox, but elements are dropped without holding the consuming end. */
    @Test
    void wouldNotSurviveTwoWhoTakeElementsOutAtOnce() {
        assertThatThrownBy(() -> tryAll(() -> {
                    World world = new World(8, Relief.none());
                    Lane<Integer> lane = world.open(1);
                    lane.offer(1);
                    lane.offer(2);
                    AtomicInteger taken = new AtomicInteger();
                    together(
                            () -> {
                                if (lane.take() != null) {
                                    taken.incrementAndGet();
                                }
                            },
                            world::readUntilNothingWaits);
                    check(world.count + taken.get() == 2, "an element was taken twice, or by nobody");
                    check(world.mailbox.waiting() == 0, "the count is wrong");
                }))
                .isInstanceOf(AssertionError.class);
    }

    /** The protocol of sleeping and waking without the second look. */
    @Test
    void wouldLeaveElementsLyingIfTheReaderDidNotLookTwice() {
        assertThatThrownBy(() -> tryAll(() -> {
                    World world = new World(8, Relief.none());
                    Lane<Integer> lane = world.open(1);
                    check(world.mailbox.poll() == null, "nothing is there yet");
                    AtomicBoolean asleep = new AtomicBoolean();
                    AtomicInteger woken = new AtomicInteger();
                    together(
                            () -> {
                                lane.offer(1);
                                if (asleep.compareAndSet(true, false)) {
                                    woken.incrementAndGet();
                                }
                            },
                            () -> {
                                if (world.mailbox.waiting() == 0) {
                                    asleep.set(true);
                                } else {
                                    world.readUntilNothingWaits();
                                }
                            });
                    check(world.mailbox.waiting() == 0 || woken.get() > 0, "an element is left lying");
                }))
                .isInstanceOf(AssertionError.class);
    }
}
