package io.firehole.pool.transport.grpc;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A provider of grpc-java on loopback, which sends whatever bytes a test wants. */
final class GeyserServer implements AutoCloseable {

    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Server server;

    /** Listens on a free port. */
    static GeyserServer start() {
        return start(0, builder -> {});
    }

    static GeyserServer start(int port, Consumer<NettyServerBuilder> more) {
        return new GeyserServer(port, more);
    }

    private GeyserServer(int port, Consumer<NettyServerBuilder> more) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .permitKeepAliveTime(1, TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService((BindableService) this::service)
                .addTransportFilter(new ServerTransportFilter() {
                    @Override
                    public Attributes transportReady(Attributes attributes) {
                        connections.incrementAndGet();
                        return attributes;
                    }
                });
        more.accept(builder);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerServiceDefinition service() {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder("geyser.Geyser");
        service.addMethod(
                GeyserGrpc.getSubscribeMethod().toBuilder(
                                GeyserGrpc.getSubscribeMethod().getRequestMarshaller(), Bytes.MARSHALLER)
                        .build(),
                this::accept);
        service.addMethod(
                GeyserGrpc.getGetSlotMethod().toBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
                        .build(),
                this::accept);
        return service.build();
    }

    private <T> ServerCall.Listener<T> accept(ServerCall<T, byte[]> call, Metadata headers) {
        Call accepted = new Call(call, headers);
        calls.add(accepted);
        call.request(1_000_000);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(T message) {
                accepted.requests.add(message);
            }

            @Override
            public void onCancel() {
                accepted.cancelled.countDown();
            }
        };
    }

    int port() {
        return server.getPort();
    }

    GrpcEndpoint endpoint() {
        return GrpcEndpoint.parse("http://127.0.0.1:" + port());
    }

    /** HTTP/2 connections that came up since the start. */
    int connections() {
        return connections.get();
    }

    /** Waits for a call. */
    Call call() throws InterruptedException {
        Call call = calls.poll(10, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("no call came");
        }
        return call;
    }

    /** Sends GOAWAY and lets calls go on. */
    void goAway() {
        server.shutdown();
    }

    /** Breaks every connection and frees the port. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One call, seen from the provider. */
    static final class Call {
        final Metadata headers;
        final BlockingQueue<Object> requests = new LinkedBlockingQueue<>();
        final CountDownLatch cancelled = new CountDownLatch(1);
        private final ServerCall<?, byte[]> call;
        private boolean begun;

        Call(ServerCall<?, byte[]> call, Metadata headers) {
            this.call = call;
            this.headers = headers;
        }

        void send(byte[] message) {
            begin();
            call.sendMessage(message);
        }

        void begin() {
            if (!begun) {
                begun = true;
                call.sendHeaders(new Metadata());
            }
        }

        void end(Status status) {
            call.close(status, new Metadata());
        }

        SubscribeRequest request() throws InterruptedException {
            if (requests.poll(10, TimeUnit.SECONDS) instanceof SubscribeRequest request) {
                return request;
            }
            throw new AssertionError("no request came");
        }

        byte[] requestBytes() throws InterruptedException {
            if (requests.poll(10, TimeUnit.SECONDS) instanceof byte[] request) {
                return request;
            }
            throw new AssertionError("no request came");
        }

        String header(String name) {
            return String.valueOf(headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
        }
    }
}
