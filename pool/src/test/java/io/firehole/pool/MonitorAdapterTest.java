package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.MonitorAdapter.Surroundings;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MonitorAdapterTest {

    private static final Monitor MONITOR = new Monitor("a", Group.HIGH);

    private final World world = new World(6).running();

    /** Runs for no time at all unless told otherwise, and notes when. */
    private class Adapter extends MonitorAdapter {
        final List<Duration> began = new ArrayList<>();
        final List<Duration> rests = new ArrayList<>();
        final List<@Nullable Throwable> causes = new ArrayList<>();

        @Nullable
        Throwable thrown = new IllegalStateException("no luck");

        Duration lasts = Duration.ZERO;

        Adapter() {
            this(world.time::execute);
        }

        Adapter(Executor runs) {
            super(world.pool, MONITOR, new Surroundings(world.time, world.time, runs, world.random));
        }

        @Override
        protected void run(Channel channel) throws Exception {
            began.add(Duration.ofNanos(world.time.nanos()));
            world.time.stopFor(lasts);
            if (thrown instanceof Exception exception) {
                throw exception;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
        }

        @Override
        protected void ended(@Nullable Throwable why, Duration rest) {
            causes.add(why);
            rests.add(rest);
        }
    }

    @Test
    void restsTwiceAsLongAfterEachEndUpToTheCapAndByChance() {
        Adapter adapter = new Adapter();
        adapter.start();
        world.pass(Duration.ofMinutes(10));
        for (int n = 0; n < adapter.rests.size(); n++) {
            Duration bound = Duration.ofSeconds(Math.min(30, 1L << Math.min(n, 10)));
            assertThat(adapter.rests.get(n)).isBetween(bound.dividedBy(2), bound);
        }
        assertThat(adapter.rests).hasSizeGreaterThan(20).doesNotHaveDuplicates();
        assertThat(adapter.ends()).isEqualTo(adapter.rests.size());
    }

    @Test
    void beginsAnewAfterEachRest() {
        Adapter adapter = new Adapter();
        adapter.start();
        world.pass(Duration.ofMinutes(1));
        for (int n = 1; n < adapter.began.size(); n++) {
            assertThat(adapter.began.get(n)).isEqualTo(adapter.began.get(n - 1).plus(adapter.rests.get(n - 1)));
        }
    }

    @Test
    void aHealthyRunBeginsTheCountAnewAndAShortOneDoesNot() {
        Adapter adapter = new Adapter();
        adapter.lasts = MonitorAdapter.HEALTHY;
        adapter.start();
        world.pass(Duration.ofMinutes(5));
        assertThat(adapter.rests)
                .hasSizeGreaterThan(5)
                .allMatch(rest -> rest.compareTo(MonitorAdapter.REST_FIRST) <= 0);
        adapter.lasts = MonitorAdapter.HEALTHY.minusNanos(1);
        int before = adapter.rests.size();
        world.pass(Duration.ofMinutes(5));
        assertThat(adapter.rests.subList(before + 2, adapter.rests.size()))
                .allMatch(rest -> rest.compareTo(MonitorAdapter.REST_FIRST) > 0);
    }

    @Test
    void goesOnAfterWhateverEndsARun() {
        Adapter adapter = new Adapter();
        adapter.start();
        world.pass(Duration.ofMillis(1));
        adapter.thrown = new AssertionError("a bug");
        world.pass(Duration.ofSeconds(1));
        adapter.thrown = null;
        world.pass(Duration.ofSeconds(10));
        assertThat(adapter.causes.get(0)).hasMessage("no luck");
        assertThat(adapter.causes.get(1)).hasMessage("a bug");
        assertThat(adapter.causes.get(2)).isNull();
    }

    @Test
    void stoppedDuringARestItEndsAtOnce() throws Exception {
        Adapter adapter = new Adapter();
        adapter.start();
        world.pass(Duration.ofSeconds(20));
        int runs = adapter.began.size();
        adapter.stop();
        adapter.awaitStopped();
        world.pass(Duration.ofMinutes(5));
        assertThat(adapter.began).hasSize(runs);
    }

    @Test
    void stoppedItReleasesItsConnection() {
        Adapter adapter = new Adapter() {
            @Override
            protected void run(Channel channel) {
                open(channel);
                world.pass(Duration.ofMillis(1));
            }
        };
        adapter.start();
        world.pass(Duration.ofMillis(10));
        assertThat(world.pool.stats().monitorConnections()).containsOnlyKeys("a");
        adapter.stop();
        adapter.stop();
        world.pass(Duration.ofMillis(10));
        assertThat(world.pool.stats().monitorConnections()).isEmpty();
    }

    @Test
    void whatARunLeavesOpenIsCancelledWithIt() {
        List<FakeCall<?, ?>> opened = new ArrayList<>();
        Adapter adapter = new Adapter() {
            @Override
            protected void run(Channel channel) {
                open(channel);
                world.pass(Duration.ofMillis(1));
                opened.add(world.provider.open().getFirst().calls.getFirst());
            }
        };
        adapter.start();
        world.pass(Duration.ofMillis(10));
        assertThat(opened).singleElement().matches(call -> call.context.isCancelled());
    }

    @Test
    @Timeout(30)
    void stoppedDuringARunItInterruptsItAndCancelsItsCalls() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        List<Boolean> interrupted = new ArrayList<>();
        Adapter adapter = new Adapter(task -> Thread.ofVirtual().start(task)) {
            @Override
            protected void run(Channel channel) throws InterruptedException {
                blocked.countDown();
                try {
                    new CountDownLatch(1).await();
                } finally {
                    interrupted.add(true);
                }
            }
        };
        adapter.start();
        assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
        adapter.stop();
        adapter.awaitStopped();
        assertThat(interrupted).hasSize(1);
        assertThat(adapter.rests).as("it does not come back").isEmpty();
    }

    @Test
    void stoppedBeforeItsStartItNeverBegins() throws Exception {
        Adapter adapter = new Adapter();
        adapter.stop();
        adapter.awaitStopped();
        assertThatThrownBy(adapter::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("monitor a was started or stopped before");
    }

    private static void open(Channel channel) {
        ClientCall<SubscribeRequest, SubscribeUpdate> call =
                channel.newCall(GeyserGrpc.getSubscribeMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
    }
}
