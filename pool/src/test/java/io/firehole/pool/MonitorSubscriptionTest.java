package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The subscription of a Java program, beside a monitor that asks the same and reads for itself. */
class MonitorSubscriptionTest {

    private static final SubscribeRequest INVALID = SubscribeRequest.newBuilder()
            .putTransactions(
                    "x",
                    SubscribeRequestFilterTransactions.newBuilder()
                            .addAccountInclude("no key!")
                            .build())
            .build();

    private final World world = new World(5).running();
    private final Heard heard = new Heard();

    private static class Heard implements MonitorListener {
        final List<SubscribeUpdate> updates = new ArrayList<>();
        final List<GrpcStatus> ends = new ArrayList<>();

        @Override
        public void onUpdate(SubscribeUpdate update) {
            assertThat(ends).isEmpty();
            updates.add(update);
        }

        @Override
        public void onEnd(GrpcStatus why) {
            ends.add(why);
        }
    }

    private MonitorSubscription subscribe(SubscribeRequest request, MonitorListener listener) {
        return subscribe(world, request, listener);
    }

    private static MonitorSubscription subscribe(World world, SubscribeRequest request, MonitorListener listener) {
        try {
            return world.pool.subscribe("here", request, listener);
        } catch (InvalidFilterException invalid) {
            throw new AssertionError(invalid);
        }
    }

    @Test
    void tellsWhatAMonitorOfTheGatewayGetsInItsOrder() {
        MonitorSubscription subscription = subscribe(World.transactions("x", 1, 2), heard);
        Reader beside = world.monitor("beside");
        beside.ask(World.transactions("x", 1, 2));
        world.pass(Duration.ofSeconds(5));

        assertThat(heard.updates).hasSizeGreaterThan(10).isEqualTo(beside.received);
        assertThat(subscription.count()).isEqualTo(heard.updates.size());
        assertThat(subscription.activeFromSlot()).isPresent();
        assertThat(subscription.ended()).isEmpty();
        assertThat(world.stats("here").streamId())
                .as("the path of all monitors")
                .isEqualTo(world.stats("beside").streamId());
    }

    @Test
    void changesItsFiltersOnTheSameStream() throws Exception {
        MonitorSubscription subscription = subscribe(World.transactions("x", 1), heard);
        world.pass(Duration.ofSeconds(2));
        subscription.change(World.slots("s"));
        world.pass(Duration.ofSeconds(2));

        List<String> names = heard.updates.stream()
                .map(update -> update.getFilters(0))
                .distinct()
                .toList();
        assertThat(names).containsExactly("x", "s");
        assertThat(world.provider.streams()).hasSize(1);
    }

    @Test
    void refusesAnInvalidRequestWithTheWordsOfTheReferenceAndOpensNothing() {
        assertThatThrownBy(() -> world.pool.subscribe("here", INVALID, heard))
                .isInstanceOfSatisfying(
                        InvalidFilterException.class,
                        invalid -> assertThat(invalid.statusMessage())
                                .isEqualTo("failed to create filter: Invalid Base58 string"));
        world.pass(Duration.ofSeconds(1));
        assertThat(heard.ends).isEmpty();
        assertThat(world.pool.stats().monitors()).isEmpty();
    }

    @Test
    void endsWithInvalidArgumentWhenItIsChangedToAnInvalidRequest() {
        MonitorSubscription subscription = subscribe(World.transactions("x", 1), heard);
        world.pass(Duration.ofSeconds(2));
        assertThatThrownBy(() -> subscription.change(INVALID)).isInstanceOf(InvalidFilterException.class);
        world.pass(Duration.ofSeconds(2));
        assertThat(heard.ends)
                .containsExactly(
                        GrpcStatus.Code.INVALID_ARGUMENT.with("failed to create filter: Invalid Base58 string"));
        assertThat(subscription.ended()).contains(heard.ends.getFirst());
    }

    @Test
    void refusesAPingWhichAsksForNothingAndGoesOn() {
        SubscribeRequest ping = SubscribeRequest.newBuilder()
                .setPing(SubscribeRequestPing.newBuilder().setId(1))
                .build();
        MonitorSubscription subscription = subscribe(World.transactions("x", 1), heard);
        assertThatThrownBy(() -> subscription.change(ping)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> world.pool.subscribe("here", ping, heard))
                .isInstanceOf(IllegalArgumentException.class);
        world.pass(Duration.ofSeconds(2));
        assertThat(heard.updates).isNotEmpty();
    }

