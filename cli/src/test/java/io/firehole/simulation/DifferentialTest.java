package io.firehole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.profile.Profiles;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.simulation.Performance.Outcome;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.simulation.Story.PoolRules;
import io.firehole.simulation.Story.Room;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random monitors through the pool and a provider with random rules, compared with direct subscriptions of their own,
 * message for message. What differs is told as the smallest story that differs.
 */
class DifferentialTest {

    /** How many stories, from which number on. */
    private static final long CASES = Long.getLong("firehole.cases", "true".equals(System.getenv("CI")) ? 3_000 : 300);

    private static final long FIRST = Long.getLong("firehole.seed", 1);

    /** Where the rules leave room for everybody, hardly anybody may be refused for want of it. */
    private static final double REFUSED_WHERE_ROOMY_MAX = 0.01;

    @Test
    void givesEachMonitorWhatADirectSubscriptionWouldHaveGiven() {
        Map<Room, Tally> tallies = Map.of(Room.OPEN, new Tally(), Room.ROOMY, new Tally(), Room.TIGHT, new Tally());
        List<String> told = LongStream.range(FIRST, FIRST + CASES)
                .parallel()
                .mapToObj(RandomStories::of)
                .filter(story -> {
                    Outcome outcome = Performance.of(story);
                    Objects.requireNonNull(tallies.get(story.room())).add(outcome);
                    return !outcome.faults().isEmpty();
                })
                .limit(1)
                .map(DifferentialTest::smallest)
                .toList();
        System.out.println("stories " + FIRST + " to " + (FIRST + CASES - 1) + ": " + tallies);
        assertThat(told).isEmpty();
        assertThat(Objects.requireNonNull(tallies.get(Room.OPEN)).refused.get())
                .as("refused where there is no rule")
                .isZero();
        assertThat(Objects.requireNonNull(tallies.get(Room.ROOMY)).refusedShare())
                .as("refused for want of room where there is plenty")
                .isLessThanOrEqualTo(REFUSED_WHERE_ROOMY_MAX);
        assertThat(tallies.values().stream()
                        .mapToLong(tally -> tally.updates.get())
                        .sum())
                .as("enough to mean something")
                .isGreaterThan(100 * CASES);
    }

    /** What came of all stories with as much room. */
    private static final class Tally {
        private final AtomicInteger stories = new AtomicInteger();
        private final AtomicInteger monitors = new AtomicInteger();
        private final AtomicLong updates = new AtomicLong();
        private final AtomicInteger ruledOut = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();

        void add(Outcome outcome) {
            stories.incrementAndGet();
            monitors.addAndGet(outcome.monitors());
            updates.addAndGet(outcome.updates());
            ruledOut.addAndGet(outcome.ruledOut());
            refused.addAndGet(outcome.withoutRoom().size());
        }

        double refusedShare() {
            return (double) refused.get() / Math.max(1, monitors.get());
        }

        @Override
        public String toString() {
            return stories + " with " + monitors + " monitors and " + updates
                    + " updates, of whom the provider itself refuses " + ruledOut + ", and there is no room for "
                    + refused;
        }
    }

    private static String smallest(Story story) {
        Story smallest = SmallerStory.of(
                story, candidate -> !Performance.of(candidate).faults().isEmpty());
        return "story " + story.seed() + " differs; the smallest that does:\n" + smallest.told()
                + String.join("\n", Performance.of(smallest).faults());
    }

    // What follows makes sure that the comparison can fail: each test breaks one thing.

