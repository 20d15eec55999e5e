package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** The generated stubs on grpc-java, as any Java program would use them. */
final class StockClient implements AutoCloseable {

    private final ManagedChannel channel;

    StockClient(InetSocketAddress server) {
        channel = NettyChannelBuilder.forAddress(server)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .directExecutor()
                .build();
    }

    GeyserGrpc.GeyserBlockingStub blocking(String... metadata) {
        return GeyserGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(of(metadata)));
    }

    ManagedChannel channel() {
        return channel;
    }

    Stream subscribe(String... metadata) {
        return subscribe(GeyserGrpc.newStub(channel), metadata);
    }

    /** Subscribes with requests packed in gzip. */
    Stream subscribeGzip() {
        return subscribe(GeyserGrpc.newStub(channel).withCompression("gzip"));
    }

    private static Stream subscribe(GeyserGrpc.GeyserStub stub, String... metadata) {
        Stream stream = new Stream();
        var unused = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(of(metadata)))
                .subscribe(stream);
        return stream;
    }

    private static Metadata of(String... metadata) {
        Metadata headers = new Metadata();
        for (int i = 0; i < metadata.length; i += 2) {
            headers.put(Metadata.Key.of(metadata[i], Metadata.ASCII_STRING_MARSHALLER), metadata[i + 1]);
        }
        return headers;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    static final class Stream implements ClientResponseObserver<SubscribeRequest, SubscribeUpdate> {

        private final BlockingQueue<SubscribeUpdate> updates = new LinkedBlockingQueue<>();
        private final CompletableFuture<Boolean> began = new CompletableFuture<>();
        private final CompletableFuture<Status> status = new CompletableFuture<>();
        private volatile @Nullable Metadata trailers;
        private @Nullable ClientCallStreamObserver<SubscribeRequest> requests;

        @Override
        public void beforeStart(ClientCallStreamObserver<SubscribeRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(SubscribeUpdate update) {
            began.complete(update.hasPing());
            updates.add(update);
        }

        @Override
        public void onError(Throwable failure) {
            trailers = Status.trailersFromThrowable(failure);
            began.complete(false);
            status.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            began.complete(false);
            status.complete(Status.OK);
        }

        Stream send(SubscribeRequest request) {
            requests().onNext(request);
            return this;
        }

        void halfClose() {
            requests().onCompleted();
        }

        void cancel() {
            requests().cancel("the test has seen enough", null);
        }

        /** The next update, pings too. */
        SubscribeUpdate next() throws InterruptedException {
            SubscribeUpdate next = updates.poll(PATIENCE_SECONDS, SECONDS);
            assertThat(next).as("an update; status %s", status).isNotNull();
            return Objects.requireNonNull(next);
        }

        /** The next update that is not a ping. */
        SubscribeUpdate nextButPing() throws InterruptedException {
            SubscribeUpdate next = next();
            while (next.hasPing()) {
                next = next();
            }
            return next;
        }

        /** Whether an update waits to be looked at; drops pings before it. */
        boolean hasUpdates() {
            updates.removeIf(SubscribeUpdate::hasPing);
            return !updates.isEmpty();
        }

        /** Whether the stream was served: waits for its first ping or its end. */
        boolean beganWithAPing() {
            return began.orTimeout(PATIENCE_SECONDS, SECONDS).join();
        }

        /** How the stream ended, once it has. */
        Status status() {
            assertThat(status).succeedsWithin(PATIENCE_SECONDS, SECONDS);
            return status.join();
        }

        /** What came with an end that was not OK. */
        @Nullable
        Metadata trailers() {
            return trailers;
        }

        CompletableFuture<Void> whenEnded() {
            return status.thenAccept(ended -> {});
        }

        boolean isOpen() {
            return !status.isDone();
        }

        private ClientCallStreamObserver<SubscribeRequest> requests() {
            return Objects.requireNonNull(requests);
        }
    }
}