    @Test
    void isCutOffAloneWhenItsListenerIsTooSlowForItsMailbox() {
        World small = new World(
                        5,
                        PoolConfig.DEFAULT
                                .withIntegritySamplesPerSecond(0)
                                .withMailbox(new MailboxLimits(
                                        20,
                                        1 << 20,
                                        PoolConfig.DEFAULT.mailbox().policy())))
                .running();
        Deque<Runnable> busy = new ArrayDeque<>();
        small.callbacks = busy::add;
        MonitorSubscription subscription = subscribe(small, World.transactions("x", 1, 2, 3), heard);
        Reader beside = small.monitor("beside");
        beside.ask(World.transactions("x", 1, 2, 3));
        small.pass(Duration.ofSeconds(20));

        assertThat(busy).as("one turn is under way, however much comes").hasSize(1);
        assertThat(subscription.count()).isZero();
        busy.remove().run();
        assertThat(heard.updates).as("what fitted").hasSize(20);
        assertThat(heard.ends)
                .singleElement()
                .satisfies(end -> assertThat(end.code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED));
        assertThat(beside.received).hasSizeGreaterThan(20);
        assertThat(beside.ended()).isNull();
    }

    @Test
    void endsWhenItsListenerFailsInsteadOfPassingOverAnUpdate() {
        List<SubscribeUpdate> before = new ArrayList<>();
        MonitorSubscription subscription = subscribe(World.transactions("x", 1), new Heard() {
            @Override
            public void onUpdate(SubscribeUpdate update) {
                if (before.size() == 3) {
                    throw new IllegalStateException("no more");
                }
                before.add(update);
            }

            @Override
            public void onEnd(GrpcStatus why) {
                heard.onEnd(why);
            }
        });
        world.pass(Duration.ofSeconds(10));
        assertThat(before).hasSize(3);
        assertThat(subscription.count()).isEqualTo(3);
        assertThat(heard.ends)
                .containsExactly(
                        GrpcStatus.Code.UNKNOWN.with("the listener failed: java.lang.IllegalStateException: no more"));
        assertThat(world.pool.stats().monitors()).as("its place is free").isEmpty();
    }

    @Test
    void tellsNothingButItsEndOnceItIsClosed() {
        MonitorSubscription[] itself = new MonitorSubscription[1];
        MonitorSubscription subscription = subscribe(World.transactions("x", 1), new Heard() {
            @Override
            public void onUpdate(SubscribeUpdate update) {
                heard.onUpdate(update);
                itself[0].close();
            }

            @Override
            public void onEnd(GrpcStatus why) {
                heard.onEnd(why);
            }
        });
        itself[0] = subscription;
        world.pass(Duration.ofSeconds(5));
        subscription.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(heard.updates).hasSize(1);
        assertThat(heard.ends).containsExactly(GrpcStatus.OK);
    }

    @Test
    void tellsItsEndWhenThePoolCloses() {
        subscribe(World.transactions("x", 1), heard);
        world.pass(Duration.ofSeconds(2));
        world.pool.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(heard.ends)
                .singleElement()
                .satisfies(why -> assertThat(why.code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE));
    }

    @Test
    void givesTheBytesToAListenerThatWantsThem() {
        List<Delivery> raw = new ArrayList<>();
        subscribe(World.transactions("x", 1), new Heard() {
            @Override
            public void onDelivery(Delivery delivery) throws InvalidProtocolBufferException {
                raw.add(delivery);
                heard.onUpdate(delivery.parsed());
            }
        });
        world.pass(Duration.ofSeconds(3));
        assertThat(raw).isNotEmpty().hasSameSizeAs(heard.updates);
        assertThat(raw.getFirst().size()).isEqualTo(heard.updates.getFirst().getSerializedSize());
    }

    @Test
    void givesItsPlaceUpWhenNobodyRunsItsCallbacks() {
        world.callbacks = task -> {
            throw new RejectedExecutionException("closed");
        };
        subscribe(World.transactions("x", 1), heard);
        world.pass(Duration.ofSeconds(2));
        assertThat(world.pool.stats().monitors()).isEmpty();
    }
}
