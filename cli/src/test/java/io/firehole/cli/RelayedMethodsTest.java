package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.AccessToken;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.PingRequest;
import io.firehole.wire.proto.PongResponse;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdateDeshred;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that are the provider's alone, through Firehole and beside it, against the simulator. */
@Timeout(120)
class RelayedMethodsTest {

    private static final String TOKEN = "the-providers-own";
    private static final int SLOTS = 6;

    @Test
    void deshredThroughTheGatewayIsWhatADirectSubscriberGets() throws Exception {
        try (Simulator provider = provider();
                Daemon daemon = daemon(provider);
                Caller direct = new Caller(provider.address(), Optional.of(TOKEN));
                Caller through = new Caller(daemon.gatewayAddress(), Optional.of("not-the-providers"))) {
            Deshred expected = direct.deshred();
            Deshred relayed = through.deshred();

            long from = Math.max(expected.firstSlot(), relayed.firstSlot()) + 1;
            long to = from + SLOTS;
            expected.awaitBeyond(to);
            relayed.awaitBeyond(to);

            assertThat(relayed.between(from, to)).isNotEmpty().isEqualTo(expected.between(from, to));
            assertThat(relayed.pong.get(20, TimeUnit.SECONDS)).isEqualTo(77);
            assertThat(provider.report().connects())
                    .as("the direct caller's connection and Firehole's only one")
                    .hasSize(2);
            assertThat(relayed.status).isNotDone();
        }
    }

    @Test
    void aBadDeshredFilterGetsTheProvidersWords() throws Exception {
        try (Simulator provider = provider();
                Daemon daemon = daemon(provider);
                Caller through = new Caller(daemon.gatewayAddress(), Optional.empty())) {
            Deshred refused = new Deshred();
            through.stub()
                    .subscribeDeshred(refused)
                    .onNext(SubscribeDeshredRequest.newBuilder()
                            .putDeshredTransactions(
                                    "bad",
                                    SubscribeRequestFilterDeshredTransactions.newBuilder()
                                            .addAccountInclude("not a key")
                                            .build())
                            .build());

            Status status = refused.status.get(20, TimeUnit.SECONDS);
            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).startsWith("failed to create deshred filter: ");
        }
    }

    @Test
    void anUnknownMethodGetsTheProvidersAnswerWithoutAConnectionOfItsOwn() throws Exception {
        try (Simulator provider = provider();
                Daemon daemon = daemon(provider);
                Caller direct = new Caller(provider.address(), Optional.of(TOKEN));
                Caller through = new Caller(daemon.gatewayAddress(), Optional.empty())) {
            for (String name : List.of("geyser.Geyser/SubscribeGossip", "some.other.Service/Method")) {
                Status expected = direct.unknown(name);
                for (int i = 0; i < 20; i++) {
                    Status relayed = through.unknown(name);
                    assertThat(relayed.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
                    assertThat(relayed.getDescription()).isEqualTo(expected.getDescription());
                }
            }
            assertThat(provider.report().connects()).hasSize(2);
        }
    }

    private static Simulator provider() throws Exception {
        return Simulator.start(
                SimulatorConfig.builder().onFreePorts().speed(2).token(TOKEN).build());
    }

    private static Daemon daemon(Simulator provider) throws Exception {
        return Daemon.start(
                GrpcEndpoint.parse("http://" + Values.show(provider.address())).withToken(AccessToken.of(TOKEN)),
                List.of(BudgetRule.DEFAULT),
                PoolConfig.DEFAULT,
                GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                UnaryOperator.identity());
    }

    private record Caller(ManagedChannel channel, Optional<String> token) implements AutoCloseable {

        Caller(InetSocketAddress server, Optional<String> token) {
            this(
                    NettyChannelBuilder.forAddress(server)
                            .usePlaintext()
                            .maxInboundMessageSize(Integer.MAX_VALUE)
                            .build(),
                    token);
        }

        GeyserGrpc.GeyserStub stub() {
            Metadata headers = new Metadata();
            token.ifPresent(value -> headers.put(Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER), value));
            return GeyserGrpc.newStub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }

        Deshred deshred() {
            Deshred stream = new Deshred();
            StreamObserver<SubscribeDeshredRequest> requests = stub().subscribeDeshred(stream);
            requests.onNext(SubscribeDeshredRequest.newBuilder()
                    .putDeshredTransactions("all", SubscribeRequestFilterDeshredTransactions.getDefaultInstance())
                    .putSlots("slots", SubscribeRequestFilterSlots.getDefaultInstance())
                    .build());
            requests.onNext(SubscribeDeshredRequest.newBuilder()
                    .setPing(SubscribeRequestPing.newBuilder().setId(77))
                    .build());
            return stream;
        }

        /** How a unary call of that method ends. */
        Status unknown(String name) {
            MethodDescriptor<PingRequest, PongResponse> method =
                    MethodDescriptor.<PingRequest, PongResponse>newBuilder()
                            .setType(MethodDescriptor.MethodType.UNARY)
                            .setFullMethodName(name)
                            .setRequestMarshaller(ProtoUtils.marshaller(PingRequest.getDefaultInstance()))
                            .setResponseMarshaller(ProtoUtils.marshaller(PongResponse.getDefaultInstance()))
                            .build();
            return catchThrowableOfType(
                            StatusRuntimeException.class,
                            () -> ClientCalls.blockingUnaryCall(
                                    stub().getChannel(),
                                    method,
                                    CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                                    PingRequest.newBuilder().setCount(3).build()))
                    .getStatus();
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    /** What a deshred stream has brought, by slot and in the order in which it came, without the time of sending. */
    private static final class Deshred implements StreamObserver<SubscribeUpdateDeshred> {

        final CompletableFuture<Status> status = new CompletableFuture<>();
        final CompletableFuture<Integer> pong = new CompletableFuture<>();
        private final NavigableMap<Long, List<SubscribeUpdateDeshred>> transactions = new ConcurrentSkipListMap<>();
        private final Object arrived = new Object();

        @Override
        public void onNext(SubscribeUpdateDeshred update) {
            if (update.hasPong()) {
                pong.complete(update.getPong().getId());
            } else if (update.hasDeshredTransaction()) {
                synchronized (arrived) {
                    transactions
                            .computeIfAbsent(update.getDeshredTransaction().getSlot(), slot -> new ArrayList<>())
                            .add(update.toBuilder().clearCreatedAt().build());
                    arrived.notifyAll();
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            status.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            status.complete(Status.OK);
        }

        long firstSlot() throws InterruptedException {
            awaitBeyond(0);
            return transactions.firstKey();
        }

        void awaitBeyond(long slot) throws InterruptedException {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            synchronized (arrived) {
                while (transactions.isEmpty() || transactions.lastKey() <= slot) {
                    long left = (until - System.nanoTime()) / 1_000_000;
                    assertThat(left).as("time left; status %s", status).isPositive();
                    arrived.wait(left);
                }
            }
        }

        NavigableMap<Long, List<SubscribeUpdateDeshred>> between(long from, long to) {
            return transactions.subMap(from, true, to, true);
        }
    }
}
