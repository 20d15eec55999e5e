package io.firehole.cli.pilot;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The subscription through the gateway, as any client of it makes one. */
final class GatewaySubscriber implements Subscriber {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ID = Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER);

    /** Blocks run to tens of megabytes. */
    private static final int MESSAGE_BYTES_MAX = 256 << 20;

    private static final SubscribeRequest PING = SubscribeRequest.newBuilder()
            .setPing(SubscribeRequestPing.newBuilder().setId(1))
            .build();

    private final ManagedChannel channel;

    /** One who writes at a time: stubs are not made for several. */
    private final ReentrantLock writing = new ReentrantLock();

    private final AtomicReference<@Nullable ClientCallStreamObserver<SubscribeRequest>> call = new AtomicReference<>();

    GatewaySubscriber(
            InetSocketAddress gateway,
            Optional<String> token,
            String monitorId,
            SubscribeRequest request,
            SubscriberEvents events) {
        channel = NettyChannelBuilder.forAddress(gateway)
                .usePlaintext()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .disableRetry()
                .build();
        Metadata metadata = new Metadata();
        token.ifPresent(value -> metadata.put(TOKEN, value));
        metadata.put(ID, monitorId);
        GeyserGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .subscribe(new ClientResponseObserver<SubscribeRequest, SubscribeUpdate>() {
                    private boolean opened;

                    @Override
                    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> requests) {
                        call.set(requests);
                    }

                    @Override
                    public void onNext(SubscribeUpdate update) {
                        if (!opened) {
                            opened = true; // the gateway pings at once
                            events.opened();
                        }
                        events.update(update);
                    }

                    @Override
                    public void onError(Throwable error) {
                        Status status = Status.fromThrowable(error);
                        Throwable cause = status.getCause();
                        events.ended(status.getCode() + ": " + status.getDescription()
                                + (cause == null ? "" : " (" + cause.getMessage() + ")"));
                    }

                    @Override
                    public void onCompleted() {
                        events.ended("OK: the gateway ended the call");
                    }
                });
        send(request);
    }

    private void send(SubscribeRequest request) {
        ClientCallStreamObserver<SubscribeRequest> requests = call.get();
        writing.lock();
        try {
            if (requests != null) {
                requests.onNext(request);
            }
        } catch (IllegalStateException over) {
            // The call has ended meanwhile, which is told elsewhere.
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void answerPing() {
        send(PING);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
