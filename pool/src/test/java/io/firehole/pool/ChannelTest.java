package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.wire.proto.GetSlotRequest;
import io.firehole.wire.proto.GetSlotResponse;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which connection serves the calls that a monitor makes with stubs of its own. */
class ChannelTest {

    private static final MethodDescriptor<GetSlotRequest, GetSlotResponse> GET_SLOT = GeyserGrpc.getGetSlotMethod();
    private static final MethodDescriptor<SubscribeRequest, SubscribeUpdate> SUBSCRIBE =
            GeyserGrpc.getSubscribeMethod();

    private static World world(int maxConnections) {
        return new World(5, config(maxConnections)).running();
    }

    /** All for the medium group, so that what is shared is seen. */
    private static PoolConfig config(int maxConnections) {
        return PoolConfig.DEFAULT
                .withMaxConnections(maxConnections)
                .withGroup(Group.MEDIUM, new GroupLimits(1, 10))
                .withGroup(Group.LOW, new GroupLimits(0.5, 10));
    }

    /** A call and what was heard of it. */
    private static final class Told<Q, R> extends ClientCall.Listener<R> {
        final ClientCall<Q, R> call;
        final List<R> messages = new ArrayList<>();

        @Nullable
        Status end;

        int ends;

        private Told(ClientCall<Q, R> call) {
            this.call = call;
        }

        static <Q, R> Told<Q, R> start(Channel channel, MethodDescriptor<Q, R> method) {
            return start(channel, method, CallOptions.DEFAULT);
        }

        static <Q, R> Told<Q, R> start(Channel channel, MethodDescriptor<Q, R> method, CallOptions options) {
            Told<Q, R> told = new Told<>(channel.newCall(method, options));
            told.call.start(told, new Metadata());
            told.call.request(1);
            return told;
        }

        @Override
        public void onMessage(R message) {
            messages.add(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end = status;
            ends++;
        }

        Status end() {
            assertThat(ends).isEqualTo(1);
            return java.util.Objects.requireNonNull(end);
        }
    }

    private static Told<GetSlotRequest, GetSlotResponse> ask(Channel channel) {
        Told<GetSlotRequest, GetSlotResponse> told = Told.start(channel, GET_SLOT);
        told.call.sendMessage(GetSlotRequest.getDefaultInstance());
        told.call.halfClose();
        return told;
    }

    /** Which connection answers a call made now. */
    private static long connectionOf(World world, String monitor) {
        Told<GetSlotRequest, GetSlotResponse> told = ask(world.pool.channel(monitor));
        world.pass(Duration.ofMillis(100));
        assertThat(told.end()).isEqualTo(Status.OK);
        return told.messages.getFirst().getSlot();
    }

    private static long attempts(World world) {
        return world.provider.connections.size();
    }

    @Test
    void aMonitorFindsItsOwnConnectionAgain() {
        World world = world(3);
        long first = connectionOf(world, "a");
        assertThat(connectionOf(world, "b")).isNotEqualTo(first);
        world.pass(Duration.ofMinutes(1));
        assertThat(connectionOf(world, "a")).isEqualTo(first);
        assertThat(attempts(world)).isEqualTo(2);
    }

    @Test
    void atTheMaximumTheLeastRecentlyUsedOneIsShared() {
        World world = world(2);
        long a = connectionOf(world, "a");
        long b = connectionOf(world, "b");
        connectionOf(world, "a");
        assertThat(connectionOf(world, "c")).isEqualTo(b);
        assertThat(connectionOf(world, "b")).isEqualTo(b);
        assertThat(connectionOf(world, "d")).isEqualTo(a);
        assertThat(world.provider.open()).hasSize(2);
        assertThat(world.pool.stats().monitorConnections()).isEqualTo(Map.of("a", a, "b", b, "c", b, "d", a));
    }

    @Test
    void aGroupKeepsToItsShare() {
        World world = world(4);
        connectionOf(world, "medium");
        List<Told<?, ?>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(Told.start(world.pool.channel("low" + i, Group.LOW), SUBSCRIBE));
            world.pass(Duration.ofMillis(50));
        }
        assertThat(world.provider.open()).hasSize(3);
        assertThat(calls).noneMatch(told -> told.ends > 0);
    }

