package io.firehole.pool.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.memory.MemoryPressure;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a mailbox does for a reader that is too slow. */
class ReliefTest {

    private static final int UPDATES = 8;
    private static final long BYTES = 80;

    private final MemoryBudget memory = new MemoryBudget(1 << 20);
    private int wakeups;
    private int attended;

    /**
     * What is put in.
     *
     * @param account empty for none
     */
    private record Update(long slot, String account, int number, int size) {}

    private enum Updates implements Contents<Update> {
        ALL;

        @Override
        public int size(Update update) {
            return update.size();
        }

        @Override
        public long slot(Update update) {
            return update.slot();
        }

        @Override
        public @Nullable Object subject(Update update) {
            return update.account().isEmpty() ? null : update.account();
        }
    }

    private Mailbox<Update> mailbox(Relief<Update> relief) {
        return new Mailbox<>(UPDATES, BYTES, Updates.ALL, relief, memory.account(), () -> wakeups++, () -> attended++);
    }

    private static Lane<Update> open(Mailbox<Update> mailbox, long place) {
        Lane<Update> lane = mailbox.lane(place);
        lane.open();
        return lane;
    }

    private static Update entry(long slot, int number) {
        return new Update(slot, "", number, 1);
    }

    private static Update account(long slot, String account, int number) {
        return new Update(slot, account, number, 1);
    }

    private static List<Integer> read(Mailbox<Update> mailbox) {
        List<Integer> numbers = new ArrayList<>();
        for (Update next = mailbox.poll(); next != null; next = mailbox.poll()) {
            numbers.add(next.number());
        }
        return numbers;
    }

