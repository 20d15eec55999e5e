package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.Profiles;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Filters are tried on a call of their own before anybody else depends on them. */
class VettingTest {

    /** Long enough for a trial, and too short for a slot to begin and end. */
    private static final Duration MOMENT = Duration.ofMillis(150);

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final GrpcStatus NOT_ALLOWED = GrpcStatus.Code.INVALID_ARGUMENT.with(
            "failed to create filter: Pubkey " + FakeChain.key(66) + " in filters is not allowed");

    /** Keys that the provider refuses, which nobody knows. */
    private final Set<Integer> rejected = new TreeSet<>(Set.of(66));

    private final World world = provider(new World(11)).running();
    private final Reader served = world.monitor("served");

    private World provider(World made) {
        made.provider.rules = request -> {
            String text = request.toString();
            for (int key : rejected) {
                if (text.contains('"' + FakeChain.key(key) + '"')) {
                    return "failed to create filter: Pubkey " + FakeChain.key(key) + " in filters is not allowed";
                }
            }
            return null;
        };
        return made;
    }

    private void serve() {
        served.ask(World.slots("s"));
        world.pass(SOON);
    }

    private Reader asks(String id, SubscribeRequest request) {
        Reader reader = world.monitor(id);
        reader.ask(request);
        return reader;
    }

    private long reopened() {
        return world.pool.stats().streams().stream()
                .mapToLong(PoolStats.StreamStats::reopened)
                .sum();
    }

    private PoolStats.VettingStats vetting() {
        return world.pool.stats().vetting();
    }

    /** The one who was served got every slot status that the chain told, each once, on the same call all along. */
    private void assertServedNoticedNothing() {
        assertThat(served.ended()).isNull();
        assertThat(reopened()).isZero();
        assertThat(world.pool.stats().gaps()).isEmpty();
        List<String> got = served.received.stream()
                .map(update ->
                        update.getSlot().getSlot() + " " + update.getSlot().getStatus())
                .toList();
        assertThat(got).doesNotHaveDuplicates();
        List<String> told = world.events.stream()
                .filter(event -> event.update().hasSlot())
                .map(event -> event.update().getSlot().getSlot() + " "
                        + event.update().getSlot().getStatus())
                .distinct()
                .toList();
        int from = told.indexOf(got.getFirst());
        List<String> mine = told.subList(from, told.size()).stream()
                .filter(status -> got.contains(status) || isUsual(status))
                .toList();
        assertThat(got).isEqualTo(mine.subList(0, got.size()));
        assertThat(mine.size() - got.size()).as("on its way").isLessThan(6);
    }

    private static boolean isUsual(String status) {
        return status.endsWith("SLOT_PROCESSED") || status.endsWith("SLOT_CONFIRMED") || status.endsWith("FINALIZED");
    }

    @Test
    void endsACulpritWithTheProvidersWordsAndDisturbsNobody() {
        serve();
        Reader culprit = asks("culprit", World.transactions("x", 66));
        world.pass(MOMENT);
        assertThat(culprit.ended()).isEqualTo(NOT_ALLOWED);
        world.pass(Duration.ofSeconds(3));
        assertServedNoticedNothing();
        assertThat(vetting().refused()).isEqualTo(1);
        assertThat(world.pool.stats().totals().invalidRequests()).isZero();
        assertThat(world.events())
                .extracting(PoolEvent::kind, PoolEvent::monitorId)
                .containsExactly(org.assertj.core.api.Assertions.tuple("refused", "culprit"));
    }

    @Test
    void triesWhatOneAsksAmongOthersWhileItCannotLeaveThemYet() {
        serve();
        Reader culprit = asks("culprit", World.transactions("x", 1));
        world.pass(Duration.ofSeconds(3));
        world.monitor("is there", Group.HIGH).ask(World.slots("s"));
        world.pass(SOON);
        world.pool.move("culprit", Group.HIGH);
        world.pass(MOMENT);
        // On its way to a stream that serves another, and to have one for itself after that.
        world.pool.dedicate("culprit", true);
        culprit.ask(World.transactions("x", 66));
        world.pass(MOMENT);
        assertThat(culprit.ended()).isEqualTo(NOT_ALLOWED);
        world.pass(SOON);
        assertServedNoticedNothing();
        assertThat(vetting().refused()).isEqualTo(1);
        assertThat(world.pool.stats().totals().invalidRequests()).isZero();
    }

