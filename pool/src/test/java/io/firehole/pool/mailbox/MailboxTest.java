package io.firehole.pool.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.memory.MemoryBudget;
import io.firehole.wire.GrpcStatus;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private int wakeups;
    private int overruns;
    private final Mailbox<String> mailbox = mailbox(4, 20);

    private Mailbox<String> mailbox(int updates, long bytes) {
        return new Mailbox<>(
                updates,
                bytes,
                String::length,
                Relief.none(),
                MemoryBudget.unlimited().account(),
                () -> wakeups++,
                () -> overruns++);
    }

    private Lane<String> open(long place) {
        Lane<String> lane = mailbox.lane(place);
        lane.open();
        wakeups = 0;
        return lane;
    }

    @Test
    void givesWhatWasPutInInOrder() {
        Lane<String> lane = open(1);
        lane.offer("a");
        lane.offer("b");

        assertThat(mailbox.poll()).isEqualTo("a");
        assertThat(mailbox.poll()).isEqualTo("b");
        assertThat(mailbox.poll()).isNull();
        assertThat(mailbox.updates()).isEqualTo(2);
        assertThat(mailbox.bytes()).isEqualTo(2);
    }

    @Test
    void wakesItsReaderOnceForManyElements() {
        Lane<String> lane = open(1);
        assertThat(mailbox.poll()).isNull();
        lane.offer("a");
        lane.offer("b");
        assertThat(wakeups).isEqualTo(1);

        mailbox.poll();
        lane.offer("c");
        assertThat(wakeups).as("the reader has not found it empty since").isEqualTo(1);

        mailbox.poll();
        mailbox.poll();
        assertThat(mailbox.poll()).isNull();
        lane.offer("d");
        assertThat(wakeups).isEqualTo(2);
    }

    @Test
    void wakesAReaderThatNeverLooked() {
        mailbox.lane(1).open();
        assertThat(wakeups).as("at the latest when the first element comes").isLessThanOrEqualTo(1);
        open(2).offer("a");
        assertThat(mailbox.poll()).isEqualTo("a");
    }

    @Test
    void endsAfterTheBacklogWhenItsReaderIsTooSlow() {
        Lane<String> lane = open(1);
        for (String element : new String[] {"a", "b", "c", "d"}) {
            assertThat(lane.offer(element)).isTrue();
        }
        assertThat(lane.offer("e")).isFalse();
        assertThat(overruns).isEqualTo(1);
        assertThat(lane.offer("f")).isFalse();
        assertThat(overruns).isEqualTo(1);

        for (String element : new String[] {"a", "b", "c", "d"}) {
            assertThat(mailbox.ended()).isNull();
            assertThat(mailbox.poll()).isEqualTo(element);
        }
        assertThat(mailbox.poll()).isNull();
        assertThat(mailbox.ended()).as("nobody has said yet why").isNull();
        wakeups = 0;
        mailbox.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("lagged"));
        assertThat(wakeups).isEqualTo(1);
        assertThat(mailbox.ended()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("lagged"));
    }

    @Test
    void countsBytesAsWell() {
        Lane<String> lane = open(1);
        assertThat(lane.offer("0123456789")).isTrue();
        assertThat(lane.offer("0123456789")).isTrue();
        assertThat(lane.offer("0")).isFalse();
        assertThat(mailbox.waitingBytes()).isEqualTo(20);
    }

    @Test
    void takesAnElementLargerThanTheLimitWhenItIsEmpty() {
        Lane<String> lane = open(1);
        assertThat(lane.offer("0123456789012345678901234567890")).isTrue();
        assertThat(lane.offer("0")).isFalse();
    }

    @Test
    void hasRoomAgainWhenSomethingWasRead() {
        Lane<String> lane = open(1);
        for (int i = 0; i < 100; i++) {
            assertThat(lane.offer("a")).isTrue();
            assertThat(lane.offer("b")).isTrue();
            assertThat(mailbox.poll()).isEqualTo("a");
            assertThat(mailbox.poll()).isEqualTo("b");
        }
        assertThat(mailbox.waiting()).isZero();
    }

    @Test
    void readsAnEarlierLaneToItsEndBeforeALaterOne() {
        Lane<String> first = open(1);
        Lane<String> second = mailbox.lane(2);
        first.offer("1a");
        second.open();
        second.offer("2a");
        assertThat(first.isOver()).isTrue();
        first.offer("1b");

        assertThat(mailbox.poll()).isEqualTo("1a");
        assertThat(mailbox.poll()).isEqualTo("1b");
        assertThat(mailbox.poll()).isEqualTo("2a");
        first.offer("1c");
        assertThat(mailbox.poll()).as("too late").isNull();
    }

    @Test
    void neverOpensALaneOfAnEarlierPlace() {
        Lane<String> first = mailbox.lane(1);
        Lane<String> second = mailbox.lane(2);
        Lane<String> renewedFirst = mailbox.lane(1);
        first.open();
        assertThat(second.open()).isTrue();
        assertThat(renewedFirst.open()).isFalse();
        assertThat(renewedFirst.isOver()).isTrue();
        assertThat(second.isOver()).isFalse();
    }

    @Test
    void opensALaneOfALaterPlaceEvenIfItWasMadeBefore() {
        Lane<String> first = mailbox.lane(1);
        Lane<String> second = mailbox.lane(2);
        Lane<String> renewedFirst = mailbox.lane(1);
        first.open();
        assertThat(renewedFirst.open()).isTrue();
        assertThat(second.open()).isTrue();
        assertThat(renewedFirst.isOver()).isTrue();
    }

    @Test
    void holdsTheLimitOverAllItsLanes() {
        Lane<String> first = open(1);
        first.offer("a");
        first.offer("b");
        first.offer("c");
        Lane<String> second = mailbox.lane(2);
        second.open();
        assertThat(second.offer("d")).isTrue();
        assertThat(second.offer("e")).isFalse();
    }

    @Test
    void keepsCountWhenLanesComeAndGo() {
        for (int place = 1; place <= 50; place++) {
            Lane<String> lane = open(place);
            lane.offer("a");
            assertThat(mailbox.poll()).isEqualTo("a");
            mailbox.lane(place).abandon();
        }
        assertThat(mailbox.updates()).isEqualTo(50);
        assertThat(mailbox.bytes()).isEqualTo(50);
        assertThat(mailbox.lanes().size()).as("lanes remembered").isLessThanOrEqualTo(4);
    }

    @Test
    void endsOnceAndWakesItsReaderForThat() {
        assertThat(mailbox.poll()).isNull();
        mailbox.end(GrpcStatus.Code.UNAVAILABLE.with("first"));
        mailbox.end(GrpcStatus.Code.INTERNAL.with("second"));
        assertThat(wakeups).isEqualTo(1);
        assertThat(mailbox.ended()).isEqualTo(GrpcStatus.Code.UNAVAILABLE.with("first"));
    }

    @Test
    void forgetsEverythingWhenClosed() {
        Lane<String> lane = open(1);
        lane.offer("a");
        mailbox.close();
        assertThat(mailbox.poll()).isNull();
        assertThat(mailbox.ended()).isEqualTo(GrpcStatus.OK);
        assertThat(lane.offer("b")).isFalse();
        assertThat(mailbox.waiting()).isZero();
    }
}
