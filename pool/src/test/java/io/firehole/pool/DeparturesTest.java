package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.profile.Profiles;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A provider that allows few streams must have heard of the end of one before another one takes its room. */
class DeparturesTest {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration STEP = Duration.ofMillis(1);

    private static World allowing(int streams) {
        return new World(
                        5,
                        PoolConfig.DEFAULT.withProfile(
                                Profiles.named("open").with(Map.of("streams.per-account", String.valueOf(streams)))))
                .running();
    }

    /** One that allows two streams, while there is a monitor on one of them and a trial on the other. */
    private static World trying() {
        World world = allowing(2);
        world.monitor("first").ask(World.slots("s"));
        world.pass(SOON);
        world.monitor("tried").ask(World.transactions("x", 1));
        await(world, () -> world.provider.streams().size() == 2);
        return world;
    }

    private static SubscribeRequest confirmed() {
        return World.slots("s").toBuilder()
                .setCommitment(CommitmentLevel.CONFIRMED)
                .build();
    }

    /** Lets time pass until something is so. */
    private static void await(World world, BooleanSupplier so) {
        for (int i = 0; i < 5_000 && !so.getAsBoolean(); i++) {
            world.pass(STEP);
        }
        assertThat(so.getAsBoolean()).isTrue();
    }

    private static void assertOpensOnlyWhenTheEndWasHeardOf(World world, long subscribes) {
        world.pass(Departures.HEARD_AFTER.minus(STEP.multipliedBy(2)));
        assertThat(world.provider.subscribes).isEqualTo(subscribes);
        world.pass(SOON);
        assertThat(world.provider.subscribes).isEqualTo(subscribes + 1);
    }

    @Test
    void aStreamThatTakesTheRoomOfOneThatIsGivenUpWaits() {
        World world = allowing(1);
        Reader first = world.monitor("first");
        first.ask(World.slots("s"));
        world.pass(SOON);
        first.stream.close();
        world.pass(SOON);

        world.monitor("second").ask(confirmed());
        await(world, () -> world.provider.streams().isEmpty());
        assertOpensOnlyWhenTheEndWasHeardOf(world, 1);
        assertThat(world.stats("second").active()).isTrue();
    }

    @Test
    void aStreamThatTakesTheRoomOfATrialWaits() {
        World world = trying();

        world.monitor("second").ask(confirmed());
        await(world, () -> world.provider.streams().size() == 1);
        assertOpensOnlyWhenTheEndWasHeardOf(world, 2);
        assertThat(world.stats("second").active()).isTrue();
    }

    @Test
    void theSameStreamOnAnotherConnectionWaits() {
        World world = allowing(1);
        Reader first = world.monitor("first");
        first.ask(World.slots("s"));
        world.pass(SOON);
        world.pool.reconnect(world.pool.stats().connections().getFirst().id());
        await(world, () -> world.provider.streams().isEmpty());
        assertOpensOnlyWhenTheEndWasHeardOf(world, 1);
        assertThat(first.ended()).isNull();
    }

    @Test
    void aTrialAfterAnotherWaitsAndIsNotLeftOut() {
        World world = trying();
        await(world, () -> world.provider.streams().size() == 1);

        world.monitor("next").ask(World.transactions("x", 2));
        assertOpensOnlyWhenTheEndWasHeardOf(world, 2);
        assertThat(world.pool.stats().vetting().untriable()).isZero();
        assertThat(world.stats("next").active()).isTrue();
    }
}