    @Test
    void dropsTheOldestAndTellsOfWhichSlotsTheyWere() {
        Mailbox<Update> mailbox = mailbox(Relief.dropOldest());
        Lane<Update> lane = open(mailbox, 1);
        for (int i = 0; i < UPDATES + 3; i++) {
            assertThat(lane.offer(entry(100 + i, i))).isTrue();
            assertThat(mailbox.waiting()).isLessThanOrEqualTo(UPDATES);
        }
        assertThat(attended)
                .as("told once for all that was dropped since somebody looked")
                .isEqualTo(1);
        assertThat(mailbox.takeLoss()).isEqualTo(new Loss(100, 102, 3));
        assertThat(mailbox.takeLoss()).isEqualTo(Loss.NOTHING);
        assertThat(mailbox.dropped()).isEqualTo(3);
        assertThat(read(mailbox)).containsExactly(3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(mailbox.isShut()).isFalse();

        for (int i = 0; i < UPDATES + 1; i++) {
            lane.offer(entry(200, i));
        }
        assertThat(attended).isEqualTo(2);
        assertThat(mailbox.takeLoss()).isEqualTo(new Loss(200, 200, 1));
    }

    @Test
    void dropsForBytesAndTakesWhatIsLargerThanTheLimitAlone() {
        Mailbox<Update> mailbox = mailbox(Relief.dropOldest());
        Lane<Update> lane = open(mailbox, 1);
        for (int i = 0; i < 4; i++) {
            lane.offer(new Update(1, "", i, 20));
        }
        assertThat(mailbox.dropped()).isZero();
        lane.offer(new Update(1, "", 4, 30));
        assertThat(mailbox.waitingBytes()).isEqualTo(70);
        assertThat(mailbox.dropped()).isEqualTo(2);

        assertThat(lane.offer(new Update(1, "", 5, 1_000))).isTrue();
        assertThat(mailbox.dropped()).isEqualTo(5);
        assertThat(read(mailbox)).containsExactly(5);
    }

    @Test
    void dropsWhatWaitsInEarlierLanesFirst() {
        Mailbox<Update> mailbox = mailbox(Relief.dropOldest());
        Lane<Update> first = open(mailbox, 1);
        for (int i = 0; i < 4; i++) {
            first.offer(entry(1, i));
        }
        Lane<Update> second = open(mailbox, 2);
        for (int i = 4; i < 14; i++) {
            second.offer(entry(2, i));
        }
        assertThat(mailbox.takeLoss()).isEqualTo(new Loss(1, 2, 6));
        assertThat(read(mailbox)).containsExactly(6, 7, 8, 9, 10, 11, 12, 13);
    }

    @Test
    void letsANewerUpdateOfAnAccountTakeThePlaceOfTheOlderOne() {
        Mailbox<Update> mailbox = mailbox(Relief.latestPerSubject());
        Lane<Update> lane = open(mailbox, 1);
        lane.offer(account(1, "a", 0));
        lane.offer(entry(1, 1));
        lane.offer(account(1, "b", 2));
        for (int i = 3; i < 60; i++) {
            assertThat(lane.offer(account(2, "a", i))).isTrue();
        }
        lane.offer(entry(2, 60));
        assertThat(mailbox.dropped()).isZero();
        assertThat(mailbox.conflated()).isPositive();
        assertThat(mailbox.waiting()).isLessThanOrEqualTo(UPDATES);
        List<Integer> numbers = read(mailbox);
        assertThat(numbers.getFirst())
                .as("the place of the first, and later news")
                .isBetween(3, 59);
        assertThat(numbers.subList(1, 3)).containsExactly(1, 2);
        assertThat(numbers).endsWith(60).contains(59);
        assertThat(mailbox.conflated()).isEqualTo(61 - numbers.size());
        assertThat(mailbox.waitingBytes()).isZero();
    }

    @Test
    void conflatesNothingForAReaderThatKeepsUp() {
        Mailbox<Update> mailbox = mailbox(Relief.latestPerSubject());
        Lane<Update> lane = open(mailbox, 1);
        for (int i = 0; i < 1_000; i++) {
            lane.offer(account(1, "a", i));
            assertThat(read(mailbox)).containsExactly(i);
        }
        assertThat(mailbox.conflated()).isZero();
    }

    @Test
    void dropsTheOldestWhenNoAccountIsToldOfTwice() {
        Mailbox<Update> mailbox = mailbox(Relief.latestPerSubject());
        Lane<Update> lane = open(mailbox, 1);
        for (int i = 0; i < UPDATES + 2; i++) {
            assertThat(lane.offer(account(i + 1, "account " + i, i))).isTrue();
        }
        assertThat(mailbox.takeLoss()).isEqualTo(new Loss(1, 2, 2));
        assertThat(read(mailbox)).containsExactly(2, 3, 4, 5, 6, 7, 8, 9);
    }

    /** Whatever is put in and read, in whatever order: nothing comes twice, nothing in front of what it came after, and all is counted. */
    @Test
    void countsEverythingThatIsReadDroppedOrConflated() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            boolean conflating = random.nextBoolean();
            Mailbox<Update> mailbox = mailbox(conflating ? Relief.latestPerSubject() : Relief.dropOldest());
            Lane<Update> lane = open(mailbox, 1);
            long place = 1;
            int offered = 0;
            long lost = 0;
            List<Integer> seen = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
                if (random.nextInt(20) == 0) {
                    lane = open(mailbox, ++place);
                }
                if (random.nextInt(5) > 0) {
                    String account = random.nextBoolean() ? "" : "account " + random.nextInt(4);
                    lane.offer(new Update(1 + step / 10, account, offered++, 1 + random.nextInt(20)));
                } else {
                    Update next = mailbox.poll();
                    if (next != null) {
                        seen.add(next.number());
                    }
                }
                lost += mailbox.takeLoss().updates();
                assertThat(mailbox.waiting()).isLessThanOrEqualTo(UPDATES);
                assertThat(mailbox.waitingBytes()).isLessThanOrEqualTo(BYTES);
            }
            seen.addAll(read(mailbox));
            assertThat(seen).doesNotHaveDuplicates();
            if (!conflating) {
                assertThat(seen).isSorted();
            }
            assertThat(seen.size() + mailbox.dropped() + mailbox.conflated()).isEqualTo(offered);
            assertThat(lost).isEqualTo(mailbox.dropped());
            assertThat(mailbox.waiting()).isZero();
            assertThat(mailbox.waitingBytes()).isZero();
        }
    }

    @Test
    void halvesItsLimitsWhileMemoryIsScarce() {
        Mailbox<Update> mailbox = mailbox(Relief.dropOldest());
        Lane<Update> lane = open(mailbox, 1);
        memory.account().report(() -> memory.bytesMax() * 93 / 100);
        assertThat(memory.pressure()).isEqualTo(MemoryPressure.TIGHT);
        for (int i = 0; i < UPDATES; i++) {
            lane.offer(entry(1, i));
        }
        assertThat(mailbox.waiting()).isEqualTo(UPDATES / 2);
    }

    @Test
    void tellsTheMemoryOfAllBuffersHowMuchWaits() {
        Mailbox<Update> mailbox = new Mailbox<>(
                1 << 20, 1 << 20, Updates.ALL, Relief.none(), memory.account(), () -> wakeups++, () -> attended++);
        Lane<Update> lane = open(mailbox, 1);
        for (int i = 0; i < 1_000; i++) {
            lane.offer(new Update(1, "", i, 100));
        }
        long waits = 1_000 * (100L + MemoryBudget.ELEMENT_BYTES);
        assertThat(memory.used()).isBetween(waits - (16 << 10), waits);
        mailbox.report();
        assertThat(memory.used()).isEqualTo(waits);

        read(mailbox);
        assertThat(memory.used()).as("after it was found empty").isZero();

        for (int i = 0; i < 1_000; i++) {
            lane.offer(new Update(1, "", i, 100));
        }
        mailbox.close();
        assertThat(memory.used()).as("after it was closed").isZero();
    }

    @Test
    void saysFromWhichSlotOnItTookInNothing() {
        Mailbox<Update> mailbox = mailbox(Relief.none());
        Lane<Update> lane = open(mailbox, 1);
        for (int i = 0; i < UPDATES; i++) {
            lane.offer(entry(100, i));
        }
        assertThat(mailbox.oldestSlot()).hasValue(100);
        assertThat(mailbox.lowestRefusedSlot()).isEmpty();
        assertThat(lane.offer(entry(102, 9))).isFalse();
        lane.offer(entry(101, 10));
        lane.offer(entry(103, 11));
        assertThat(attended).isEqualTo(1);
        assertThat(mailbox.lowestRefusedSlot()).hasValue(101);
        assertThat(mailbox.overran()).isEqualTo(MemoryPressure.NONE);
    }
}
