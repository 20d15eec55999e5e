package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.Group;
import io.firehole.pool.GroupLimits;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.proto.GetSlotRequest;
import io.firehole.wire.proto.GetSlotResponse;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generated stubs on a pool's channel, over real loopback against grpc-java's own server. */
@Timeout(60)
class StubOnPoolTest {

    private static final int MAX_CONNECTIONS = 4;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ControlThread budgetThread = opened(ControlThread.start("test-budget"));
    private final ConnectionBudget budget =
            new ConnectionBudget(List.of(BudgetRule.DEFAULT), NanoClock.system(), budgetThread);
    private final GeyserServer server = opened(GeyserServer.start());
    private final Pool pool = pool(server.endpoint().withToken(AccessToken.of("the-providers-token")));

    private Pool pool(GrpcEndpoint endpoint) {
        PoolConfig config =
                PoolConfig.DEFAULT.withMaxConnections(MAX_CONNECTIONS).withGroup(Group.MEDIUM, new GroupLimits(1, 10));
        GrpcTransport transport = opened(new GrpcTransport(endpoint, budget));
        return opened(Pool.start(config, transport, PoolRuntime.system().withBudget(budget::snapshot)));
    }

    private <T extends AutoCloseable> T opened(T each) {
        opened.add(each);
        return each;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    /** The provider answers every GetSlot. */
    private void answering() {
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    GeyserServer.Call call = server.call();
                    call.send(GetSlotResponse.newBuilder().setSlot(7).build().toByteArray());
                    call.end(Status.OK);
                } catch (InterruptedException | AssertionError over) {
                    return;
                }
            }
        });
    }

    private static long slot(Channel channel) {
        return GeyserGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .getSlot(GetSlotRequest.getDefaultInstance())
                .getSlot();
    }

    @Test
    void sixtyFourThreadsNeverPassTheMaximum() throws Exception {
        answering();
        CountDownLatch together = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
            List<Future<Long>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                Channel channel = pool.channel("monitor-" + i);
                answers.add(threads.submit(() -> {
                    together.await();
                    long sum = 0;
                    for (int n = 0; n < 20; n++) {
                        sum += slot(channel);
                    }
                    return sum;
                }));
            }
            together.countDown();
            for (Future<Long> answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(20 * 7);
            }
        }
        PoolStats stats = pool.stats();
        assertThat(server.connections()).isEqualTo(MAX_CONNECTIONS);
        assertThat(stats.total()).isEqualTo(MAX_CONNECTIONS);
        assertThat(stats.monitorConnections()).hasSize(64);
        assertThat(stats.totals().calls()).isEqualTo(64 * 20);
        assertThat(stats.totals().misses()).isEqualTo(MAX_CONNECTIONS - 1);
        assertThat(budget.snapshot().granted()).isEqualTo(MAX_CONNECTIONS);
    }

    @Test
    void theChannelOffersNoWayToEndAConnection() {
        assertThat(pool.channel("a")).isNotInstanceOf(ManagedChannel.class).isNotInstanceOf(AutoCloseable.class);
    }

    @Test
    void theProvidersTokenGoesOutAndTheCallersDoesNot() throws Exception {
        Metadata own = new Metadata();
        own.put(Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER), "the-callers-token");
        own.put(Metadata.Key.of("x-more", Metadata.ASCII_STRING_MARSHALLER), "kept");
        CallCredentials credentials = new CallCredentials() {
            @Override
            public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
                Metadata more = new Metadata();
                more.put(Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER), "another");
                applier.apply(more);
            }
        };
        var unused = GeyserGrpc.newFutureStub(pool.channel("a"))
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(own))
                .withCallCredentials(credentials)
                .getSlot(GetSlotRequest.getDefaultInstance());
        GeyserServer.Call call = server.call();
        assertThat(call.headers.getAll(Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER)))
                .containsExactly("the-providers-token");
        assertThat(call.header("x-more")).isEqualTo("kept");
    }

    @Test
    void anyStubIsCalledBackOnVirtualThreadsAndHearsAllInOrder() throws Exception {
        BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        List<Thread> threads = new ArrayList<>();
        StreamObserver<SubscribeRequest> requests = GeyserGrpc.newStub(pool.channel("a"))
                .subscribe(new StreamObserver<>() {
                    @Override
                    public void onNext(SubscribeUpdate update) {
                        threads.add(Thread.currentThread());
                        heard.add(update.getPong().getId());
                    }

                    @Override
                    public void onError(Throwable error) {
                        heard.add(Status.fromThrowable(error).getCode());
                    }

                    @Override
                    public void onCompleted() {
                        heard.add("completed");
                    }
                });
        for (int i = 0; i < 100; i++) {
            requests.onNext(ping(i));
        }
        GeyserServer.Call call = server.call();
        for (int i = 0; i < 100; i++) {
            assertThat(call.request().getPing().getId()).isEqualTo(i);
            SubscribeUpdate.Builder pong = SubscribeUpdate.newBuilder();
            pong.getPongBuilder().setId(i);
            call.send(pong.build().toByteArray());
        }
        call.end(Status.OK);
        for (int i = 0; i < 100; i++) {
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(i);
        }
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("completed");
        assertThat(threads).allMatch(Thread::isVirtual);
    }

    @Test
    void theCallersOwnExecutorIsUsed() throws Exception {
        answering();
        try (ExecutorService own = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("the-callers").factory())) {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            GeyserGrpc.newStub(pool.channel("a"))
                    .withExecutor(own)
                    .getSlot(GetSlotRequest.getDefaultInstance(), new StreamObserver<>() {
                        @Override
                        public void onNext(GetSlotResponse answer) {
                            heard.add(Thread.currentThread().getName());
                        }

                        @Override
                        public void onError(Throwable error) {
                            heard.add(error.toString());
                        }

                        @Override
                        public void onCompleted() {}
                    });
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("the-callers");
        }
    }

    @Test
    void aDeadlineHoldsForTheAnswer() {
        assertThatThrownBy(() -> GeyserGrpc.newBlockingStub(pool.channel("a"))
                        .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                        .getSlot(GetSlotRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }

    @Test
    void anInterruptedCallerIsReleasedAndTheProviderHearsOfIt() throws Exception {
        BlockingQueue<Status.Code> ended = new LinkedBlockingQueue<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                slot(pool.channel("a"));
            } catch (StatusRuntimeException e) {
                ended.add(e.getStatus().getCode());
            }
        });
        GeyserServer.Call call = server.call();
        caller.interrupt();
        assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(Status.Code.CANCELLED);
        assertThat(call.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClosedPoolSaysWhyItsCallsEnded() throws Exception {
        BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
        GeyserGrpc.newStub(pool.channel("a")).subscribe(new StreamObserver<>() {
            @Override
            public void onNext(SubscribeUpdate update) {}

            @Override
            public void onError(Throwable error) {
                ended.add(Status.fromThrowable(error));
            }

            @Override
            public void onCompleted() {}
        });
        server.call();
        pool.close();
        Status status = ended.poll(10, TimeUnit.SECONDS);
        assertThat(status).isNotNull();
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).isEqualTo("the connection was closed");
    }

    @Test
    void theTransportRunsNoForeignCodeOnItsEventLoop() {
        GrpcTransport transport = opened(new GrpcTransport(server.endpoint(), budget));
        var connection = transport.connect(99, PermitWish.connect(PermitClass.FIRST_CONNECT, 99), new Heard());
        assertThatThrownBy(() -> connection.newCall(GeyserGrpc.getGetSlotMethod(), CallOptions.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("executor");
    }

    private static SubscribeRequest ping(int id) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        request.getPingBuilder().setId(id);
        return request.build();
    }
}
