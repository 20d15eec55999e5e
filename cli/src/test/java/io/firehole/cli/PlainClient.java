package io.firehole.cli;

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
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Somebody who subscribes by the generated stub and one connection of its own, with no pool. Any thread. */
final class PlainClient implements AutoCloseable {

    private static final Metadata.Key<String> ID = Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;

    PlainClient(InetSocketAddress server) {
        this.channel = NettyChannelBuilder.forAddress(server)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    /** A stream that asks that. */
    PlainStream subscribe(SubscribeRequest request, Consumer<SubscribeUpdate> updates) {
        return begun(GeyserGrpc.newStub(channel), request, updates);
    }

    /** The same as a monitor of that id. */
    PlainStream subscribe(String id, SubscribeRequest request, Consumer<SubscribeUpdate> updates) {
        Metadata headers = new Metadata();
        headers.put(ID, id);
        return begun(
                GeyserGrpc.newStub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)),
                request,
                updates);
    }

    private static PlainStream begun(
            GeyserGrpc.GeyserStub stub, SubscribeRequest request, Consumer<SubscribeUpdate> updates) {
        PlainStream stream = new PlainStream(updates);
        stub.subscribe(stream);
        stream.ask(request);
        return stream;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** One of its streams. */
    static final class PlainStream implements ClientResponseObserver<SubscribeRequest, SubscribeUpdate> {

        private final Consumer<SubscribeUpdate> updates;
        private final CompletableFuture<ClientCallStreamObserver<SubscribeRequest>> requests =
                new CompletableFuture<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        private PlainStream(Consumer<SubscribeUpdate> updates) {
            this.updates = updates;
        }

        /** Asks for that from now on. One thread at a time. */
        void ask(SubscribeRequest request) {
            requests.join().onNext(request);
        }

        /** Leaves. */
        void cancel() {
            requests.join().cancel("enough", null);
        }

        /** How it ended. */
        CompletableFuture<Status> ended() {
            return end;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SubscribeRequest> stream) {
            requests.complete(stream);
        }

        @Override
        public void onNext(SubscribeUpdate update) {
            updates.accept(update);
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
