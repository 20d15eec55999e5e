package io.firehole.simulator;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a user of grpc-java has: generated stubs on a channel of their own. */
final class StockClient implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final ManagedChannel channel;

    StockClient(InetSocketAddress address) {
        this(NettyChannelBuilder.forAddress(address));
    }

    private StockClient(NettyChannelBuilder builder) {
        channel = builder.usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    /** One that does not name gzip, as grpc-java does by itself. */
    static StockClient withoutCompression(InetSocketAddress address) {
        return new StockClient(
                NettyChannelBuilder.forAddress(address).decompressorRegistry(DecompressorRegistry.emptyInstance()));
    }

    ManagedChannel channel() {
        return channel;
    }

    GeyserGrpc.GeyserBlockingStub blocking(Map<String, String> metadata) {
        return GeyserGrpc.newBlockingStub(with(metadata)).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    GeyserGrpc.GeyserBlockingStub blocking() {
        return blocking(Map.of());
    }

    Channel with(Map<String, String> metadata) {
        Metadata headers = new Metadata();
        metadata.forEach((key, value) -> headers.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Opens a stream and sends these requests. */
    Stream subscribe(SubscribeRequest... requests) {
        return subscribe(Map.of(), requests);
    }

    Stream subscribe(Map<String, String> metadata, SubscribeRequest... requests) {
        Stream stream = new Stream();
        stream.requests = GeyserGrpc.newStub(with(metadata)).subscribe(stream);
        for (SubscribeRequest request : requests) {
            stream.send(request);
        }
        return stream;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** One Subscribe stream and what it received. */
    static final class Stream implements StreamObserver<SubscribeUpdate> {

        private final BlockingQueue<SubscribeUpdate> updates = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private StreamObserver<SubscribeRequest> requests = new StreamObserver<>() {
            @Override
            public void onNext(SubscribeRequest request) {}

            @Override
            public void onError(Throwable problem) {}

            @Override
            public void onCompleted() {}
        };

        void send(SubscribeRequest request) {
            requests.onNext(request);
        }

        void ping(int id) {
            send(SubscribeRequest.newBuilder()
                    .setPing(SubscribeRequestPing.newBuilder().setId(id))
                    .build());
        }

        void halfClose() {
            requests.onCompleted();
        }

        void cancel() {
            requests.onError(Status.CANCELLED.asRuntimeException());
        }

        SubscribeUpdate next() throws InterruptedException {
            SubscribeUpdate update = updates.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (update == null) {
                throw new AssertionError("no update within " + PATIENCE_SECONDS + " s; ended: " + end.getNow(null));
            }
            return update;
        }

        SubscribeUpdate next(Predicate<SubscribeUpdate> wanted) throws InterruptedException {
            for (SubscribeUpdate update = next(); ; update = next()) {
                if (wanted.test(update)) {
                    return update;
                }
            }
        }

        SubscribeUpdate next(SubscribeUpdate.UpdateOneofCase kind) throws InterruptedException {
            return next(update -> update.getUpdateOneofCase() == kind);
        }

        /** How the stream ended. */
        Status ended() throws Exception {
            return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        boolean isOpen() {
            return !end.isDone();
        }

        @Override
        public void onNext(SubscribeUpdate update) {
            updates.add(update);
        }

        @Override
        public void onError(Throwable problem) {
            end.complete(Status.fromThrowable(problem));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }
}
