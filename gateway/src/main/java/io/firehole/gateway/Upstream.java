package io.firehole.gateway;

import com.google.protobuf.ByteString;
import io.firehole.gateway.stream.Feed;
import io.firehole.pool.Monitor;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;

/** What a gateway needs of the pool. Any thread; nothing here blocks. */
interface Upstream {

    /**
     * A place for one stream of that monitor.
     *
     * @param wakeup called on any thread when the feed has something new after it had nothing
     */
    Feed subscribe(Monitor monitor, Runnable wakeup);

    /** Makes a unary call to the provider; the reply never completes exceptionally. */
    CompletableFuture<UnaryReply> unary(String method, ByteString request);

    /**
     * A call of any method to the provider, its messages as bytes. Nothing happens before it is started.
     *
     * @param options say where the listener is called, and until when the caller waits
     */
    ClientCall<byte[], byte[]> relay(Monitor monitor, MethodDescriptor<byte[], byte[]> method, CallOptions options);
}
