package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes up to the provider for those who share a call. */
class SharingTest {

    private static final Duration BATCH = PoolConfig.DEFAULT.batchMax();

    /** Without the calls on which filters are tried: only the pace of one call is looked at here. */
    private final World world = new World(3, PoolConfig.DEFAULT.withVetting(false)).running();

    private FakeProvider.Stream onlyStream() {
        assertThat(world.provider.streams()).hasSize(1);
        return world.provider.streams().getFirst();
    }

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader = world.monitor(id);
        reader.ask(request);
        world.pass(Duration.ofSeconds(1));
        return reader;
    }

    @Test
    void sendsEqualFiltersOnce() {
        joined("a", World.transactions("x", 1));
        joined("b", World.transactions("y", 1));
        joined("c", World.transactions("x", 2));
        assertThat(onlyStream().lastRequest().getTransactionsCount()).isEqualTo(2);
    }

    @Test
    void sendsEqualFiltersOfOneMonitorOnceAndGivesBothNames() {
        SubscribeRequest twice = SubscribeRequest.newBuilder()
                .mergeFrom(World.transactions("x", 1))
                .mergeFrom(World.transactions("y", 1))
                .build();
        Reader reader = joined("a", twice);
        world.pass(Duration.ofSeconds(3));
        assertThat(onlyStream().lastRequest().getTransactionsCount()).isEqualTo(1);
        assertThat(reader.received)
                .isNotEmpty()
                .allSatisfy(update -> assertThat(update.getFiltersList()).containsExactlyInAnyOrder("x", "y"));
    }

    @Test
    void givesOneBlockPerNameWhereAllShareOneFilter() {
        SubscribeRequest blocks = SubscribeRequest.newBuilder()
                .putBlocks("x", SubscribeRequestFilterBlocks.getDefaultInstance())
                .putBlocks("y", SubscribeRequestFilterBlocks.getDefaultInstance())
                .build();
        Reader reader = joined("a", blocks);
        world.pass(Duration.ofSeconds(3));
        assertThat(onlyStream().lastRequest().getBlocksCount()).isEqualTo(1);
        assertThat(reader.received)
                .isNotEmpty()
                .allSatisfy(update -> assertThat(update.getFiltersList()).hasSize(1));
        assertThat(reader.received.stream()
                        .filter(update -> update.getFilters(0).equals("x"))
                        .count())
                .isEqualTo(reader.received.stream()
                        .filter(update -> update.getFilters(0).equals("y"))
                        .count());
    }

    @Test
    void sendsAWholeRequestEachTime() {
        joined("a", World.transactions("x", 1));
        joined("b", World.accounts("x", 2));
        SubscribeRequest last = onlyStream().lastRequest();
        assertThat(last.getTransactionsCount()).isEqualTo(1);
        assertThat(last.getAccountsCount()).isEqualTo(1);
        assertThat(last.getSlotsCount()).as("the epoch").isEqualTo(1);
        assertThat(last.getBlocksMetaCount()).as("the seal").isEqualTo(1);
    }

    @Test
    void givesEveryRequestAnEpochOfItsOwn() {
        joined("a", World.transactions("x", 1));
        joined("b", World.accounts("x", 2));
        joined("c", World.accounts("x", 3));
        List<SubscribeRequest> requests = onlyStream().requests;
        assertThat(requests).hasSize(3);
        assertThat(requests.stream()
                        .map(request -> request.getSlotsMap().keySet())
                        .distinct())
                .hasSize(3);
    }

    @Test
    void sendsNothingForAMonitorWhoseFiltersAreThereAlready() {
        joined("a", World.transactions("x", 1));
        Reader second = joined("b", World.transactions("y", 1));
        world.pass(Duration.ofSeconds(2));
        assertThat(onlyStream().requests).hasSize(1);
        assertThat(second.received).isNotEmpty();
    }

    @Test
    void keepsFiltersForAMonitorThatComesBackAndThenLetsThemGo() {
        Reader staying = joined("a", World.accounts("x", 2));
        Reader leaving = joined("b", World.transactions("x", 1));
        int before = onlyStream().requests.size();
        leaving.stream.close();
        world.pass(Duration.ofSeconds(29));
        assertThat(onlyStream().requests).hasSize(before);
        assertThat(world.pool.stats().streams().getFirst().lingering()).isEqualTo(1);
        assertThat(world.pool.stats().totals().unrouted()).as("counted").isPositive();

        Reader back = joined("b", World.transactions("z", 1));
        assertThat(onlyStream().requests).as("its filter was still there").hasSize(before);
        back.stream.close();
        world.pass(Duration.ofSeconds(31));
        assertThat(onlyStream().lastRequest().getTransactionsCount()).isZero();
        assertThat(onlyStream().lastRequest().getAccountsCount()).isEqualTo(1);
        assertThat(staying.received).isNotEmpty();
    }

    @Test
    void leavesAStreamNobodyWantsWhenNothingLingersAnyMore() {
        Reader reader = joined("a", World.transactions("x", 1));
        reader.stream.close();
        world.pass(Duration.ofSeconds(29));
        assertThat(world.provider.streams()).hasSize(1);
        world.pass(Duration.ofSeconds(2));
        assertThat(world.provider.streams()).isEmpty();
        assertThat(world.pool.stats().streams()).isEmpty();
    }

    @Test
    void neverUsesALabelTwice() {
        joined("a", World.slots("s"));
        String first = onlyStream().lastRequest().getSlotsMap().keySet().toString();
        Reader other = joined("b", World.transactions("x", 1));
        String label = onlyStream()
                .lastRequest()
                .getTransactionsMap()
                .keySet()
                .iterator()
                .next();
        other.stream.close();
        world.pass(Duration.ofSeconds(31));
        joined("c", World.transactions("x", 1));
        assertThat(onlyStream().lastRequest().getTransactionsMap().keySet()).doesNotContain(label);
        assertThat(first).isNotEmpty();
    }

    @Test
    void sendsTheFirstAtOnceAndCollectsWhatFollows() {
        joined("a", World.slots("s"));
        int before = onlyStream().requests.size();
        world.monitor("b").ask(World.transactions("x", 1));
        world.time.runDue();
        assertThat(onlyStream().requests).hasSize(before + 1);
        world.monitor("c").ask(World.transactions("x", 2));
        world.monitor("d").ask(World.transactions("x", 3));
        world.pass(BATCH.minusMillis(1));
        assertThat(onlyStream().requests).hasSize(before + 1);
        world.pass(Duration.ofMillis(1));
        assertThat(onlyStream().requests).hasSize(before + 2);
        assertThat(onlyStream().lastRequest().getTransactionsCount()).isEqualTo(3);
    }

    @Test
    void letsNobodyWaitForARequestThatOnlyLetsFiltersGo() {
        joined("a", World.slots("s"));
        joined("b", World.transactions("x", 1)).stream.close();
        world.pass(PoolConfig.DEFAULT.linger().minusMillis(1));
        int before = onlyStream().requests.size();
        world.pass(Duration.ofMillis(2));
        assertThat(onlyStream().requests).as("the filter is let go").hasSize(before + 1);
        world.monitor("c").ask(World.transactions("x", 2));
        world.pass(PoolConfig.DEFAULT.batchMin());
        assertThat(onlyStream().requests).hasSize(before + 2);
    }

    @Test
    void waitsShorterWhenMuchHasCollected() {
        joined("a", World.slots("s"));
        Reader first = world.monitor("b");
        first.ask(World.accounts("x", 1));
        world.time.runDue();
        int before = onlyStream().requests.size();
        for (int key = 0; key < PoolConfig.DEFAULT.batchSize() - 1; key++) {
            first.ask(World.accounts("x", 2, key));
            world.time.runDue();
        }
        world.pass(PoolConfig.DEFAULT.batchMin());
        assertThat(onlyStream().requests).hasSize(before);
        first.ask(World.accounts("x", 3));
        world.time.runDue();
        assertThat(onlyStream().requests).hasSize(before + 1);
    }

    @Test
    void keepsMonitorsOfDifferentCommitmentOnDifferentCalls() {
        joined("a", World.transactions("x", 1));
        joined(
                "b",
                World.transactions("x", 1).toBuilder()
                        .setCommitment(CommitmentLevel.CONFIRMED)
                        .build());
        joined(
                "c",
                World.transactions("x", 2).toBuilder()
                        .setCommitment(CommitmentLevel.PROCESSED)
                        .build());
        assertThat(world.provider.streams()).hasSize(2);
        assertThat(world.provider.open()).as("connections").hasSize(1);
    }

    @Test
    void movesAMonitorThatChangesItsCommitment() {
        Reader reader = joined("a", World.slots("s"));
        joined("b", World.transactions("x", 1));
        reader.ask(World.transactions("x", 1).toBuilder()
                .setCommitment(CommitmentLevel.FINALIZED)
                .build());
        world.pass(Duration.ofSeconds(2));
        assertThat(world.stats("a").streamId()).isNotEqualTo(world.stats("b").streamId());
        assertThat(world.stats("a").active()).isTrue();
        assertThat(world.pool.stats().streams().getFirst().monitors()).isEqualTo(1);
    }

    @Test
    void servesAMonitorThatAsksForNothingAtFirst() {
        Reader reader = joined("a", SubscribeRequest.getDefaultInstance());
        assertThat(world.provider.streams()).isEmpty();
        reader.ask(World.slots("s"));
        world.pass(Duration.ofSeconds(2));
        assertThat(reader.received).isNotEmpty();
        reader.ask(SubscribeRequest.getDefaultInstance());
        world.time.runDue();
        int received = reader.received.size();
        world.pass(Duration.ofSeconds(2));
        assertThat(reader.received).hasSize(received);
        assertThat(reader.ended()).isNull();
    }

    @Test
    void holdsBackRequestsThatTheProviderDoesNotSeemToApply() {
        Reader reader = joined("a", World.slots("s"));
        world.provider.silent = true;
        int before = onlyStream().requests.size();
        for (int i = 0; i < 120; i++) {
            reader.ask(World.transactions("x", i % 7, i % 6));
            for (int j = 0; j < 10; j++) {
                reader.ask(World.accounts("y", i % 7, j % 8));
                world.pass(Duration.ofMillis(4));
            }
        }
        assertThat(onlyStream().requests.size() - before).isLessThanOrEqualTo(64);
    }

    @Test
    void answersPingsAtMostEveryTenSeconds() {
        joined("a", World.slots("s"));
        world.pass(Duration.ofSeconds(35));
        assertThat(onlyStream().pings).isBetween(3, 4);
    }
}
