package io.firehole.pool.transport.grpc;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One unary call; its reply completes on the event loop. */
final class UnaryCall extends ClientCall.Listener<ByteString> implements OpenCall {

    private final GrpcConnection connection;
    private final String method;
    private final ByteString request;
    private final CompletableFuture<UnaryReply> reply = new CompletableFuture<>();
    private @Nullable ClientCall<ByteString, ByteString> call;
    private @Nullable ByteString message;
    private @Nullable Future<?> timer;

    UnaryCall(GrpcConnection connection, String method, ByteString request) {
        this.connection = connection;
        this.method = method;
        this.request = request;
    }

    CompletableFuture<UnaryReply> reply() {
        return reply;
    }

    /** Counts the wait for the connection, too: that is what whoever asked waits for. */
    void endAfter(Duration timeout) {
        if (!reply.isDone()) {
            GrpcStatus late = GrpcStatus.Code.DEADLINE_EXCEEDED.with(
                    method + " on " + connection + ": no answer within " + timeout.toMillis() + " ms");
            timer = connection.loop().schedule(() -> end(late), timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void start(ManagedChannel channel) {
        ClientCall<ByteString, ByteString> started = channel.newCall(RawMessages.unary(method), CallOptions.DEFAULT);
        call = started;
        started.start(this, connection.headers());
        // Two, so that a second message of a confused provider is seen as a fault and not waited for.
        started.request(2);
        started.sendMessage(request);
        started.halfClose();
    }

    @Override
    public void end(GrpcStatus why) {
        if (!reply.isDone()) {
            done(new UnaryReply.Failed(why));
            if (call != null) {
                call.cancel(why.toString(), null);
            }
        }
    }

    @Override
    public void onMessage(ByteString received) {
        message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (connection.inLoop()) {
            closed(status, trailers);
        } else {
            // A call that grpc-java gave up before it reached the transport.
            connection.onLoop(() -> closed(status, trailers));
        }
    }

    private void closed(Status status, Metadata trailers) {
        if (reply.isDone()) {
            return;
        }
        if (!trailers.keys().isEmpty() && isAnswer(status)) {
            connection.served(AttemptKind.CONNECT);
        }
        if (!status.isOk()) {
            connection.noteRefusal(status, StatusTranslation.retryAfterNanos(trailers), true, AttemptKind.CONNECT);
            done(new UnaryReply.Failed(StatusTranslation.of(status)));
        } else if (message == null) {
            done(new UnaryReply.Failed(GrpcStatus.Code.INTERNAL.with(method + ": the provider ended with no answer")));
        } else {
            done(new UnaryReply.Answered(message));
        }
    }

    /** Whether the provider itself has answered, even if with an error; what stands before it says UNAVAILABLE. */
    private static boolean isAnswer(Status status) {
        return status.getCode() != Status.Code.UNAVAILABLE && StatusTranslation.refusal(status) == null;
    }

    private void done(UnaryReply outcome) {
        if (timer != null) {
            timer.cancel(false);
        }
        connection.ended(this);
        reply.complete(outcome);
    }
}
