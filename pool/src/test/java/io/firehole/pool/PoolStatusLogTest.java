package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolStatusLogTest {

    private final World world = new World(7).running();
    private final List<List<String>> told = new ArrayList<>();

    @Test
    void tellsEveryTenSecondsUntilItIsClosed() {
        world.monitor("a").ask(World.transactions("x", 1));
        world.pass(Duration.ofSeconds(1));
        PoolStatusLog status = PoolStatusLog.start(world.pool::stats, world.time, told::add);
        world.pass(PoolStatusLog.EVERY.minusMillis(1));
        assertThat(told).isEmpty();
        world.pass(Duration.ofSeconds(51));
        assertThat(told).hasSize(6).allSatisfy(lines -> {
            assertThat(lines.getFirst())
                    .startsWith("status: connections 1/1 healthy (at most 15), budget none, monitors 1");
            assertThat(lines.get(1)).contains("a ", "connection 1", "updates", "/s");
        });
        status.close();
        world.pass(Duration.ofMinutes(1));
        assertThat(told).hasSize(6);
    }

    @Test
    void goesOnAfterSomethingWentWrong() {
        PoolStatusLog.start(world.pool::stats, world.time, lines -> {
            told.add(lines);
            throw new IllegalStateException("a full disk");
        });
        world.pass(Duration.ofSeconds(35));
        assertThat(told).hasSize(3);
    }
}
