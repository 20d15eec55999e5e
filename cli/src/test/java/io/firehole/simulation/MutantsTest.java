package io.firehole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the promise stands on, each taken out of the pool in turn: within so many stories of faults that is noticed.
 *
 * <p>{@code -Dfirehole.mutant-all=true} plays all of them and prints how many notice it.
 */
class MutantsTest {

    private static final int STORIES = 200;

    private static final boolean ALL = Boolean.getBoolean("firehole.mutant-all");

    @TempDir
    private Path classes;

    @Test
    void noticesThatWhatWasDeliveredBeforeTheBreakComesAgain() {
        assertNoticed(new Mutant("routing/Checkpoint.java", Map.of("""
                        if (!current.delivered.add(identity)) {
                            return false;
                        }
                """, "current.delivered.add(identity);\n")));
    }

    @Test
    void noticesThatTheHoleIsNotFilled() {
        assertNoticed(new Mutant(
                "RecoveryProgress.java",
                Map.of(
                        "boolean contentMissing = !to.equals(replayedTo) && delivered.firstMissing() < to.boundary();",
                        "boolean contentMissing = false;")));
    }

    @Test
    void noticesThatStatusesAreNotFetched() {
        assertNoticed(new Mutant(
                "RecoveryGaps.java",
                Map.of("return cutOff.stream().anyMatch(RecoveryGaps::wantsStatuses);", "return false;")));
    }

    @Test
    void noticesThatWhatIsLiveOvertakesTheReplay() {
        assertNoticed(new Mutant(
                "routing/CatchUp.java",
                Map.of(
                        "held.add(recipient, update, head, tail, offset, length);",
                        "if (!held.isFull()) return true;")));
    }

    @Test
    void noticesThatTheOldCallIsNotWaitedFor() {
        assertNoticed(
                new Mutant(
                        "Recovery.java",
                        Map.of(
                                "return interruption.isOver() && isOver(closing) && (running == null || isOver(running.call()));",
                                "return true;")),
                "faultsOfAReplacement",
                FaultPerformance::faultsOfAReplacement);
    }

    @Test
    void noticesNothingWhereNothingIsTakenOut() {
        Mutant none = new Mutant("Recovery.java", Map.of());
        assertThat(none.alive(classes, "faultsOf").faultsOf(1)).isEmpty();
        assertThat(none.alive(classes, "faultsOfAReplacement").faultsOf(1)).isEmpty();
    }

    private void assertNoticed(Mutant mutant) {
        assertNoticed(mutant, "faultsOf", FaultPerformance::faultsOf);
    }

    /** @param sound the same stories behind the pool as it is */
    private void assertNoticed(Mutant mutant, String method, Mutant.Stories sound) {
        Mutant.Stories stories = mutant.alive(classes, method);
        AtomicLong noticed = new AtomicLong();
        OptionalLong first = LongStream.rangeClosed(1, STORIES)
                .parallel()
                .filter(seed -> !stories.faultsOf(seed).isEmpty())
                .peek(seed -> noticed.incrementAndGet())
                .limit(ALL ? STORIES : 1)
                .min();
        if (ALL) {
            System.out.printf("%s: noticed by %d of %d stories%n", mutant, noticed.get(), STORIES);
        }
        assertThat(first).as("a story that notices it").isPresent();
        assertThat(sound.faultsOf(first.getAsLong()))
                .as("without it, story %d", first.getAsLong())
                .isEmpty();
    }
}
