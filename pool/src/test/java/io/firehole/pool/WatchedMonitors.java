package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Monitors of one world that pass from call to call, each with what a subscription of its own would have given it. */
final class WatchedMonitors {

    /** By then what is asked on the way must be in effect: a few slots, until the boundary. */
    static final Duration AT_THE_BOUNDARY = Duration.ofMillis(3_500);

    /** Long enough for a move. */
    static final Duration TO_MOVE = Duration.ofSeconds(6);

    private record Watched(Reader reader, DirectSubscription truth) {}

    private final World world;
    private final List<Watched> watched = new ArrayList<>();

    WatchedMonitors(World world) {
        this.world = world;
    }

    /** One more, which asks for that. */
    Reader joins(Reader reader, DirectSubscription truth, SubscribeRequest request) {
        truth.asks(world.time.nanos(), request);
        reader.ask(request);
        watched.add(new Watched(reader, truth));
        return reader;
    }

    /** It asks for something else. */
    void asks(Reader reader, SubscribeRequest request) {
        watched.stream()
                .filter(one -> one.reader().stream.equals(reader.stream))
                .forEach(one -> one.truth().asks(world.time.nanos(), request));
        reader.ask(request);
    }

    /** Whoever is on the way arrives, the chain ends, and everybody has got just what it should. */
    void assertNothingLostDoubledOrReordered(String as) {
        world.pass(TO_MOVE);
        world.chain.stop();
        world.pass(Duration.ofSeconds(3));
        assertSoFarNothingLostDoubledOrReordered(as);
        assertThat(watched).allSatisfy(one -> assertThat(one.reader().ended()).isNull());
        assertThat(world.pool.stats().gaps()).as(as).isEmpty();
    }

    void assertSoFarNothingLostDoubledOrReordered(String as) {
        for (Watched one : watched) {
            assertThat(one.truth().faultIn(one.reader().received, world.events))
                    .as("%s, monitor %s", as, one.reader().stream.monitor().id())
                    .isNull();
        }
    }
}
