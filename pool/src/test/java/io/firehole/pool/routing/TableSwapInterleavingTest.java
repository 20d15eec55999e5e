package io.firehole.pool.routing;

import static io.firehole.pool.Interleavings.check;
import static io.firehole.pool.Interleavings.together;
import static io.firehole.pool.Interleavings.tryAll;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A routing table that is swapped by the control thread while the event loop routes, in every order of their steps. */
@Timeout(300)
class TableSwapInterleavingTest {

    private static final byte[] UNDER_FIRST = meta("0");
    private static final byte[] UNDER_SECOND = meta("1");

    private static final Router.Events NOBODY = new Router.Events() {
        @Override
        public void progressed() {}

        @Override
        public void pinged() {}
    };

    /**
     * A block meta, since a call does not remember its identity: to find out whether it has one, it runs through more slots
     * than the 50 turns of a loop after which Lincheck takes it for an endless one.
     */
    private static byte[] meta(String label) {
        return SubscribeUpdate.newBuilder()
                .addFilters(label)
                .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder().setSlot(7))
                .build()
                .toByteArray();
    }

    /** Event loop only, as every recipient. */
    private static final class Counted extends Recipient {

        int begun;
        int received;

        @Override
        protected void begin() {
            begun++;
        }

        @Override
        protected boolean isOver() {
            return false;
        }

        @Override
        protected void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos) {
            check(begun == 1, "an update came " + begun + " beginnings in");
            received++;
        }

        @Override
        public void abandon() {}

        @Override
        public boolean isAbandoned() {
            return false;
        }
    }

    /** One monitor is served by request 1; a second one comes with request 2, of which the table must know before it is sent. */
    private static final class World {

        final Counted first = new Counted();
        final Counted second = new Counted();
        final Term firstTerm = new Term(first, 1);
        final Term secondTerm = new Term(second, 2);
        final LabelRouter router =
                new LabelRouter(() -> 0, NOBODY, new RoutingTable(List.of(toFirst()), List.of(firstTerm)));
        final AtomicBoolean sent = new AtomicBoolean();

        World() {
            router.route(UNDER_FIRST);
        }

        private Route toFirst() {
            return new Route(0, 1, List.of(new Target(firstTerm, Target.NEVER, List.of("a"))));
        }

        RoutingTable withBoth() {
            Route toSecond = new Route(1, 2, List.of(new Target(secondTerm, Target.NEVER, List.of("b"))));
            return new RoutingTable(List.of(toFirst(), toSecond), List.of(secondTerm));
        }

        void routeAll() {
            router.route(UNDER_FIRST);
            boolean asked = sent.get();
            if (asked) {
                router.route(UNDER_SECOND);
                router.route(UNDER_FIRST);
            }
            check(first.received == (asked ? 3 : 2), "the monitor that stays got " + first.received);
            check(first.begun == 1, "the monitor that stays began " + first.begun + " times");
            check(second.received == (asked ? 1 : 0), "the monitor that comes got " + second.received);
            check(second.begun == second.received, "the monitor that comes began " + second.begun + " times");
        }
    }

    @Test
    void servesEverybodyWhileSomebodyJoins() {
        tryAll(() -> {
            World world = new World();
            together(
                    () -> {
                        world.router.use(world.withBoth());
                        world.sent.set(true);
                    },
                    world::routeAll);
        });
    }

    @Test
    void servesWhoStaysWhileSomebodyLeaves() {
        tryAll(() -> {
            World world = new World();
            world.router.use(world.withBoth());
            world.router.route(UNDER_SECOND);
            int before = world.second.received;
            together(() -> world.router.use(new RoutingTable(List.of(world.toFirst()), List.of())), () -> {
                world.router.route(UNDER_SECOND);
                world.router.route(UNDER_FIRST);
                world.router.route(UNDER_SECOND);
            });
            check(world.first.received == 2, "the monitor that stays got " + world.first.received);
            int after = world.second.received - before;
            check(after >= 0 && after <= 2, "the monitor that leaves got " + after);
            world.router.route(UNDER_SECOND);
            check(world.second.received == before + after, "the monitor that has left got something");
            check(world.second.begun == 1, "the monitor that leaves began anew");
        });
    }

    /** The order in which the control thread must do the two. */
    @Test
    void wouldLoseAnUpdateIfTheRequestWereSentBeforeTheTableIsSwapped() {
        assertThatThrownBy(() -> tryAll(() -> {
                    World world = new World();
                    together(
                            () -> {
                                world.sent.set(true);
                                world.router.use(world.withBoth());
                            },
                            world::routeAll);
                }))
                .isInstanceOf(AssertionError.class);
    }
}