    @Test
    void asksATrialForTheNewFiltersFirstAndThenForAllOfThem() {
        serve();
        int before = world.provider.asked.size();
        Reader newcomer = asks("newcomer", World.transactions("x", 1));
        world.pass(SOON);
        List<SubscribeRequest> asked = world.provider.asked.subList(before, world.provider.asked.size());
        assertThat(asked).hasSize(4);
        assertThat(asked.get(0)).isEqualTo(World.transactions("x", 1));
        assertThat(asked.get(1).hasPing()).isTrue();
        assertThat(asked.get(2).hasPing()).isTrue();
        assertThat(asked.get(2).getTransactionsMap().values())
                .containsExactlyElementsOf(
                        World.transactions("x", 1).getTransactionsMap().values());
        assertThat(asked.get(2).getSlotsCount())
                .as("epoch and the filter of the one served")
                .isEqualTo(2);
        assertThat(asked.get(3).hasPing()).isFalse();
        assertThat(world.provider.streams()).as("the trial is given up").hasSize(1);
        assertThat(newcomer.received).isNotEmpty();
        assertThat(vetting()).isEqualTo(new PoolStats.VettingStats(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void triesNothingForWhoIsAlone() {
        Reader alone = asks("alone", World.transactions("x", 1));
        world.pass(SOON);
        alone.ask(World.transactions("x", 2));
        world.pass(SOON);
        assertThat(world.provider.subscribes).isEqualTo(1);
        assertThat(vetting().trials()).isZero();
    }

    @Test
    void triesNothingThatTheProviderIsKnownToTake() {
        serve();
        Reader first = asks("first", World.transactions("x", 1));
        world.pass(SOON);
        first.stream.close();
        world.pass(Duration.ofSeconds(40));
        int calls = world.provider.subscribes;
        asks("second", World.transactions("y", 1));
        world.pass(SOON);
        assertThat(world.provider.subscribes).isEqualTo(calls);
    }

    @Test
    void knowsWhatWasServedWithoutATrial() {
        Reader alone = asks("alone", World.transactions("x", 1));
        world.pass(SOON);
        alone.ask(World.transactions("x", 2));
        world.pass(SOON);
        int calls = world.provider.subscribes;
        asks("other", World.transactions("y", 2));
        asks("another", World.transactions("y", 1));
        world.pass(SOON);
        assertThat(world.provider.subscribes).isEqualTo(calls);
    }

    @Test
    void triesTogetherWhoComesWhileOneIsTried() {
        serve();
        int calls = world.provider.subscribes;
        for (int key = 0; key < 8; key++) {
            asks("m" + key, World.transactions("x", key));
        }
        world.pass(SOON);
        assertThat(world.provider.subscribes - calls)
                .as("one for the first, one for the rest")
                .isEqualTo(2);
        assertThat(world.pool.stats().monitors()).hasSize(9).allMatch(PoolStats.MonitorStats::active);
    }

    @Test
    void findsSeveralCulpritsAmongNewcomers() {
        rejected.addAll(Set.of(67, 68));
        serve();
        List<Reader> good = new ArrayList<>();
        List<Reader> bad = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            if (i % 5 == 2) {
                bad.add(asks("bad" + i, World.transactions("x", 66 + bad.size())));
            } else {
                good.add(asks("good" + i, World.transactions("x", i % 7, i)));
            }
        }
        world.pass(Duration.ofSeconds(2));
        assertThat(bad).hasSize(2);
        assertThat(bad.getFirst().ended()).isEqualTo(NOT_ALLOWED);
        assertThat(bad.getLast().ended()).isNotNull();
        assertThat(good).allSatisfy(reader -> assertThat(reader.ended()).isNull());
        assertThat(world.pool.stats().monitors()).hasSize(11).allMatch(PoolStats.MonitorStats::active);
        assertServedNoticedNothing();
        assertThat(vetting().refused()).isEqualTo(2);
        assertThat(vetting().trials()).isLessThan(16);
    }

    @Test
    void triesAChangeOfFiltersWhileTheOldOnesAreServed() {
        serve();
        Reader changing = asks("changing", World.transactions("x", 1));
        world.pass(SOON);
        int before = changing.received.size();
        changing.ask(World.transactions("x", 66));
        world.pass(SOON);
        assertThat(changing.ended()).isEqualTo(NOT_ALLOWED);
        assertServedNoticedNothing();
        assertThat(changing.received.size()).isGreaterThanOrEqualTo(before);

        Reader other = asks("other", World.transactions("x", 1));
        world.pass(SOON);
        other.ask(World.transactions("x", 2));
        world.pass(SOON);
        assertThat(world.stats("other").active()).isTrue();
        assertServedNoticedNothing();
    }

    @Test
    void countsOnlyTheLastOfSeveralRequestsOfOneMonitor() {
        serve();
        Reader hasty = asks("hasty", World.transactions("x", 66));
        world.time.runDue();
        hasty.ask(World.transactions("x", 1));
        world.time.runDue();
        hasty.ask(World.transactions("x", 2));
        world.pass(SOON);
        assertThat(hasty.ended()).isNull();
        assertThat(world.stats("hasty").active()).isTrue();
        assertThat(world.provider
                        .streams()
                        .getFirst()
                        .lastRequest()
                        .getTransactionsMap()
                        .values())
                .containsExactlyElementsOf(
                        World.transactions("x", 2).getTransactionsMap().values());
    }

    @Test
    void givesATrialUpWhenWhoWasTriedLeaves() {
        serve();
        Reader leaving = asks("leaving", World.transactions("x", 1));
        world.time.runDue();
        assertThat(world.provider.streams()).hasSize(2);
        leaving.stream.close();
        world.time.runDue();
        assertThat(world.provider.streams()).hasSize(1);
        world.pass(SOON);
        assertThat(world.provider.streams().getFirst().requests).hasSize(1);
        assertThat(vetting()).isEqualTo(new PoolStats.VettingStats(1, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void goesOnAfterTheConnectionWasLostDuringATrial() {
        serve();
        Reader newcomer = asks("newcomer", World.transactions("x", 66));
        Reader other = asks("other", World.transactions("x", 1));
        world.time.runDue();
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(3));
        assertThat(newcomer.ended()).isEqualTo(NOT_ALLOWED);
        assertThat(other.ended()).isNull();
        assertThat(world.stats("other").active()).isTrue();
        assertThat(served.ended()).isNull();
        assertThat(world.pool.stats().totals().invalidRequests()).isZero();
    }

    @Test
    void goesOnWithTheStreamThatSucceedsAnother() {
        serve();
        world.provider.open().getFirst().goAway();
        Reader newcomer = asks("newcomer", World.transactions("x", 1));
        Reader culprit = asks("culprit", World.transactions("x", 66));
        world.pass(Duration.ofSeconds(4));
        assertThat(culprit.ended()).isEqualTo(NOT_ALLOWED);
        assertThat(newcomer.ended()).isNull();
        assertThat(world.stats("newcomer").active()).isTrue();
        assertThat(vetting().unknown()).isZero();
        assertThat(world.pool.stats().gaps()).isEmpty();
    }

    @Test
    void leavesTheTrialOfOthersAloneWhenSomebodyLeaves() {
        serve();
        world.provider.answersRequestPings = false;
        Reader leaving = asks("leaving", World.transactions("x", 40));
        asks("staying", World.transactions("x", 41));
        for (int i = 0; i < 20; i++) {
            world.pass(Duration.ofMillis(30));
            leaving.stream.close();
            leaving = asks("leaving", World.transactions("x", 42 + i));
        }
        world.pass(Duration.ofMillis(1_500));
        assertThat(vetting().trials()).as("each has two seconds").isLessThanOrEqualTo(3);
        world.pass(Duration.ofSeconds(4));
        assertThat(world.stats("staying").active()).isTrue();
    }

    @Test
    void givesWhoIsTakenButNotWithTheOthersAnotherStream() {
        rejected.clear();
        world.provider.rules = request -> request.getTransactionsCount() > 3
                ? "failed to create filter: Max amount of filters/data_slices reached, only 3 allowed"
                : null;
        serve();
        for (int key = 0; key < 9; key++) {
            asks("m" + key, World.transactions("x", key % 8, key));
            world.pass(SOON);
        }
        world.pass(SOON);
        assertThat(world.pool.stats().monitors()).hasSize(10).allMatch(PoolStats.MonitorStats::active);
        assertThat(world.provider.streams()).hasSize(3);
        assertThat(world.provider.open()).hasSize(1);
        assertServedNoticedNothing();
        assertThat(world.pool.stats().totals().invalidRequests()).isZero();
        assertThat(world.events())
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.kind()).isEqualTo("apart"));
    }

    @Test
    void answersFromMemoryWhoComesBackWithWhatWasRefused() {
        serve();
        asks("culprit", World.transactions("x", 66));
        world.pass(SOON);
        int calls = world.provider.subscribes;
        for (int i = 0; i < 50; i++) {
            Reader again = asks("culprit", World.transactions("y", 66));
            world.pass(SOON);
            assertThat(again.ended()).isEqualTo(NOT_ALLOWED);
        }
        Reader more = asks(
                "more",
                SubscribeRequest.newBuilder()
                        .mergeFrom(World.transactions("y", 66))
                        .mergeFrom(World.accounts("z", 3))
                        .build());
        world.time.runDue();
        assertThat(more.ended()).as("one filter of which it is known is enough").isEqualTo(NOT_ALLOWED);
        assertThat(world.provider.subscribes).isEqualTo(calls);
        assertThat(vetting().fromMemory()).isEqualTo(51);
        assertThat(world.events()).as("told once").hasSize(1);
        assertServedNoticedNothing();
    }

    @Test
    void asksAgainAfterAMinute() {
        serve();
        asks("culprit", World.transactions("x", 66));
        world.pass(Duration.ofSeconds(61));
        rejected.clear();
        Reader again = asks("culprit", World.transactions("x", 66));
        world.pass(SOON);
        assertThat(again.ended()).isNull();
        assertThat(world.stats("culprit").active()).isTrue();
    }

    @Test
    void takesAnUpdateForAYesWhereNoPongComes() {
        serve();
        world.provider.answersRequestPings = false;
        Reader newcomer = asks(
                "newcomer",
                World.slots("y").toBuilder()
                        .mergeFrom(World.transactions("x", 0, 1, 2, 3, 4, 5, 6, 7))
                        .build());
        world.pass(SOON);
        assertThat(world.stats("newcomer").active()).isTrue();
        assertThat(newcomer.ended()).isNull();
        assertThat(vetting()).isEqualTo(new PoolStats.VettingStats(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void goesOnWithoutAVerdictWhereTheProviderSaysNothing() {
        serve();
        world.provider.answersRequestPings = false;
        Reader newcomer = asks("newcomer", World.transactions("x", 40));
        world.pass(Duration.ofMillis(4_900));
        assertThat(world.stats("newcomer").streamId()).isZero();
        world.pass(Duration.ofMillis(200));
        assertThat(world.stats("newcomer").streamId()).isPositive();
        assertThat(newcomer.ended()).isNull();
        assertThat(vetting().unknown()).isEqualTo(1);
        assertThat(vetting().trials()).isLessThanOrEqualTo(TrialQueue.ATTEMPTS_MAX);
        assertThat(world.events()).extracting(PoolEvent::kind).containsExactly("unvetted");
    }

    @Test
    void triesNothingWhereTheProviderAllowsNoFurtherCall() {
        World small = provider(new World(
                        11,
                        PoolConfig.DEFAULT.withProfile(
                                Profiles.named("open").with(Map.of("streams.per-account", "1")))))
                .running();
        Reader first = small.monitor("first");
        first.ask(World.slots("s"));
        small.pass(SOON);
        Reader second = small.monitor("second");
        second.ask(World.transactions("x", 1));
        small.pass(SOON);
        assertThat(small.provider.subscribes).isEqualTo(1);
        assertThat(small.stats("second").active()).isTrue();
        small.monitor("third").ask(World.transactions("x", 2));
        small.pass(SOON);
        assertThat(small.pool.stats().vetting().untriable()).isEqualTo(2);
        assertThat(small.events()).as("said once").extracting(PoolEvent::kind).containsExactly("unvetted");
    }

    @Test
    void triesNothingWhenItIsTurnedOff() {
        World plain =
                provider(new World(11, PoolConfig.DEFAULT.withVetting(false))).running();
        plain.monitor("first").ask(World.slots("s"));
        plain.pass(SOON);
        Reader culprit = plain.monitor("culprit");
        culprit.ask(World.transactions("x", 66));
        plain.pass(Duration.ofSeconds(3));
        assertThat(culprit.ended()).as("found the other way").isEqualTo(NOT_ALLOWED);
        assertThat(plain.pool.stats().vetting().trials()).isZero();
    }
}
