package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A gRPC server that takes every method there is, and does with each call what the test says. */
final class AnyProvider implements AutoCloseable {

    private final BlockingQueue<Taken> calls = new LinkedBlockingQueue<>();
    private final Server server;
    private final ManagedChannel channel;

    AnyProvider() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .fallbackHandlerRegistry(new HandlerRegistry() {
                    @Override
                    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
                        return ServerMethodDefinition.create(RelayedMethod.named(name), (call, headers) -> {
                            Taken taken = new Taken(call, headers);
                            calls.add(taken);
                            return taken;
                        });
                    }
                })
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    Taken next() throws InterruptedException {
        Taken next = calls.poll(PATIENCE_SECONDS, SECONDS);
        assertThat(next).isNotNull();
        return Objects.requireNonNull(next);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    /** A call that has come in. */
    static final class Taken extends ServerCall.Listener<byte[]> {

        final ServerCall<byte[], byte[]> call;
        final Metadata headers;
        final CompletableFuture<Void> cancelled = new CompletableFuture<>();
        final CompletableFuture<Void> halfClosed = new CompletableFuture<>();
        private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();

        Taken(ServerCall<byte[], byte[]> call, Metadata headers) {
            this.call = call;
            this.headers = headers;
        }

        MethodDescriptor<byte[], byte[]> method() {
            return call.getMethodDescriptor();
        }

        Taken begins(Metadata with) {
            call.sendHeaders(with);
            return this;
        }

        byte[] nextMessage() throws InterruptedException {
            call.request(1);
            byte[] next = messages.poll(PATIENCE_SECONDS, SECONDS);
            assertThat(next).isNotNull();
            return Objects.requireNonNull(next);
        }

        int unasked() {
            return messages.size();
        }

        void ends(Status status, Metadata trailers) {
            call.close(status, trailers);
        }

        @Override
        public void onMessage(byte[] message) {
            messages.add(message);
        }

        @Override
        public void onHalfClose() {
            halfClosed.complete(null);
        }

        @Override
        public void onCancel() {
            cancelled.complete(null);
        }
    }
}
