package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterVerdict;
import io.firehole.filters.profile.Profiles;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people are told who ask how a monitor is served. */
class ExplanationTest {

    private World world = new World(9).running();

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader = world.monitor(id);
        reader.ask(request);
        world.pass(Duration.ofSeconds(2));
        return reader;
    }

    private MonitorExplanation.Stream only(String id) {
        MonitorExplanation explanation = world.pool.explain(id).orElseThrow();
        assertThat(explanation.id()).isEqualTo(id);
        assertThat(explanation.streams()).hasSize(1);
        return explanation.streams().getFirst();
    }

    @Test
    void knowsNothingOfAMonitorThatIsNotThere() {
        assertThat(world.pool.explain("nobody")).isEmpty();
        assertThat(world.pool.explain("nobody", ByteString.copyFrom(new byte[64])))
                .isEmpty();
    }

    @Test
    void saysWhoSharesAStreamAndWhoALabel() {
        joined(
                "a",
                SubscribeRequest.newBuilder()
                        .mergeFrom(World.transactions("x", 1))
                        .mergeFrom(World.accounts("y", 2))
                        .build());
        joined("b", World.transactions("mine", 1));
        joined("c", World.slots("s"));

        MonitorExplanation.Stream a = only("a");
        assertThat(a.group()).isEqualTo(Group.MEDIUM);
        assertThat(a.dedicated()).isFalse();
        assertThat(a.streamId()).isEqualTo(world.stats("a").streamId());
        assertThat(a.connectionId()).isEqualTo(world.stats("a").connectionId());
        assertThat(a.description()).isEqualTo("processed");
        assertThat(a.reason()).contains("group medium", "as are 2 others");
        assertThat(a.active()).isTrue();
        assertThat(a.activeFromSlot()).isPresent();
        assertThat(a.companions()).containsExactly("b", "c");
        MonitorExplanation.Filter accounts = a.filters().get(0);
        assertThat(accounts.kind()).isEqualTo(FilterKind.ACCOUNTS);
        assertThat(accounts.name()).isEqualTo("y");
        assertThat(accounts.sharedWith()).isEmpty();
        MonitorExplanation.Filter transactions = a.filters().get(1);
        assertThat(transactions.filter()).isEqualTo(World.transactions("x", 1).getTransactionsOrThrow("x"));
        assertThat(transactions.union()).isEmpty();
        assertThat(transactions.sharedWith()).containsExactly("b");
        assertThat(transactions.label())
                .isEqualTo(only("b").filters().getFirst().label());
        assertThat(world.provider.streams().getFirst().lastRequest().getTransactionsMap())
                .containsKey(transactions.label().orElseThrow());
    }

    @Test
    void saysWhatAFilterTravelsInWhereTheProviderAllowsOnlyOne() {
        world = new World(
                        9,
                        PoolConfig.DEFAULT.withProfile(Profiles.named("open")
                                .with(Map.of("transactions.max", "1", "streams.per-account", "1"))))
                .running();
        joined("a", World.transactions("x", 1));
        joined("b", World.transactions("y", 2));
        MonitorExplanation.Filter filter = only("a").filters().getFirst();
        MonitorExplanation.Union union = filter.union().orElseThrow();
        assertThat(union.filters()).isEqualTo(2);
        assertThat(union.filter()).isPresent();
        assertThat(world.provider.streams().getFirst().lastRequest().getTransactionsMap())
                .containsEntry(
                        filter.label().orElseThrow(),
                        World.transactions("z", 1, 2).getTransactionsOrThrow("z"));
        assertThat(filter.sharedWith()).containsExactly("b");
    }

    @Test
    void saysWhyAMonitorHasAStreamForItself() {
        Reader own = new Reader(world.time, world.pool, new Monitor("own", Group.LOW).asDedicated());
        own.ask(World.transactions("x", 1));
        Reader replay = world.monitor("replay");
        replay.ask(World.transactions("x", 1).toBuilder().setFromSlot(5).build());
        world.pass(Duration.ofSeconds(2));
        assertThat(only("own").dedicated()).isTrue();
        assertThat(only("own").reason()).contains("configured");
        assertThat(only("own").companions()).isEmpty();
        assertThat(only("own").filters())
                .extracting(MonitorExplanation.Filter::name)
                .containsExactly("x");
    }

    @Test
    void saysThatAMonitorAsksForNothing() {
        world.monitor("idle");
        world.pass(Duration.ofSeconds(1));
        assertThat(only("idle").reason()).isEqualTo("it asks for nothing");
        assertThat(only("idle").streamId()).isZero();
    }

    @Test
    void saysOfATransactionWhichFiltersLetItPassAndWhatKeptItFromTheOthers() {
        Reader taker = joined("taker", World.transactions("all"));
        joined(
                "some",
                SubscribeRequest.newBuilder()
                        .mergeFrom(World.transactions("few", 1, 2))
                        .mergeFrom(World.transactions("none", 77))
                        .mergeFrom(World.slots("s"))
                        .build());
        world.pass(Duration.ofSeconds(5));
        Reader some = joined("witness", World.transactions("few", 1, 2));
        world.pass(Duration.ofSeconds(5));
        ByteString got = signature(some.received.getFirst());
        TransactionExplanation explained = world.pool.explain("some", got).orElseThrow();
        assertThat(explained.slot())
                .hasValue(some.received.getFirst().getTransaction().getSlot());
        TransactionExplanation.Stream stream = explained.streams().getFirst();
        assertThat(stream.passes()).isTrue();
        assertThat(stream.caveat()).isEmpty();
        assertThat(stream.verdicts())
                .extracting(FilterVerdict::name, FilterVerdict::passes)
                .containsExactly(tuple("few", true), tuple("none", false));
        assertThat(stream.verdicts().get(1).objection())
                .hasValueSatisfying(text -> assertThat(text).startsWith("account_include: none of its 1 keys"));
        assertThat(taker.received).isNotEmpty();
    }

    @Test
    void saysThatATransactionWasBeforeTheMonitorWasServed() {
        Reader early = joined("early", World.transactions("all"));
        world.pass(Duration.ofSeconds(3));
        joined("late", World.transactions("all"));
        TransactionExplanation explained =
                world.pool.explain("late", signature(early.received.getFirst())).orElseThrow();
        assertThat(explained.streams().getFirst().passes()).isTrue();
        assertThat(explained.streams().getFirst().caveat()).isPresent();
    }

    @Test
    void saysHonestlyThatATransactionIsNotRemembered() {
        joined("a", World.transactions("all"));
        TransactionExplanation explained =
                world.pool.explain("a", ByteString.copyFrom(new byte[64])).orElseThrow();
        assertThat(explained.slot()).isEmpty();
        assertThat(explained.streams()).isEmpty();
        assertThat(explained.memory().transactions()).isPositive();
        assertThat(explained.memory().bytes()).isPositive();
        assertThat(explained.memory().oldestSlot()).isPresent();
    }

    @Test
    void remembersNothingWhereItIsToldSo() {
        world = new World(9, PoolConfig.DEFAULT.withRecentTransactionsBytes(0)).running();
        Reader reader = joined("a", World.transactions("all"));
        assertThat(reader.received).isNotEmpty();
        TransactionExplanation explained =
                world.pool.explain("a", signature(reader.received.getFirst())).orElseThrow();
        assertThat(explained.slot()).isEmpty();
        assertThat(explained.memory().transactions()).isZero();
    }

    private static ByteString signature(SubscribeUpdate update) {
        return update.getTransaction().getTransaction().getSignature();
    }
}