    @Test
    void callsWithoutAnyConnectionEndByNamingTheLimit() {
        World world = new World(5, config(2));
        world.provider.accepts = id -> false;
        Told<GetSlotRequest, GetSlotResponse> told = ask(world.pool.channel("a"));
        world.pass(PoolConfig.DEFAULT.unaryWait().minusMillis(100));
        assertThat(told.ends).isZero();
        world.pass(Duration.ofMillis(200));
        assertThat(told.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(told.end().getDescription())
                .startsWith("no connection to the provider within 10 s: none of ")
                .contains("max-connections is 2; the last error was UNAVAILABLE: connection refused");
        assertThat(world.pool.stats().totals().refusedCalls()).isEqualTo(1);
    }

    @Test
    void aCallWaitsForTheFirstConnectionAndGoesOutWithAllItWasGiven() {
        World world = new World(5, config(2));
        Told<GetSlotRequest, GetSlotResponse> told = ask(world.pool.channel("a"));
        assertThat(told.call.isReady()).isFalse();
        world.pass(Duration.ofMillis(100));
        assertThat(told.end()).isEqualTo(Status.OK);
        assertThat(told.messages).hasSize(1);
        assertThat(attempts(world)).isEqualTo(1);
    }

    @Test
    void whileItsOwnConnectionIsAwayAMonitorUsesAnotherAndComesHomeLater() {
        World world = world(3);
        long a = connectionOf(world, "a");
        long b = connectionOf(world, "b");
        world.provider.accepts = id -> id > b + 2;
        world.provider.connections.get((int) a - 1).cut("the cable");
        world.pass(Duration.ofMillis(50));
        assertThat(connectionOf(world, "a")).isEqualTo(b);

        world.provider.accepts = id -> true;
        world.pass(Duration.ofMinutes(2));
        assertThat(connectionOf(world, "a")).isNotEqualTo(b);
        assertThat(world.provider.open()).hasSize(2);
    }

    @Test
    void aCallDoesNotWaitLongForItsOwnConnectionIfThereIsAnother() {
        World world = world(3);
        long a = connectionOf(world, "a");
        world.provider.accepts = id -> false;
        Told<GetSlotRequest, GetSlotResponse> told = ask(world.pool.channel("b"));
        world.pass(Duration.ofNanos(Leases.SHARE_AFTER_NANOS).plusMillis(100));
        assertThat(told.end()).isEqualTo(Status.OK);
        assertThat(told.messages.getFirst().getSlot()).isEqualTo(a);
    }

    @Test
    void whatIsReleasedServesTheNextOne() {
        World world = world(3);
        long a = connectionOf(world, "a");
        world.pool.release("a");
        assertThat(connectionOf(world, "b")).isEqualTo(a);
        assertThat(attempts(world)).isEqualTo(1);
        assertThat(world.pool.stats().channels())
                .extracting(PoolStats.ChannelStats::id)
                .containsExactly("b");
    }

    @Test
    void aConnectionWithoutCallsIsClosedAfterItsTimeAndOneWithACallIsNot() {
        World world = world(3);
        Told<?, ?> open = Told.start(world.pool.channel("a"), SUBSCRIBE);
        world.pass(Duration.ofMillis(50));
        connectionOf(world, "b");
        assertThat(world.provider.open()).hasSize(2);

        world.pass(PoolConfig.DEFAULT.connectionTtl().plusSeconds(1));
        assertThat(world.provider.open()).hasSize(1);
        assertThat(world.pool.stats().monitorConnections()).containsOnlyKeys("a");

        world.pool.release("a");
        world.pass(PoolConfig.DEFAULT.connectionTtl().plusSeconds(1));
        assertThat(open.ends).as("a call that is open goes on after a release").isZero();
        open.call.cancel("enough", null);
        world.pass(PoolConfig.DEFAULT.connectionTtl().plusSeconds(1));
        assertThat(open.end().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(world.provider.open()).isEmpty();
        assertThat(connectionOf(world, "b")).isEqualTo(3);
    }

    @Test
    void whoHasAStreamUsesItsConnectionForCallsToo() {
        World world = world(3);
        connectionOf(world, "other");
        world.monitor("a").ask(World.transactions("x", 1));
        world.pass(Duration.ofSeconds(1));
        long connection = world.stats("a").connectionId();
        assertThat(connectionOf(world, "a")).isEqualTo(connection);
        assertThat(world.pool.stats().monitorConnections()).containsEntry("a", connection);
    }

    @Test
    void streamsAndCallsOfAGroupShareAConnection() {
        World world = world(3);
        long a = connectionOf(world, "a");
        world.monitor("b").ask(World.transactions("x", 1));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.stats("b").connectionId()).isEqualTo(a);
        assertThat(attempts(world)).isEqualTo(1);
    }

    @Test
    void aDeadlineEndsTheWait() {
        World world = new World(5, config(2));
        world.provider.accepts = id -> false;
        // The deadline is the caller's and runs by the machine's clock: it has passed when it is looked at.
        Told<GetSlotRequest, GetSlotResponse> told = Told.start(
                world.pool.channel("a"), GET_SLOT, CallOptions.DEFAULT.withDeadlineAfter(-1, TimeUnit.NANOSECONDS));
        world.pass(Duration.ofMillis(10));
        assertThat(told.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(told.end().getDescription())
                .startsWith("geyser.Geyser/GetSlot: the deadline passed while it waited for a connection");
    }

    @Test
    void theEndOfTheCallersContextEndsTheWait() {
        World world = new World(5, config(2));
        world.provider.accepts = id -> false;
        Context.CancellableContext context = Context.ROOT.withCancellation();
        List<Told<GetSlotRequest, GetSlotResponse>> told = new ArrayList<>();
        context.run(() -> told.add(ask(world.pool.channel("a"))));
        world.pass(Duration.ofSeconds(1));
        context.cancel(new CancellationException("stopped"));
        world.pass(Duration.ofMillis(1));
        assertThat(told.getFirst().end().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(world.pool.stats().channels().getFirst().calls()).isZero();
    }

    @Test
    void theCallersContextGoesOutWithTheCall() {
        World world = world(2);
        Context.CancellableContext context = Context.ROOT.withCancellation();
        context.run(() -> Told.start(world.pool.channel("a"), SUBSCRIBE));
        world.pass(Duration.ofMillis(10));
        FakeCall<?, ?> call = world.provider.open().getFirst().calls.getFirst();
        context.cancel(null);
        assertThat(call.context.isCancelled()).isTrue();
    }

    @Test
    void aCallCancelledWhileItWaitsNeverGoesOut() {
        World world = new World(5, config(2));
        Told<GetSlotRequest, GetSlotResponse> told = ask(world.pool.channel("a"));
        told.call.cancel("changed my mind", null);
        world.pass(Duration.ofSeconds(1));
        assertThat(told.end().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(world.provider.open().getFirst().calls).isEmpty();
        assertThat(world.pool.stats().totals().calls()).isZero();
    }

    @Test
    void aCallCancelledAfterwardsIsCancelledAtTheProvider() {
        World world = world(2);
        Told<?, ?> told = Told.start(world.pool.channel("a"), SUBSCRIBE);
        world.pass(Duration.ofMillis(10));
        FakeCall<?, ?> call = world.provider.open().getFirst().calls.getFirst();
        told.call.cancel("enough", null);
        world.pass(Duration.ofMillis(10));
        assertThat(call.ended).isTrue();
        assertThat(told.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void aLostConnectionEndsItsCallsAndTheirPlacesAreFree() {
        World world = world(2);
        Told<?, ?> told = Told.start(world.pool.channel("a"), SUBSCRIBE);
        world.pass(Duration.ofMillis(10));
        world.provider.open().getFirst().cut("the cable");
        world.pass(Duration.ofMillis(10));
        assertThat(told.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(world.pool.stats().channels().getFirst().calls()).isZero();
    }

    @Test
    void whatACallerDoesWhileACallWaitsIsBounded() {
        World world = new World(5, config(2));
        world.provider.accepts = id -> false;
        Told<SubscribeRequest, SubscribeUpdate> told = Told.start(world.pool.channel("a"), SUBSCRIBE);
        for (int i = 0; i < LeasedCall.STEPS_MAX; i++) {
            told.call.sendMessage(SubscribeRequest.getDefaultInstance());
        }
        world.pass(Duration.ofMillis(1));
        assertThat(told.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(told.end().getDescription()).contains("limit");
    }

    @Test
    void callsThatWaitAreBounded() {
        World world = new World(5, config(2).withCommandsMax(10_000));
        world.provider.accepts = id -> false;
        List<Told<GetSlotRequest, GetSlotResponse>> calls = new ArrayList<>();
        for (int i = 0; i <= Leases.WAITING_MAX; i++) {
            calls.add(ask(world.pool.channel("m" + i % 7)));
        }
        world.pass(Duration.ofMillis(1));
        assertThat(calls.getLast().end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(calls.subList(0, Leases.WAITING_MAX)).allMatch(told -> told.ends == 0);
    }

    @Test
    void callsOfOneMonitorAreBounded() {
        World world = new World(5, config(2).withCommandsMax(10_000)).running();
        List<Told<SubscribeRequest, SubscribeUpdate>> calls = new ArrayList<>();
        for (int i = 0; i <= Leases.CALLS_MAX; i++) {
            calls.add(Told.start(world.pool.channel("a"), SUBSCRIBE));
        }
        world.pass(Duration.ofMillis(1));
        assertThat(calls.getLast().end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(calls.getLast().end().getDescription()).contains("monitor a has 1024 calls open");
        assertThat(world.pool.stats().channels().getFirst().calls()).isEqualTo(Leases.CALLS_MAX);
    }

    @Test
    void ofTooManyMonitorsTheOneThatCalledLongestAgoIsForgotten() {
        World world = new World(5, config(2).withCommandsMax(100_000)).running();
        for (int i = 0; i <= Leases.LEASES_MAX; i++) {
            ask(world.pool.channel("m" + i));
        }
        world.pass(Duration.ofSeconds(1));
        PoolStats stats = world.pool.stats();
        assertThat(stats.channels()).hasSize(Leases.LEASES_MAX);
        assertThat(stats.channels())
                .extracting(PoolStats.ChannelStats::id)
                .contains("m1")
                .doesNotContain("m0");
        assertThat(stats.totals().evictedLeases()).isEqualTo(1);
        assertThat(stats.channels()).allMatch(channel -> channel.calls() == 0);
    }

    @Test
    void closingThePoolEndsWhatWaitsAndWhatIsOpenAndWhatComesLater() {
        World waiting = new World(5, config(2));
        waiting.provider.accepts = id -> false;
        Told<GetSlotRequest, GetSlotResponse> late = ask(waiting.pool.channel("a"));
        waiting.pass(Duration.ofMillis(10));
        waiting.pool.close();
        waiting.pass(Duration.ofMillis(10));
        assertThat(late.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);

        World open = world(2);
        Channel channel = open.pool.channel("a");
        Told<?, ?> told = Told.start(channel, SUBSCRIBE);
        open.pass(Duration.ofMillis(10));
        open.pool.close();
        open.pass(Duration.ofMillis(10));
        assertThat(told.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        Told<GetSlotRequest, GetSlotResponse> after = ask(channel);
        open.pass(Duration.ofMillis(10));
        assertThat(after.end().getDescription()).isEqualTo("server is shutting down try again later");
    }

    @Test
    void statsCountWhatAnOpenConnectionCouldTake() {
        World world = world(2);
        assertThat(world.pool.stats().hitRate()).isEqualTo(1);
        connectionOf(world, "a");
        connectionOf(world, "b");
        connectionOf(world, "a");
        connectionOf(world, "c");
        PoolStats stats = world.pool.stats();
        assertThat(stats.totals().misses()).isEqualTo(1);
        assertThat(stats.totals().hits()).isEqualTo(3);
        assertThat(stats.hitRate()).isEqualTo(0.75);
        assertThat(stats.totals().calls()).isEqualTo(4);
        assertThat(stats.total()).isEqualTo(2);
        assertThat(stats.healthy()).isEqualTo(2);
        assertThat(stats.rateLimitRemaining()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aCallCannotBeStartedTwice() {
        World world = world(2);
        Told<GetSlotRequest, GetSlotResponse> told = ask(world.pool.channel("a"));
        assertThatThrownBy(() -> told.call.start(told, new Metadata()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("geyser.Geyser/GetSlot");
    }

    @Test
    void aMonitorNeedsAnId() {
        World world = world(2);
        assertThatThrownBy(() -> world.pool.channel("")).isInstanceOf(IllegalArgumentException.class);
    }
}
