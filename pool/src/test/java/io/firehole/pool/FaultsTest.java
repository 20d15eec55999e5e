package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.routing.UnroutableMessages;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A provider that breaks off, falls silent or says no. */
class FaultsTest {

    private World world = new World(5).running();

    /** What happens to a call is to be seen, not what keeps it from happening. */
    private void withoutVetting() {
        world = new World(5, PoolConfig.DEFAULT.withVetting(false)).running();
    }

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader = world.monitor(id);
        reader.ask(request);
        world.pass(Duration.ofSeconds(1));
        return reader;
    }

    private void deniesReplays() {
        world.provider.deniesReplay = from -> GrpcStatus.Code.INTERNAL.with("from_slot is not supported");
    }

    private void assertFlows(Reader... readers) {
        for (Reader reader : readers) {
            int before = reader.received.size();
            world.pass(Duration.ofSeconds(4));
            assertThat(reader.received.size()).isGreaterThan(before);
            assertThat(reader.ended()).isNull();
        }
    }

    @Test
    void opensABrokenConnectionAgainForThoseWhoWait() {
        Reader a = joined("a", World.slots("s"));
        Reader b = joined("b", World.transactions("x", 1));
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(1));

        assertFlows(a, b);
        assertThat(world.provider.purposes).containsExactly(PermitClass.FIRST_CONNECT, PermitClass.RECONNECT_MEDIUM);
        PoolStats stats = world.pool.stats();
        assertThat(stats.totals().reconnects()).isEqualTo(1);
        assertThat(stats.connections()).hasSize(1);
        assertThat(stats.connections().getFirst().lastError()).contains("reset by peer");
        assertThat(stats.connections().getFirst().id())
                .as("a connection lives once")
                .isEqualTo(2);
    }

    @Test
    void recordsWhatMayBeMissingAfterABreak() {
        joined("a", World.slots("s"));
        deniesReplays();
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(3));
        assertThat(world.pool.stats().gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.monitor()).isEqualTo("a");
            assertThat(gap.commitment()).isEqualTo(CommitmentLevel.PROCESSED);
            assertThat(gap.cause()).isEqualTo(Gap.Cause.REPLAY_NOT_SUPPORTED);
            assertThat(gap.detail()).contains("from_slot is not supported");
            assertThat(gap.brokeAt()).isBefore(gap.resumedAt());
        });
    }

    @Test
    void endsTheStreamOfAMonitorThatWantsToHearOfAGap() {
        world = new World(
                        5,
                        PoolConfig.DEFAULT.withGapPolicies(new GapPolicies(
                                GapPolicy.GO_ON, MonitorNames.of(Map.of("strict-*", GapPolicy.END_STREAM)))))
                .running();
        Reader goesOn = joined("a", World.slots("s"));
        Reader ends = joined("strict-1", World.slots("s"));
        deniesReplays();
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(3));

        Gap gap = world.pool.gaps(Optional.of("strict-1"), 1).getFirst();
        assertThat(Objects.requireNonNull(ends.ended()).code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        assertThat(Objects.requireNonNull(ends.ended()).message())
                .isEqualTo("missing: " + gap.told() + "; the policy of monitor strict-1 is end-stream");
        assertThat(world.pool.stats().monitors())
                .extracting(PoolStats.MonitorStats::id)
                .containsExactly("a");
        assertFlows(goesOn);
        assertThat(world.pool.stats().gapCounts())
                .extracting(PoolStats.GapCount::monitor)
                .containsExactly("a", "strict-1");
        assertThat(world.events())
                .filteredOn(event -> event.kind().equals("gap"))
                .hasSize(2);
    }

    @Test
    void opensACallAgainThatTheProviderEnded() {
        Reader a = joined("a", World.slots("s"));
        world.provider.streams().getFirst().end(GrpcStatus.Code.INTERNAL.with("lagged to receive geyser messages"));
        world.pass(Duration.ofSeconds(1));
        assertFlows(a);
        assertThat(world.provider.connections).as("on the same connection").hasSize(1);
        assertThat(world.pool.stats().streams().getFirst().reopened()).isEqualTo(1);
    }

    @Test
    void startsTheNextCallWithEverythingThatIsWanted() {
        joined("a", World.slots("s"));
        joined("b", World.transactions("x", 1));
        Reader gone = joined("c", World.accounts("x", 1));
        gone.stream.close();
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(1));
        SubscribeRequest first = world.provider.streams().getFirst().requests.getFirst();
        assertThat(first.getSlotsCount()).as("the monitor's and the epoch").isEqualTo(2);
        assertThat(first.getTransactionsCount()).isEqualTo(1);
        assertThat(first.getAccountsCount()).as("nobody waits for it").isZero();
    }

    @Test
    void waitsLongerAndLongerWhileTheProviderIsAway() {
        joined("a", World.slots("s"));
        world.provider.accepts = id -> false;
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofMinutes(5));
        int attempts = world.provider.connections.size();
        assertThat(attempts).isBetween(15, 60);
        assertThat(world.pool.ready()).isFalse();
        assertThat(world.pool.stats().healthy()).isZero();

        world.provider.accepts = id -> true;
        world.pass(Backoff.CAP.plusSeconds(2));
        assertThat(world.pool.ready()).isTrue();
        assertThat(world.provider.streams()).hasSize(1);
    }

    @Test
    void givesUpACallThatShowsNoSlot() {
        Reader a = joined("a", World.slots("s"));
        world.provider.streams().getFirst().silent = true;
        world.pass(Duration.ofSeconds(6));
        assertFlows(a);
        assertThat(world.pool.stats().totals().watchdogs()).isEqualTo(1);
        assertThat(world.provider.connections).as("the connection answers").hasSize(1);
    }

    @Test
    void givesUpAConnectionThatDoesNotAnswer() {
        Reader a = joined("a", World.slots("s"));
        FakeProvider.Link silent = world.provider.open().getFirst();
        silent.answersPing = false;
        world.provider.streams().getFirst().silent = true;
        world.pass(Duration.ofSeconds(8));
        assertThat(world.provider.connections).hasSize(2);
        assertFlows(a);
        assertThat(world.pool.stats().connections().getFirst().lastError()).contains("health check");
    }

    @Test
    void noticesASilentConnectionWithoutStreams() {
        world.provider.open().getFirst().answersPing = false;
        world.pass(Duration.ofSeconds(45));
        assertThat(world.provider.connections).hasSize(2);
        assertThat(world.pool.ready()).isTrue();
    }

    @Test
    void endsOnlyTheMonitorWhoseFilterTheProviderRefuses() {
        withoutVetting();
        Reader a = joined("a", World.slots("s"));
        Reader b = joined("b", World.transactions("x", 1));
        world.provider.rules = request ->
                request.getAccountsCount() > 0 ? "failed to create filter: Pubkey X in filters is not allowed" : null;
        Reader poison = joined("poison", World.accounts("x", 1));
        world.pass(Duration.ofSeconds(1));

        assertThat(poison.ended())
                .isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT.with(
                        "failed to create filter: Pubkey X in filters is not allowed"));
        assertFlows(a, b);
        assertThat(world.pool.stats().totals().invalidRequests())
                .as("once with the others, once alone")
                .isEqualTo(2);
        assertThat(world.pool.stats().monitors()).hasSize(2);
    }

    @Test
    void findsTheOneThatIsRefusedAmongManyThatAreNew() {
        withoutVetting();
        world.provider.rules = request -> request.getAccountsCount() > 0 ? "failed to create filter: no" : null;
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            readers.add(world.monitor("m" + i));
            readers.getLast().ask(i == 3 ? World.accounts("x", 1) : World.transactions("x", i % 5));
        }
        world.pass(Duration.ofSeconds(5));
        for (int i = 0; i < 10; i++) {
            if (i == 3) {
                assertThat(readers.get(i).ended())
                        .isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT.with("failed to create filter: no"));
            } else {
                assertFlows(readers.get(i));
            }
        }
        assertThat(world.provider.open()).as("connections").hasSize(1);
        assertThat(world.provider.streams()).as("calls").hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void spreadsOverSeveralCallsWhatTheProviderDoesNotTakeInOne() {
        withoutVetting();
        world.provider.rules = request -> request.getTransactionsCount() > 3
                ? "failed to create filter: Max amount of filters/data_slices reached, only 3 allowed"
                : null;
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            readers.add(world.monitor("m" + i));
            readers.getLast().ask(World.transactions("x", i % 3, i / 3 + 3));
            world.pass(Duration.ofMillis(30));
        }
        world.pass(Duration.ofSeconds(10));
        assertFlows(readers.toArray(Reader[]::new));
    }

    @Test
    void endsAMonitorThatChangesToARefusedFilter() {
        withoutVetting();
        Reader a = joined("a", World.slots("s"));
        Reader b = joined("b", World.transactions("x", 1));
        world.provider.rules = request -> request.getAccountsCount() > 0 ? "failed to create filter: no" : null;
        b.ask(World.accounts("x", 1));
        world.pass(Duration.ofSeconds(2));
        assertThat(b.ended()).isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT.with("failed to create filter: no"));
        assertFlows(a);
    }

    @Test
    void neverEndsAMonitorForAFilterThatTheProviderOnceTook() {
        Reader a = joined("a", World.slots("s"));
        Reader b = joined("b", World.transactions("x", 1));
        world.provider.rules = request -> "failed to create filter: whatever";
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(20));
        assertThat(a.ended()).isNull();
        assertThat(b.ended()).isNull();
        world.provider.rules = request -> null;
        world.pass(Backoff.CAP);
        assertFlows(a, b);
    }

    @Test
    void asksRarelyWhereItIsNotLetIn() {
        Reader a = joined("a", World.slots("s"));
        world.provider.callsEndWith = GrpcStatus.Code.UNAUTHENTICATED.with("No valid auth token");
        world.provider.streams().getFirst().end(GrpcStatus.Code.UNAVAILABLE.with("restart"));
        long requests = world.pool.stats().totals().requests();
        world.pass(Duration.ofMinutes(2));
        assertThat(world.pool.stats().totals().requests() - requests).isBetween(4L, 10L);
        assertThat(world.pool.stats().streams().getFirst().lastError()).contains("No valid auth token");
        assertThat(a.ended()).isNull();
    }

    @Test
    void cutsOffOnlyTheReaderThatDoesNotRead() {
        World small = new World(
                        6,
                        PoolConfig.DEFAULT.withMailbox(
                                new MailboxLimits(50, 1 << 20, MailboxLimits.OverrunPolicy.DISCONNECT)))
                .running();
        Reader slow = small.monitor("slow");
        Reader quick = small.monitor("quick");
        slow.ask(World.transactions("x"));
        quick.ask(World.transactions("x"));
        slow.stalled = true;
        small.pass(Duration.ofSeconds(20));

        assertThat(slow.stream.waiting()).isEqualTo(50);
        slow.stalled = false;
        assertThat(Objects.requireNonNull(slow.ended()).code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
        assertThat(slow.received).hasSize(50);
        assertThat(quick.received).hasSizeGreaterThan(150);
        assertThat(quick.ended()).isNull();
        assertThat(small.pool.stats().totals().overruns()).isEqualTo(1);
        assertThat(small.pool.stats().monitors()).hasSize(1);
    }

    @Test
    void routesOnThroughMalformedUpdates() {
        Reader a = joined("a", World.slots("s"));
        world.provider.streams().getFirst().writeBytes(new byte[] {(byte) 0xff});
        assertFlows(a);
        assertThat(world.pool.stats().totals().malformed()).isEqualTo(1);
        assertThat(world.pool.unroutable()).singleElement().satisfies(message -> {
            assertThat(message.length()).isEqualTo(1);
            assertThat(message.why()).isNotEmpty();
        });
        for (int length = 2; length < 300; length++) {
            world.provider.streams().getFirst().writeBytes(new byte[length]);
        }
        assertFlows(a);
        assertThat(world.pool.unroutable())
                .hasSize(UnroutableMessages.KEPT)
                .last()
                .satisfies(message -> assertThat(message.length()).isEqualTo(299));
    }

    @Test
    void countsWhatItHoldsBackWhileItRecoversInTheMemoryOfAllBuffers() {
        joined("a", World.transactions("x", 1));
        for (int i = 0; i < 20; i++) {
            world.provider.open().getFirst().cut("reset by peer");
            world.pass(Duration.ofMillis(7_300));
        }
        world.pass(Duration.ofSeconds(10));
        PoolStats.MemoryStats memory = world.pool.stats().memory();
        assertThat(memory.heldMost()).isPositive();
        assertThat(memory.usedMost()).isGreaterThanOrEqualTo(memory.heldMost());
        assertThat(memory.held()).isZero();
    }

    @Test
    void keepsEveryMonitorExactAcrossBreaks() {
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            readers.add(joined("m" + i, World.transactions("x", i)));
        }
        for (int i = 0; i < 10; i++) {
            world.provider.open().getFirst().cut("reset by peer");
            world.pass(Backoff.CAP.plusSeconds(1));
        }
        for (Reader reader : readers) {
            assertThat(reader.received).doesNotHaveDuplicates();
        }
        assertFlows(readers.toArray(Reader[]::new));
    }
}
