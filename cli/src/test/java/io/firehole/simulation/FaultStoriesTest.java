package io.firehole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.simulation.FaultPerformance.Outcome;
import io.firehole.simulation.Promise.Kept;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Monitors behind a pool whose provider and network fail in every way, in virtual time: whatever is not in a recorded gap comes,
 * once and in order. What breaks the promise is told as the smallest story that does.
 */
class FaultStoriesTest {

    /** How many stories, from which number on. */
    private static final long CASES = Long.getLong("firehole.fault-cases", System.getenv("CI") == null ? 200 : 10_000);

    private static final long FIRST = Long.getLong("firehole.fault-seed", 1);

    /**
     * Whether the whole promise is held to: statuses in order too, whatever is missing said to be, nothing missing that could have been
     * replayed, and everybody told from which slot on. Only to look at what breaks otherwise.
     */
    private static final boolean STRICT = Boolean.parseBoolean(System.getProperty("firehole.fault-strict", "true"));

    private final AtomicLong monitors = new AtomicLong();
    private final AtomicLong updates = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong closable = new AtomicLong();
    private final AtomicLong unsaid = new AtomicLong();
    private final AtomicLong gaps = new AtomicLong();
    private final AtomicLong needless = new AtomicLong();
    private final AtomicLong seconds = new AtomicLong();

    @Test
    void keepsThePromiseWhateverGoesWrong() {
        long begun = System.nanoTime();
        List<String> told = LongStream.range(FIRST, FIRST + CASES)
                .parallel()
                .mapToObj(RandomFaultStories::of)
                .filter(story -> {
                    Outcome outcome = FaultPerformance.of(story, STRICT);
                    count(outcome);
                    return !outcome.faults().isEmpty();
                })
                .limit(1)
                .map(FaultStoriesTest::smallest)
                .toList();
        System.out.printf(
                "fault stories %d to %d: %d monitors, %d updates, %d s of virtual time in %.1f s; %d gaps, %d updates lost"
                        + " within them, %d of these could have been replayed, %d lost outside, %d slots said to be missing"
                        + " of which nothing is%n",
                FIRST,
                FIRST + CASES - 1,
                monitors.get(),
                updates.get(),
                seconds.get(),
                (System.nanoTime() - begun) / 1e9,
                gaps.get(),
                lost.get(),
                closable.get(),
                unsaid.get(),
                needless.get());
        assertThat(told).isEmpty();
        assertThat(updates.get()).as("enough to mean something").isGreaterThan(CASES * 100);
    }

    private void count(Outcome outcome) {
        seconds.addAndGet(outcome.seconds());
        for (Kept kept : outcome.kept()) {
            monitors.incrementAndGet();
            updates.addAndGet(kept.updates());
            lost.addAndGet(kept.lostWithinGaps());
            closable.addAndGet(kept.closable());
            unsaid.addAndGet(kept.lostUnsaid());
            gaps.addAndGet(kept.gaps());
            needless.addAndGet(kept.needless());
        }
    }

    private static String smallest(FaultStory story) {
        FaultStory smallest = SmallerFaultStory.of(
                story,
                candidate -> !FaultPerformance.of(candidate, STRICT).faults().isEmpty());
        return "fault story " + story.seed() + " breaks the promise; the smallest that does:\n" + smallest.told()
                + String.join("\n", FaultPerformance.of(smallest, STRICT).faults());
    }

    // What follows makes sure that the promise can be broken: each test breaks one thing.

    @Test
    void noticesAnUpdateThatGoesMissing() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(
                Mischief.NONE.onTheWire(message -> isEvery(200, message, count) ? List.of() : List.of(message)),
                "lost and not said to be");
    }

    @Test
    void noticesAnUpdateThatComesTwice() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(
                Mischief.NONE.onTheWire(
                        message -> isEvery(200, message, count) ? List.of(message, message) : List.of(message)),
                "got twice");
    }

    @Test
    void noticesTwoUpdatesInTheWrongOrder() {
        AtomicInteger count = new AtomicInteger();
        Deque<byte[]> held = new ArrayDeque<>();
        assertNoticed(
                Mischief.NONE.onTheWire(message -> {
                    if (!held.isEmpty()) {
                        return List.of(message, held.remove());
                    }
                    if (isEvery(200, message, count)) {
                        held.add(message);
                        return List.of();
                    }
                    return List.of(message);
                }),
                " after ");
    }

    @Test
    void noticesAPayloadThatNobodySent() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(
                Mischief.NONE.onTheWire(message -> {
                    if (isEvery(200, message, count)) {
                        message[message.length - 60] ^= 1;
                    }
                    return List.of(message);
                }),
                "got what no subscription of its own gives");
    }

    private static boolean isEvery(int nth, byte[] message, AtomicInteger count) {
        try {
            SubscribeUpdate update = SubscribeUpdate.parseFrom(message);
            return update.hasTransaction() && count.incrementAndGet() % nth == 0;
        } catch (InvalidProtocolBufferException unreadable) {
            throw new IllegalArgumentException(unreadable);
        }
    }

    private static void assertNoticed(Mischief mischief, String how) {
        assertThat(FaultPerformance.of(STORY, true).faults()).isEmpty();
        assertThat(FaultPerformance.of(STORY, mischief, true).faults()).anyMatch(fault -> fault.contains(how));
    }

    /** Nothing goes wrong. */
    private static final FaultStory STORY = new FaultStory(
            1,
            new FaultStory.Nature(150, 16, 0, 0, 0, BudgetRule.DEFAULT),
            new Story.PoolRules(15, Duration.ofSeconds(30), 10, true),
            List.of(new Story.Part(
                    new Monitor("m", Group.MEDIUM),
                    List.of(new Story.Act.Ask(100, RandomFaultStories.everything(CommitmentLevel.PROCESSED))))),
            List.of());

    @Test
    void tellsTheSameStoryTheSameWay() {
        for (long seed = 1; seed <= 10; seed++) {
            FaultStory story = RandomFaultStories.of(seed);
            Outcome first = FaultPerformance.of(story, false);
            assertThat(first.trace()).isNotZero();
            assertThat(FaultPerformance.of(RandomFaultStories.of(seed), false)).isEqualTo(first);
        }
    }
}