    @Test
    void noticesAnUpdateThatGoesMissing() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(Mischief.NONE.onTheWire(
                message -> isData(message) && count.incrementAndGet() % 50 == 0 ? List.of() : List.of(message)));
    }

    @Test
    void noticesAnUpdateThatComesTwice() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(Mischief.NONE.onTheWire(message ->
                isData(message) && count.incrementAndGet() % 50 == 0 ? List.of(message, message) : List.of(message)));
    }

    @Test
    void noticesANameThatIsNotItsOwn() {
        assertNoticed(
                Mischief.NONE.requestAsHeard(request -> request.getEntryMap().isEmpty()
                        ? request
                        : request.toBuilder()
                                .clearEntry()
                                .putEntry("of another", SubscribeRequestFilterEntry.getDefaultInstance())
                                .build()));
    }

    @Test
    void noticesTwoUpdatesInTheWrongOrder() {
        AtomicInteger count = new AtomicInteger();
        Deque<byte[]> held = new ArrayDeque<>();
        assertNoticed(Mischief.NONE.onTheWire(message -> {
            if (!held.isEmpty()) {
                return List.of(message, held.remove());
            }
            if (isData(message) && count.incrementAndGet() % 50 == 0) {
                held.add(message);
                return List.of();
            }
            return List.of(message);
        }));
    }

    @Test
    void noticesOneBitOfAPayload() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(Mischief.NONE.onTheWire(message -> {
            if (isData(message) && count.incrementAndGet() % 50 == 0) {
                message[message.length - 1] ^= 1;
            }
            return List.of(message);
        }));
    }

    @Test
    void noticesAFilterThatLetsMoreThrough() {
        assertNoticed(Mischief.NONE.requestAsHeard(request -> {
            SubscribeRequest.Builder wider = request.toBuilder();
            request.getAccountsMap()
                    .forEach((name, filter) -> wider.putAccounts(
                            name, filter.toBuilder().clearOwner().clearFilters().build()));
            return wider.build();
        }));
    }

    @Test
    void noticesARequestThatIsNeverHeard() {
        AtomicInteger count = new AtomicInteger();
        assertNoticed(Mischief.NONE.requestAsHeard(
                request -> count.incrementAndGet() == 2 ? SubscribeRequest.getDefaultInstance() : request));
    }

    @Test
    void noticesAProviderThatHasToRefuse() {
        Story refused = STORY.withRules(Map.of("transactions.max", "1"));
        assertThat(Performance.of(refused, Mischief.NONE.rulesAsTold(rules -> Profiles.named("open")))
                        .faults())
                .anyMatch(fault -> fault.startsWith("the provider had to refuse"));
    }

    private static void assertNoticed(Mischief mischief) {
        assertThat(Performance.of(STORY).faults()).isEmpty();
        assertThat(Performance.of(STORY, mischief).faults()).isNotEmpty();
    }

    /** Two that share a stream, and one at another level. */
    private static final Story STORY = new Story(
            1,
            Room.OPEN,
            Map.of(),
            new PoolRules(15, Duration.ofSeconds(1), 10, true),
            List.of(
                    new Part(
                            new Monitor("all", Group.MEDIUM),
                            List.of(new Act.Ask(
                                    100,
                                    SubscribeRequest.newBuilder()
                                            .putTransactions(
                                                    "a", SubscribeRequestFilterTransactions.getDefaultInstance())
                                            .putEntry("b", SubscribeRequestFilterEntry.getDefaultInstance())
                                            .build()))),
                    new Part(
                            new Monitor("some", Group.MEDIUM),
                            List.of(new Act.Ask(
                                    400,
                                    SubscribeRequest.newBuilder()
                                            .putTransactions(
                                                    "a",
                                                    SubscribeRequestFilterTransactions.newBuilder()
                                                            .setVote(false)
                                                            .build())
                                            .putAccounts(
                                                    "a",
                                                    SubscribeRequestFilterAccounts.newBuilder()
                                                            .addOwner("11111111111111111111111111111111")
                                                            .build())
                                            .build()))),
                    new Part(
                            new Monitor("confirmed", Group.LOW),
                            List.of(new Act.Ask(
                                    700,
                                    SubscribeRequest.newBuilder()
                                            .setCommitment(CommitmentLevel.CONFIRMED)
                                            .putBlocksMeta("a", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                                            .build())))));

    private static boolean isData(byte[] message) {
        try {
            SubscribeUpdate update = SubscribeUpdate.parseFrom(message);
            return update.getFiltersCount() > 0 && !update.hasSlot() && !update.hasBlockMeta();
        } catch (InvalidProtocolBufferException unreadable) {
            throw new IllegalArgumentException(unreadable);
        }
    }
}
