package io.firehole.simulation;

import com.google.protobuf.ByteString;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One connection to the {@link VirtualProvider}, both ends of it. */
final class VirtualConnection implements Connection {

    private final VirtualProvider provider;
    private final long id;
    private final ConnectionListener listener;
    private final List<VirtualCall> calls = new ArrayList<>();
    private boolean counted;
    private boolean ready;
    private boolean draining;
    private boolean closed;

    VirtualConnection(VirtualProvider provider, long id, ConnectionListener listener) {
        this.provider = provider;
        this.id = id;
        this.listener = listener;
    }

    /** The attempt has reached the provider, who refuses it or not. */
    void arrives(@Nullable GrpcStatus refusal) {
        if (refusal != null) {
            cut(refusal);
            return;
        }
        counted = true;
        if (closed) {
            release();
            return;
        }
        ready = true;
        listener.ready();
    }

    boolean isOpen() {
        return ready && !closed;
    }

    List<VirtualCall> calls() {
        return List.copyOf(calls);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public UpstreamStream subscribe(StreamListener told) {
        VirtualCall call = new VirtualCall(provider, this, told);
        if (closed || draining) {
            provider.time.execute(() -> told.closed(GrpcStatus.Code.UNAVAILABLE.with("the connection takes no calls")));
        } else {
            calls.add(call);
            provider.onTheOtherEnd(call::arrives);
        }
        return call;
    }

    void ended(VirtualCall call) {
        calls.remove(call);
        if (draining && calls.isEmpty()) {
            provider.time.execute(() -> cut(GrpcStatus.OK));
        }
    }

    @Override
    public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
        CompletableFuture<UnaryReply> reply = new CompletableFuture<>();
        provider.time.after(
                2 * VirtualProvider.WAY.toNanos(),
                () -> reply.complete(
                        closed
                                ? new UnaryReply.Failed(GrpcStatus.Code.UNAVAILABLE.with("the connection is gone"))
                                : new UnaryReply.Answered(ByteString.EMPTY)));
        return reply;
    }

    /** The provider takes no more calls on it. */
    void goAway() {
        draining = true;
        listener.draining(GrpcStatus.Code.UNAVAILABLE.with("the provider sent GOAWAY"));
        if (calls.isEmpty()) {
            provider.time.execute(() -> cut(GrpcStatus.OK));
        }
    }

    @Override
    public void drain() {
        provider.time.execute(() -> {
            draining = true;
            if (calls.isEmpty()) {
                cut(GrpcStatus.OK);
            }
        });
    }

    @Override
    public void close() {
        provider.time.execute(() -> cut(GrpcStatus.OK));
    }

    /** It is gone, at both ends at once: what is on its way is lost. */
    void cut(GrpcStatus why) {
        if (closed) {
            return;
        }
        closed = true;
        calls().forEach(call -> call.cut(GrpcStatus.Code.UNAVAILABLE.with(why.message())));
        if (counted) {
            release();
        }
        listener.closed(why);
    }

    private void release() {
        provider.rules.disconnected();
        provider.connections.remove(this);
    }
}
