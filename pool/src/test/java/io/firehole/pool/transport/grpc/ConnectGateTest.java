package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRuntime;
import io.firehole.pool.budget.BudgetSettings;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.budget.ProviderRefusal;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way by which grpc-java opens a socket, counted at the other end. */
@Timeout(60)
class ConnectGateTest {

    private static final PermitWish HIGH = PermitWish.connect(PermitClass.RECONNECT_HIGH, 1);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Heard heard = new Heard();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T each) {
        opened.add(each);
        return each;
    }

    private ConnectionBudget budget(int max, Duration per) {
        return new ConnectionBudget(
                List.of(new BudgetRule(max, per)), NanoClock.system(), opened(ControlThread.start("test-budget")));
    }

    private ConnectionBudget plenty() {
        return budget(60, Duration.ofSeconds(60));
    }

    private GrpcTransport transport(GrpcEndpoint endpoint, ConnectionBudget budget) {
        return opened(new GrpcTransport(endpoint, budget));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static Stream<Arguments> rudeness() {
        return Stream.of(
                Arguments.of("closes at once", RawProvider.CLOSES),
                Arguments.of("comes up and closes", RawProvider.COMES_UP_AND_CLOSES));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rudeness")
    void twentyChannelsThatNeverGiveUpStayWithinTheRule(String name, RawProvider.Manner manner) throws Exception {
        Duration window = Duration.ofSeconds(1);
        RawProvider provider = opened(RawProvider.that(manner));
        ConnectionBudget budget = budget(5, window);
        GrpcTransport transport = transport(provider.endpoint(), budget);
        BlockingQueue<Integer> gone = new LinkedBlockingQueue<>();
        for (int id = 0; id < 20; id++) {
            gone.add(id);
        }
        // Whoever is closed opens the next connection at once, as no sane client does; each with a call that waits.
        for (int id = 0; id < 20 + 20; id++) {
            assertThat(gone.poll(30, TimeUnit.SECONDS)).isNotNull();
            int number = id;
            PermitWish wish = PermitWish.connect(PermitClass.RECONNECT_HIGH, number);
            transport.connect(id, wish, new EndOnly(() -> gone.add(number))).subscribe(new Heard().stream());
        }
        for (int i = 0; i < 21; i++) {
            provider.awaitArrival();
        }

        assertThat(provider.worst(window.toNanos())).isBetween(1, 5);
        assertThat(budget.snapshot().granted()).isCloseTo(provider.accepted().size(), within(5L));
    }

    /** Why the gate stands where it stands: one permit per call, taken before the call, would have been 20 here. */
    @Test
    void withoutTheGateTwentyCallsBecomeManyMoreConnects() throws Exception {
        RawProvider provider = opened(RawProvider.that(RawProvider.CLOSES));
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", provider.port())
                    .usePlaintext()
                    .build();
            channels.add(channel);
            channel.newCall(RawMessages.SUBSCRIBE, CallOptions.DEFAULT.withWaitForReady())
                    .start(new ClientCall.Listener<>() {}, new Metadata());
        }
        try {
            for (int i = 0; i < 41; i++) {
                provider.awaitArrival();
            }
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
        assertThat(provider.worst(Duration.ofSeconds(60).toNanos())).isGreaterThan(40);
    }

    @Test
    void aConnectionThatWasUpNeverConnectsAgain() throws Exception {
        ConnectionBudget budget = plenty();
        GeyserServer first = opened(GeyserServer.start());
        GrpcEndpoint endpoint = first.endpoint();
        GrpcTransport transport = transport(endpoint, budget);
        Connection connection = transport.connect(1, HIGH, heard);
        connection.subscribe(heard.stream());
        heard.next(Heard.Event.Ready.class);
        first.call();
        first.close();

        assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        assertThat(heard.closedConnection().code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);

        // Back on the same port: asking for calls wakes nothing, only a new connection comes.
        GeyserServer second = opened(GeyserServer.start(endpoint.port(), builder -> {}));
        connection.subscribe(heard.stream());
        assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        Heard ofNext = new Heard();
        transport.connect(2, HIGH, ofNext).subscribe(ofNext.stream());
        ofNext.next(Heard.Event.Ready.class);
        second.call();
        assertThat(second.connections()).isEqualTo(1);
        assertThat(budget.snapshot().granted()).isEqualTo(2);
    }

    @Test
    void aSocketOfAConnectionThatWasUpIsRefusedByItsGate() throws Exception {
        ConnectionBudget budget = plenty();
        GeyserServer server = opened(GeyserServer.start());
        GrpcTransport transport = transport(server.endpoint(), budget);
        GrpcConnection connection = (GrpcConnection) transport.connect(1, HIGH, heard);
        heard.next(Heard.Event.Ready.class);

        // As grpc-java would open one, if it ever did.
        Channel socket = transport.gatedSocket(connection);
        connection.loop().register(socket).await();
        ChannelFuture connecting =
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        assertThat(connecting.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(connecting.cause()).hasMessageContaining("a connection lives once");
        assertThat(budget.snapshot().granted()).isEqualTo(1);
    }

    @Test
    void closingWhileItWaitsFreesThePlaceInTheQueue() throws Exception {
        HeldTimers timers = new HeldTimers();
        ConnectionBudget budget = new ConnectionBudget(List.of(BudgetRule.DEFAULT), NanoClock.system(), timers);
        RawProvider provider = opened(RawProvider.that(RawProvider.CLOSES));
        Connection connection = transport(provider.endpoint(), budget).connect(1, HIGH, heard);
        timers.awaitTask();
        assertThat(budget.snapshot().queuedInAll()).isEqualTo(1);
        connection.close();

        assertThat(heard.closedConnection()).isEqualTo(GrpcStatus.OK);
        assertThat(budget.snapshot().queuedInAll()).isZero();
        timers.runAll();
        assertThat(budget.snapshot().granted()).isZero();
        assertThat(provider.accepted()).isEmpty();
    }

    @Test
    void whoFindsTheQueueForPermitsFullIsTold() throws Exception {
        HeldTimers timers = new HeldTimers();
        ConnectionBudget budget = new ConnectionBudget(
                BudgetSettings.of(List.of(BudgetRule.DEFAULT)).withQueueMax(1),
                BudgetRuntime.of(NanoClock.system(), timers));
        RawProvider provider = opened(RawProvider.that(RawProvider.CLOSES));
        GrpcTransport transport = transport(provider.endpoint(), budget);
        transport.connect(1, HIGH, new Heard());
        timers.awaitTask();
        transport.connect(2, PermitWish.connect(PermitClass.RECONNECT_HIGH, 2), heard);
        timers.awaitTask();
        timers.runAll();

        assertThat(heard.closedConnection())
                .isEqualTo(GrpcStatus.Code.UNAVAILABLE.with(
                        "too many connections wait for a permit already: the queue holds 1"));
        provider.awaitArrival();
        assertThat(budget.snapshot().queueFull()).isEqualTo(1);
    }

    @Test
    void aPermitThatGotStaleIsGivenUpAndAnotherAskedFor() throws Exception {
        AtomicLong clock = new AtomicLong();
        HeldTimers timers = new HeldTimers();
        ConnectionBudget budget = new ConnectionBudget(List.of(BudgetRule.DEFAULT), clock::get, timers);
        RawProvider provider = opened(RawProvider.that(RawProvider.CLOSES));
        GrpcTransport transport =
                opened(new GrpcTransport(provider.endpoint(), budget, GrpcTransportSettings.DEFAULT, clock::get));
        GrpcConnection connection = (GrpcConnection) transport.connect(1, HIGH, heard);
        timers.awaitTask();
        // Its event loop is busy when the grant comes, as if the process were stopped.
        CountDownLatch stopped = new CountDownLatch(1);
        connection.onLoop(() -> {
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        timers.runAll();
        clock.addAndGet(ConnectionBudget.FENCE.toNanos() + 1);
        stopped.countDown();

        timers.awaitTask();
        assertThat(provider.accepted()).isEmpty();
        assertThat(budget.snapshot().stale()).isEqualTo(1);
        timers.runAll();
        provider.awaitArrival();
        assertThat(budget.snapshot().granted()).isEqualTo(2);
    }

    @Test
    void everyAddressTakesAPermitOfItsOwn() throws Exception {
        ConnectionBudget budget = plenty();
        GeyserServer server = opened(GeyserServer.start());
        String target = ListedAddresses.target(closedPort(), closedPort(), server.port());
        GrpcTransport transport = opened(new GrpcTransport(
                target, server.endpoint(), budget, GrpcTransportSettings.DEFAULT, NanoClock.system()));
        transport.connect(1, HIGH, heard);

        heard.next(Heard.Event.Ready.class);
        assertThat(budget.snapshot().granted()).isEqualTo(3);
    }

    @Test
    void whenEveryAddressHasFailedTheConnectionIsOver() throws Exception {
        ConnectionBudget budget = plenty();
        int first = closedPort();
        int second = closedPort();
        GrpcTransport transport = opened(new GrpcTransport(
                ListedAddresses.target(first, second),
                GrpcEndpoint.parse("http://provider:1"),
                budget,
                GrpcTransportSettings.DEFAULT,
                NanoClock.system()));
        Connection connection = transport.connect(1, HIGH, heard);
        connection.subscribe(heard.stream());

        assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        GrpcStatus why = heard.closedConnection();
        assertThat(why.code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        assertThat(why.message())
                .contains("Connection refused", String.valueOf(second))
                .doesNotContain("Pipeline");
        assertThat(budget.snapshot().granted()).isEqualTo(2);
    }

    @Test
    void aNameThatDoesNotResolveEndsTheConnectionWithoutAPermit() throws Exception {
        ConnectionBudget budget = plenty();
        transport(GrpcEndpoint.parse("http://no-such-host.invalid:1"), budget).connect(1, HIGH, heard);

        GrpcStatus why = heard.closedConnection();
        assertThat(why.code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        assertThat(why.message()).contains("no-such-host.invalid");
        assertThat(budget.snapshot().granted()).isZero();
    }

    @Test
    void aProviderThatAcceptsAndSaysNothingIsGivenUpAtTheDeadline() throws Exception {
        ConnectionBudget budget = plenty();
        RawProvider provider =
                opened(RawProvider.that(socket -> socket.getInputStream().skip(Long.MAX_VALUE)));
        // For the transport, most of the deadline is over when the permit comes.
        long soonNanos = ConnectionBudget.ATTEMPT_DEADLINE.minusMillis(300).toNanos();
        GrpcTransport transport = opened(new GrpcTransport(
                provider.endpoint(), budget, GrpcTransportSettings.DEFAULT, () -> System.nanoTime() + soonNanos));
        transport.connect(1, HIGH, heard);

        GrpcStatus why = heard.closedConnection();
        assertThat(why)
                .isEqualTo(GrpcStatus.Code.UNAVAILABLE.with(
                        "no HTTP/2 connection with /127.0.0.1:" + provider.port() + " within 10 s"));
        assertThat(provider.accepted()).hasSize(1);
    }

    @Test
    void anAcceptedAndClosedConnectionIsToldToTheBudget() throws Exception {
        ConnectionBudget budget = plenty();
        RawProvider provider = opened(RawProvider.that(RawProvider.CLOSES));
        transport(provider.endpoint(), budget).connect(1, HIGH, heard);

        assertThat(heard.closedConnection().code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        assertThat(budget.snapshot().refusals()).containsEntry(ProviderRefusal.ACCEPTED_AND_CLOSED, 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void plainHttpStatusesBecomeUnavailable(int status) throws Exception {
        ConnectionBudget budget = plenty();
        RawProvider provider =
                opened(RawProvider.that(RawProvider.http2(true, RawProvider.httpStatus(status), () -> {})));
        transport(provider.endpoint(), budget).connect(1, HIGH, heard).subscribe(heard.stream());

        heard.next(Heard.Event.Ready.class);
        GrpcStatus why = heard.closedStream();
        assertThat(why.code()).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
        assertThat(why.message()).startsWith("HTTP status code " + status).doesNotContain("\n");
        assertThat(budget.snapshot().refusals()).containsEntry(ProviderRefusal.HTTP_429, status == 429 ? 1L : 0L);
    }

    @Test
    void whoAnswersWith429IsLeftAloneForAsLongAsItAsks() throws Exception {
        ConnectionBudget budget = plenty();
        RawProvider provider =
                opened(RawProvider.that(RawProvider.http2(true, RawProvider.tooManyRequests(90), () -> {})));
        transport(provider.endpoint(), budget).connect(1, HIGH, heard).subscribe(heard.stream());

        heard.next(Heard.Event.Ready.class);
        assertThat(heard.closedStream().message()).startsWith("HTTP status code 429");
        BudgetSnapshot snapshot = budget.snapshot();
        assertThat(snapshot.restraint()).isEqualTo(BudgetSnapshot.Restraining.EVERYTHING);
        assertThat(Duration.ofNanos(snapshot.nextPermitInNanos()))
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
        assertThat(snapshot.tightest().believed()).isLessThan(60);
    }

    @Test
    void aConnectionWithoutASignOfLifeIsGivenUp() throws Exception {
        RawProvider provider = opened(RawProvider.that(RawProvider.http2(false, (stream, out) -> {}, () -> {})));
        GrpcTransport transport = opened(new GrpcTransport(
                provider.endpoint(),
                plenty(),
                GrpcTransportSettings.DEFAULT.withKeepAlive(Duration.ofMillis(100), Duration.ofMillis(50)),
                NanoClock.system()));
        Connection connection = transport.connect(1, HIGH, heard);
        connection.subscribe(heard.stream());

        heard.next(Heard.Event.Ready.class);
        GrpcStatus expected = GrpcStatus.Code.UNAVAILABLE.with(
                "no sign of life: silent for 100 ms, and no answer to a ping within 50 ms");
        assertThat(heard.closedStream()).isEqualTo(expected);
        assertThat(heard.closedConnection()).isEqualTo(expected);
    }

    @Test
    void aQuietConnectionThatAnswersPingsStays() throws Exception {
        CountDownLatch pings = new CountDownLatch(5);
        RawProvider provider = opened(RawProvider.that(RawProvider.http2(true, (stream, out) -> {}, pings::countDown)));
        GrpcTransport transport = opened(new GrpcTransport(
                provider.endpoint(),
                plenty(),
                GrpcTransportSettings.DEFAULT.withKeepAlive(Duration.ofMillis(20), Duration.ofSeconds(10)),
                NanoClock.system()));
        Connection connection = transport.connect(1, HIGH, heard);

        heard.next(Heard.Event.Ready.class);
        assertThat(pings.await(20, TimeUnit.SECONDS)).isTrue();
        connection.close();
        assertThat(heard.closedConnection()).isEqualTo(GrpcStatus.OK);
    }

    @Test
    void aGoAwayLetsOpenCallsGoOnAndEndsTheConnectionWithTheLast() throws Exception {
        GeyserServer server = opened(GeyserServer.start());
        Connection connection = transport(server.endpoint(), plenty()).connect(1, HIGH, heard);
        connection.subscribe(heard.stream());
        heard.next(Heard.Event.Ready.class);
        GeyserServer.Call call = server.call();
        server.goAway();

        assertThat(heard.next(Heard.Event.Draining.class).why().message())
                .startsWith("the provider sent GOAWAY NO_ERROR");
        call.send(new byte[] {1, 2, 3});
        assertThat(heard.update()).containsExactly(1, 2, 3);
        connection.subscribe(heard.stream());
        assertThat(heard.closedStream().message()).contains("GOAWAY");
        call.end(Status.OK);
        assertThat(heard.closedStream()).isEqualTo(GrpcStatus.OK);
        heard.closedConnection();
    }

    @Test
    void aConnectionThatIsToldToDrainClosesWithItsLastCall() throws Exception {
        GeyserServer server = opened(GeyserServer.start());
        Connection connection = transport(server.endpoint(), plenty()).connect(1, HIGH, heard);
        connection.subscribe(heard.stream());
        heard.next(Heard.Event.Ready.class);
        GeyserServer.Call call = server.call();
        connection.drain();
        connection.subscribe(heard.stream());
        assertThat(heard.closedStream().message()).contains("the connection is closed");
        call.send(new byte[] {1, 2, 3});
        assertThat(heard.update()).containsExactly(1, 2, 3);
        call.end(Status.OK);
        assertThat(heard.closedStream()).isEqualTo(GrpcStatus.OK);
        assertThat(heard.closedConnection()).isEqualTo(GrpcStatus.OK);
    }

    @Test
    void proxiesOfTheEnvironmentAreNotUsed() throws Exception {
        RawProvider proxy = opened(RawProvider.that(RawProvider.CLOSES));
        GeyserServer server = opened(GeyserServer.start());
        System.setProperty("https.proxyHost", "127.0.0.1");
        System.setProperty("https.proxyPort", String.valueOf(proxy.port()));
        System.setProperty("http.nonProxyHosts", "");
        try {
            transport(server.endpoint(), plenty()).connect(1, HIGH, heard);
            heard.next(Heard.Event.Ready.class);
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
            System.clearProperty("http.nonProxyHosts");
        }
        assertThat(proxy.accepted()).isEmpty();
        assertThat(server.connections()).isEqualTo(1);
    }

    /** Tells when it is over. */
    private record EndOnly(Runnable over) implements io.firehole.pool.transport.ConnectionListener {
        @Override
        public void ready() {}

        @Override
        public void closed(GrpcStatus why) {
            over.run();
        }
    }

    /** Runs nothing until told. */
    private static final class HeldTimers implements Timers {
        private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        private final BlockingQueue<Runnable> seen = new LinkedBlockingQueue<>();

        @Override
        public Timer after(long delayNanos, Runnable task) {
            tasks.add(task);
            seen.add(task);
            return () -> tasks.remove(task);
        }

        void awaitTask() throws InterruptedException {
            assertThat(seen.poll(20, TimeUnit.SECONDS)).isNotNull();
        }

        void runAll() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }
}
