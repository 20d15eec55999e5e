package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is kept of connections that are gone. */
class ClosedConnectionsTest {

    private final World world = new World(31).running();

    @Test
    void remembersWhyAConnectionEndedAndWhatCameOnIt() {
        world.monitor("a", Group.HIGH).ask(World.slots("s"));
        world.pass(Duration.ofSeconds(5));
        PoolStats before = world.pool.stats();
        assertThat(before.totals().connected()).isEqualTo(1);
        assertThat(before.totals().connectNanos()).isPositive();
        assertThat(world.pool.closedConnections(10)).isEmpty();

        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(1));
        List<ClosedConnection> closed = world.pool.closedConnections(10);
        assertThat(closed).hasSize(1);
        ClosedConnection gone = closed.getFirst();
        assertThat(gone.id()).isEqualTo(before.connections().getFirst().id());
        assertThat(gone.group()).contains(Group.HIGH);
        assertThat(gone.reason()).contains("reset by peer");
        assertThat(gone.wasReady()).isTrue();
        assertThat(Duration.ofNanos(gone.readyNanos())).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
        assertThat(gone.updates()).isPositive();
        assertThat(gone.bytes()).isPositive();
        assertThat(gone.lastSealedSlot()).isPresent();
        assertThat(gone.closedAt()).isAfter(gone.begunAt());
        assertThat(world.pool.stats().totals().closedConnections()).isEqualTo(1);
        assertThat(world.pool.stats().events())
                .extracting(PoolEvent::kind)
                .containsExactly("connected", "connection-lost", "connected");
    }

    @Test
    void tellsTheNewestFirstAndNoMoreThanIsAsked() {
        world.monitor("a").ask(World.slots("s"));
        for (int i = 0; i < 3; i++) {
            world.pass(Duration.ofSeconds(5));
            world.provider.open().getFirst().cut("cut " + i);
        }
        world.pass(Duration.ofSeconds(1));
        assertThat(world.pool.closedConnections(2))
                .extracting(ClosedConnection::reason)
                .satisfiesExactly(
                        newest -> assertThat(newest).contains("cut 2"),
                        older -> assertThat(older).contains("cut 1"));
    }

    @Test
    void anOrderToReconnectEndsAConnectionWithoutCallingItLost() {
        world.monitor("a").ask(World.slots("s"));
        world.pass(Duration.ofSeconds(5));
        world.pool.reconnect(world.pool.stats().connections().getFirst().id());
        world.pass(Duration.ofSeconds(40));
        assertThat(world.pool.closedConnections(10))
                .extracting(ClosedConnection::reason)
                .containsExactly("replaced by connection 2");
        assertThat(world.pool.stats().events())
                .extracting(PoolEvent::kind)
                .containsExactly("connected", "connection-replaced");
    }

    @Test
    void aConnectionThatNobodyNeedsSaysSo() {
        Reader reader = world.monitor("a");
        reader.ask(World.slots("s"));
        world.pass(Duration.ofSeconds(5));
        reader.stream.close();
        world.pass(Duration.ofMinutes(7));
        assertThat(world.pool.closedConnections(10))
                .extracting(ClosedConnection::reason)
                .containsExactly("not needed for 300 s");
    }

    @Test
    void keepsWhatIsToldFromOutsideAmongTheEvents() {
        world.pool.note("order", "", "somebody reconnected connection 1");
        world.pass(Duration.ofMillis(1));
        assertThat(world.events()).extracting(PoolEvent::text).containsExactly("somebody reconnected connection 1");
        assertThat(world.pool.recent(ByteString.EMPTY)).isEqualTo(Optional.empty());
    }
}
