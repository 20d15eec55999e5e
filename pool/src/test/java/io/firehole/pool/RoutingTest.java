package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoutingTest {

    private final World world = new World(1).running();

    @Test
    void bringsAMonitorItsOwnUpdatesUnderItsOwnNames() {
        Reader reader = world.monitor("a");
        reader.ask(World.transactions("mine", 1));
        world.pass(Duration.ofSeconds(5));

        assertThat(reader.received).isNotEmpty().allSatisfy(update -> {
            assertThat(update.hasTransaction()).isTrue();
            assertThat(update.getFiltersList()).containsExactly("mine");
        });
        assertThat(world.stats("a").active()).isTrue();
        assertThat(world.stats("a").activeFromSlot()).isPresent();
    }

    @Test
    void keepsTwoMonitorsApartThatUseTheSameName() {
        Reader first = world.monitor("a");
        Reader second = world.monitor("b");
        first.ask(World.accounts("pumpfun", 1));
        second.ask(World.accounts("pumpfun", 2));
        world.pass(Duration.ofSeconds(20));

        assertThat(first.received).isNotEmpty().extracting(RoutingTest::key).containsOnly(FakeChain.key(1));
        assertThat(second.received).isNotEmpty().extracting(RoutingTest::key).containsOnly(FakeChain.key(2));
    }

    private static String key(SubscribeUpdate update) {
        return io.firehole.filters.Base58.encode(
                update.getAccount().getAccount().getPubkey().toByteArray());
    }
}
