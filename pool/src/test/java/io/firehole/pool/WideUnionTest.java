package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.Profiles;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A provider that allows one filter of transactions, and filters which together ask for more than they want. */
class WideUnionTest {

    /** One transaction in three has key 0, and five in nine have key 0 or 1. */
    private static final double WIDENING_MAX = 1.3;

    private static final int NOBODY = 99;

    private final World world = new World(
                    8,
                    PoolConfig.DEFAULT
                            .withProfile(Profiles.named("open")
                                    .with(Map.of("transactions.max", "1", "streams.per-account", "1")))
                            .withWideningMax(WIDENING_MAX))
            .running();
    private final WatchedMonitors watched = new WatchedMonitors(world);

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader = watched.joins(
                world.monitor(id), new DirectSubscription(false, WatchedMonitors.AT_THE_BOUNDARY), request);
        world.pass(Duration.ofSeconds(1));
        return reader;
    }

    /** It wants next to nothing, but who is asked for it together with others must be asked for everything with key 1. */
    private static SubscribeRequest wide(int required) {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        "wide",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountInclude(FakeChain.key(1))
                                .addAccountRequired(FakeChain.key(required))
                                .build())
                .build();
    }

    private List<SubscribeRequestFilterTransactions> asked() {
        return List.copyOf(world.provider
                .streams()
                .getFirst()
                .lastRequest()
                .getTransactionsMap()
                .values());
    }

    private static SubscribeRequestFilterTransactions narrow() {
        return World.transactions("narrow", 0).getTransactionsOrThrow("narrow");
    }

    @Test
    void endsWhoCameLastAndAsksAtOnceForWhatTheOthersWant() {
        joined("narrow", World.transactions("narrow", 0));
        Reader last = world.monitor("last");
        last.ask(wide(NOBODY));
        world.pass(Duration.ofSeconds(60));
        assertThat(last.ended()).as("before there is enough to judge by").isNull();
        assertThat(asked()).doesNotContain(narrow());

        world.pass(Duration.ofMinutes(2));
        GrpcStatus end = Objects.requireNonNull(last.ended());
        assertThat(end.code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
        assertThat(end.message())
                .contains("transactions.max", "profile open", "limit 1.3 times", "pool.widening-max")
                .containsPattern("brought \\d{4} updates for \\d{3}");
        assertThat(world.pool.stats().events())
                .filteredOn(event -> event.kind().equals("too-wide"))
                .singleElement()
                .satisfies(event -> assertThat(event.monitorId()).isEqualTo("last"));
        assertThat(asked()).containsExactly(narrow());
        watched.assertNothingLostDoubledOrReordered("the one that stays");
    }

    @Test
    void blamesNobodyForWhatSomebodyWantedWhoHasLeft() {
        joined("narrow", World.transactions("narrow", 0));
        Reader leaving = joined("leaving", wide(2));
        leaving.stream.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(asked()).as("at once, and not when it has lingered").containsExactly(narrow());
        world.pass(Duration.ofMinutes(3));
        assertThat(world.pool.stats().events())
                .filteredOn(event -> event.kind().equals("too-wide"))
                .isEmpty();
        assertThat(world.pool.stats().monitors()).hasSize(1);
    }

    @Test
    void judgesAnewByWhatComesForThoseWhoStay() {
        joined("narrow", World.transactions("narrow", 0));
        Reader second = world.monitor("second");
        second.ask(wide(NOBODY));
        world.pass(Duration.ofSeconds(1));
        Reader third = world.monitor("third");
        third.ask(wide(NOBODY + 1));
        world.pass(Duration.ofMinutes(5));
        assertThat(third.ended()).isNotNull();
        assertThat(second.ended()).isNotNull();
        assertThat(world.pool.stats().events())
                .filteredOn(event -> event.kind().equals("too-wide"))
                .extracting(PoolEvent::monitorId)
                .containsExactlyInAnyOrder("third", "second");
        assertThat(asked()).containsExactly(narrow());
        watched.assertNothingLostDoubledOrReordered("the one that stays");
    }
}
