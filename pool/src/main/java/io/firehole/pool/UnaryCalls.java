package io.firehole.pool;

import com.google.protobuf.ByteString;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Unary calls, on whichever connection is ready; those that find none wait a little. Control thread. */
final class UnaryCalls {

    /** Calls that may wait for a connection. */
    static final int WAITING_MAX = 1_024;

    private final PoolContext pool;
    private final Links links;
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    UnaryCalls(PoolContext pool, Links links) {
        this.pool = pool;
        this.links = links;
    }

    void call(String method, ByteString request, CompletableFuture<UnaryReply> reply) {
        Optional<Connection> ready = links.anyReady();
        if (ready.isPresent()) {
            send(ready.get(), method, request, reply);
            return;
        }
        if (waiting.size() >= WAITING_MAX) {
            fail(
                    reply,
                    GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                            "too many calls wait for a connection to the provider, limit " + WAITING_MAX));
            return;
        }
        Duration patience = pool.config().unaryWait();
        Waiting call = new Waiting(method, request, reply);
        call.deadline = pool.loop().after(patience.toNanos(), () -> expired(call));
        waiting.addLast(call);
        if (links.all().isEmpty()) {
            links.open();
        }
    }

    /** A connection is ready: all that wait go out on it. */
    void connectionReady() {
        while (!waiting.isEmpty()) {
            Optional<Connection> ready = links.anyReady();
            if (ready.isEmpty()) {
                return;
            }
            Waiting next = waiting.removeFirst();
            next.cancelDeadline();
            send(ready.get(), next.method, next.request, next.reply);
        }
    }

    private void send(Connection connection, String method, ByteString request, CompletableFuture<UnaryReply> reply) {
        var unused =
                connection.unary(method, request, pool.config().unaryWait()).thenAccept(reply::complete);
    }

    private void expired(Waiting call) {
        waiting.remove(call);
        fail(
                call.reply,
                GrpcStatus.Code.UNAVAILABLE.with("no connection to the provider within "
                        + pool.config().unaryWait().toSeconds() + " s"));
    }

    void failAll(GrpcStatus why) {
        for (Waiting call : waiting) {
            call.cancelDeadline();
            fail(call.reply, why);
        }
        waiting.clear();
    }

    static void fail(CompletableFuture<UnaryReply> reply, GrpcStatus why) {
        reply.complete(new UnaryReply.Failed(why));
    }

    /** One call that found no connection. */
    private static final class Waiting {

        private final String method;
        private final ByteString request;
        private final CompletableFuture<UnaryReply> reply;
        private @Nullable Timer deadline;

        Waiting(String method, ByteString request, CompletableFuture<UnaryReply> reply) {
            this.method = method;
            this.request = request;
            this.reply = reply;
        }

        void cancelDeadline() {
            if (deadline != null) {
                deadline.cancel();
            }
        }
    }
}
