package io.firehole.cli.demo;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A monitor that reads only what it is told to, on a connection of its own, so that its closed window is nobody else's. */
final class PacedReader implements ClientResponseObserver<SubscribeRequest, SubscribeUpdate>, AutoCloseable {

    private static final int WINDOW_BYTES = 64 << 10;

    private final ManagedChannel channel;
    private final LongAdder received = new LongAdder();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private volatile @Nullable ClientCallStreamObserver<SubscribeRequest> call;

    PacedReader(InetSocketAddress address, String id, SubscribeRequest request) {
        channel = NettyChannelBuilder.forAddress(address)
                .usePlaintext()
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(256 << 20)
                .build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER), id);
        GeyserGrpc.newStub(ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)))
                .subscribe(this)
                .onNext(request);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> stream) {
        stream.disableAutoRequestWithInitial(0);
        call = stream;
    }

    /** Takes so many messages, when they are there. */
    void read(int messages) {
        ClientCallStreamObserver<SubscribeRequest> stream = call;
        if (stream != null) {
            stream.request(messages);
        }
    }

    /** Takes all that comes from now on. */
    void readAll() {
        read(Integer.MAX_VALUE);
    }

    /** Messages taken, pings included. */
    long received() {
        return received.sum();
    }

    /** How it ended. */
    Status ended() throws Exception {
        return end.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(SubscribeUpdate update) {
        received.increment();
    }

    @Override
    public void onError(Throwable problem) {
        end.complete(Status.fromThrowable(problem));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
