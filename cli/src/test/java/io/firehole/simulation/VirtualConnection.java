package io.firehole.simulation;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.Permit;
import io.firehole.pool.budget.PermitAnswer;
import io.firehole.pool.budget.PermitRequest;
import io.firehole.pool.budget.PermitWish;
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

    /** HTTP/2's own pings find out after that. */
    static final Duration KEEPALIVE = Duration.ofSeconds(15);

    private final VirtualProvider provider;
    private final long id;
    private final ConnectionListener listener;
    private final List<VirtualCall> calls = new ArrayList<>();
    private boolean counted;
    private boolean ready;
    private boolean draining;
    private boolean closed;
    private boolean silent;
    private @Nullable PermitRequest waiting;
    private @Nullable Permit permit;

    VirtualConnection(VirtualProvider provider, long id, ConnectionListener listener) {
        this.provider = provider;
        this.id = id;
        this.listener = listener;
    }

    /** Connects as soon as the budget grants it. */
    void asksForPermit(ConnectionBudget budget, PermitWish wish) {
        waiting = budget.request(wish, answer -> {
            waiting = null;
            switch (answer) {
                case PermitAnswer.Refused(String reason) -> cut(GrpcStatus.Code.UNAVAILABLE.with(reason));
                case PermitAnswer.Granted(Permit granted) -> {
                    if (closed) {
                        granted.unused();
                    } else {
                        permit = granted;
                        granted.attempted();
                        provider.attempted(this);
                    }
                }
            }
        });
    }

    /** Nobody has answered. */
    void givenUp() {
        if (permit != null) {
            permit.abandoned();
        }
        cut(GrpcStatus.Code.UNAVAILABLE.with("no HTTP/2 connection within the deadline"));
    }

    /** Nothing gets through any more, in neither direction, and nobody is told. */
    void fallsSilent() {
        silent = true;
        provider.time.after(KEEPALIVE.toNanos(), () -> cut(GrpcStatus.Code.UNAVAILABLE.with("Keepalive failed")));
    }

    boolean isSilent() {
        return silent;
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
        if (permit != null) {
            permit.settle();
            permit.served();
        }
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
        if (silent) {
            provider.time.after(
                    timeout.toNanos(),
                    () -> reply.complete(new UnaryReply.Failed(
                            GrpcStatus.Code.DEADLINE_EXCEEDED.with("no answer within " + timeout))));
            return reply;
        }
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
        if (!isOpen() || draining) {
            return;
        }
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
        if (waiting != null) {
            waiting.cancel();
        }
        calls().forEach(call -> call.cut(GrpcStatus.Code.UNAVAILABLE.with(why.message())));
        if (counted) {
            release();
        } else {
            provider.connections.remove(this);
        }
        if (permit != null) {
            permit.settle();
            permit.gone();
        }
        listener.closed(why);
    }

    private void release() {
        provider.rules.disconnected();
        provider.connections.remove(this);
    }
}
