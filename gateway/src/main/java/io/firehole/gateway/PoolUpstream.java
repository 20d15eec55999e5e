package io.firehole.gateway;

import com.google.protobuf.ByteString;
import io.firehole.filters.InvalidFilterException;
import io.firehole.gateway.stream.Feed;
import io.firehole.pool.Delivery;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorStream;
import io.firehole.pool.Pool;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The pool as the gateway sees it. */
record PoolUpstream(Pool pool) implements Upstream {

    @Override
    public Feed subscribe(Monitor monitor, Runnable wakeup) {
        return new PoolFeed(pool, pool.subscribe(monitor, wakeup));
    }

    @Override
    public CompletableFuture<UnaryReply> unary(String method, ByteString request) {
        return pool.unary(method, request);
    }

    @Override
    public ClientCall<byte[], byte[]> relay(
            Monitor monitor, MethodDescriptor<byte[], byte[]> method, CallOptions options) {
        return pool.relay(monitor, method, options);
    }

    private record PoolFeed(Pool pool, MonitorStream stream) implements Feed {

        @Override
        public void request(SubscribeRequest request) throws InvalidFilterException {
            stream.request(request);
        }

        @Override
        public void check(SubscribeRequest request) throws InvalidFilterException {
            stream.check(request);
        }

        @Override
        public @Nullable Delivery poll() {
            return stream.poll();
        }

        @Override
        public void written(Delivery update, long atNanos) {
            stream.written(update, atNanos);
        }

        @Override
        public @Nullable GrpcStatus ended() {
            return stream.ended();
        }

        @Override
        public CompletableFuture<OptionalLong> finish() {
            return pool.finish(stream);
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
