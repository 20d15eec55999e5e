package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.Permit;
import io.firehole.pool.budget.PermitAnswer;
import io.firehole.pool.budget.PermitRequest;
import io.firehole.pool.budget.Refusal;
import io.firehole.pool.time.NanoClock;
import io.grpc.Status;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The place where every connect of grpc-java is held back until the budget grants it.
 *
 * <p>It stands first in the pipeline, so it is the last to see what goes out and the first to see what comes in: nothing
 * can open the socket past it. Its life, all on the event loop of its channel:
 *
 * <pre>
 * connect ─ refused: the connection has lived                                     → failed
 *         ─ waits for a permit ─ closed meanwhile: the place in the queue is freed → failed
 *                              ─ granted, but stale: waits again
 *                              ─ granted: the system call                          → attempt
 * attempt ─ bytes come from the provider: it has counted, the permit is settled
 *         ─ not through at the permit's deadline: given up                         → failed
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty returns the promise it was given; its owner listens to it.
final class ConnectGate extends ChannelDuplexHandler {

    private final GrpcConnection connection;
    private final ConnectionBudget budget;
    private final NanoClock clock;

    private @Nullable PermitRequest waiting;
    private @Nullable ChannelPromise connecting;
    private @Nullable Permit permit;
    private @Nullable Permit attempted;
    private @Nullable Future<?> deadline;
    private @Nullable Throwable broken;
    private boolean heard;
    private boolean closedByUs;
    private long lastReadNanos;

    ConnectGate(GrpcConnection connection, ConnectionBudget budget, NanoClock clock) {
        this.connection = connection;
        this.budget = budget;
        this.clock = clock;
    }

    /** When bytes came last. Event loop only. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    @Override
    public void connect(
            ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
        connecting = promise;
        connection.trying(ctx.channel());
        promise.addListener((ChannelFuture done) -> connectDone(ctx, done));
        askForPermit(ctx, remote, local, promise);
    }

    private void askForPermit(
            ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
        String refusal = connection.refusesConnect();
        if (refusal != null) {
            promise.tryFailure(unavailable(refusal));
            return;
        }
        waiting = budget.request(connection.wish(), answer -> {
            boolean handed = connection.onLoop(() -> answered(ctx, remote, local, promise, answer));
            if (!handed && answer instanceof PermitAnswer.Granted(Permit granted)) {
                // The transport was closed meanwhile.
                granted.unused();
            }
        });
    }

    private void answered(
            ChannelHandlerContext ctx,
            SocketAddress remote,
            @Nullable SocketAddress local,
            ChannelPromise promise,
            PermitAnswer answer) {
        waiting = null;
        switch (answer) {
            case PermitAnswer.Refused(String reason) -> promise.tryFailure(unavailable(reason));
            case PermitAnswer.Granted(Permit granted) -> {
                if (promise.isDone()) {
                    granted.unused();
                } else if (connection.refusesConnect() == null && granted.fresh()) {
                    attempt(ctx, remote, local, promise, granted);
                } else {
                    granted.unused();
                    askForPermit(ctx, remote, local, promise);
                }
            }
        }
    }

    private void attempt(
            ChannelHandlerContext ctx,
            SocketAddress remote,
            @Nullable SocketAddress local,
            ChannelPromise promise,
            Permit granted) {
        permit = granted;
        attempted = granted;
        connection.attempting(granted);
        ctx.connect(remote, local, promise);
        granted.attempted();
        deadline = ctx.executor()
                .schedule(() -> overdue(ctx, remote), granted.deadlineNanos() - clock.nanos(), TimeUnit.NANOSECONDS);
    }

    private void connectDone(ChannelHandlerContext ctx, ChannelFuture done) {
        connecting = null;
        if (done.isSuccess()) {
            return;
        }
        attemptOver(isRefusal(done.cause()));
        gone();
        if (deadline != null) {
            deadline.cancel(false); // a channel that never was active does not become inactive either
        }
        connection.connectFailed(ctx.channel());
        // Netty leaves a socket open whose connect has failed. Later, so that grpc-java hears of the cause first.
        ctx.executor().execute(ctx::close);
    }

    /** A refusal has come from the other side, so the attempt has been counted; any other failure proves nothing. */
    private static boolean isRefusal(@Nullable Throwable cause) {
        String message = cause == null ? null : cause.getMessage();
        return message != null && message.contains("Connection refused");
    }

    private void overdue(ChannelHandlerContext ctx, SocketAddress remote) {
        if (connection.isHttp2Up()) {
            return;
        }
        Throwable late = unavailable("no HTTP/2 connection with " + remote + " within "
                + ConnectionBudget.ATTEMPT_DEADLINE.toSeconds() + " s");
        if (connecting != null) {
            connecting.tryFailure(late);
        } else {
            ctx.fireExceptionCaught(late);
            ctx.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastReadNanos = clock.nanos();
        if (!heard) {
            heard = true;
            attemptOver(true);
            // The deadline goes on: bytes are not yet an HTTP/2 connection.
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broken = cause;
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closedByUs = true;
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
        if (connecting != null && permit == null) {
            connecting.tryFailure(unavailable("closed while waiting for a permit"));
        }
        ctx.close(promise);
    }

    /** Closes a socket that is still open without waiting for what HTTP/2 still wants to say. Event loop only. */
    static void force(Channel socket) {
        ChannelHandlerContext ctx = socket.pipeline().context(ConnectGate.class);
        if (ctx != null && ctx.handler() instanceof ConnectGate gate) {
            gate.close(ctx, ctx.newPromise());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        boolean byProvider = !closedByUs && broken == null;
        attemptOver(byProvider);
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (byProvider && !connection.isHttp2Up()) {
            budget.refused(Refusal.acceptedAndClosed(connection.toString()));
        }
        gone();
        ctx.fireChannelInactive();
        connection.socketClosed(ctx.channel(), broken);
    }

    private void attemptOver(boolean provenCounted) {
        Permit done = permit;
        if (done != null) {
            permit = null;
            if (provenCounted) {
                done.settle();
            } else {
                done.abandoned();
            }
        }
    }

    private void gone() {
        if (attempted != null) {
            attempted.gone();
        }
    }

    private static Throwable unavailable(String text) {
        return Status.UNAVAILABLE.withDescription(text).asRuntimeException();
    }
}
