package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@code Subscribe} call. Updates pass from Netty's buffer to the listener without a queue in between; requests wait
 * while the provider does not read them.
 */
final class SubscribeCall extends ClientCall.Listener<byte[]> implements UpstreamStream, OpenCall {

    /** Messages asked for ahead. Measured: no more helps, and several hundred fall out of the processor's cache. */
    static final int PREFETCH = 64;

    /** How many are asked for at a time, so that asking costs next to nothing. */
    static final int BATCH = 32;

    /** Requests that may wait for the connection to open or the provider to read. */
    static final int UNSENT_MAX = 256;

    private static final Logger log = LoggerFactory.getLogger(SubscribeCall.class);

    private final GrpcConnection connection;
    private final StreamListener listener;
    private final SubscribePermit permit;
    private final Deque<SubscribeRequest> unsent = new ArrayDeque<>();
    private @Nullable ClientCall<SubscribeRequest, byte[]> call;
    private int readOfBatch;
    private boolean heard;
    private boolean ended;

    SubscribeCall(GrpcConnection connection, StreamListener listener) {
        this.connection = connection;
        this.listener = listener;
        this.permit = connection.subscribePermit();
    }

    // ---- any thread ----

    @Override
    public void send(SubscribeRequest request) {
        connection.onLoop(() -> {
            if (ended) {
                return;
            }
            if (unsent.size() == UNSENT_MAX) {
                end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                        "the provider does not read: " + UNSENT_MAX + " requests wait already, which is the limit"));
                return;
            }
            unsent.addLast(request);
            sendWaiting();
        });
    }

    @Override
    public void cancel() {
        connection.onLoop(() -> end(GrpcStatus.Code.CANCELLED.with("cancelled")));
    }

    // ---- the event loop ----

    @Override
    public void start(ManagedChannel channel) {
        permit.await(
                () -> begin(channel),
                reason -> end(GrpcStatus.Code.UNAVAILABLE.with("no permit for a Subscribe call: " + reason)));
    }

    private void begin(ManagedChannel channel) {
        if (!connection.takesCalls()) {
            end(GrpcStatus.Code.UNAVAILABLE.with("the connection took no more calls when the permit came"));
            return;
        }
        ClientCall<SubscribeRequest, byte[]> started = channel.newCall(RawMessages.SUBSCRIBE, CallOptions.DEFAULT);
        call = started;
        started.start(this, connection.headers());
        started.request(PREFETCH);
        sendWaiting();
    }

    @Override
    public void end(GrpcStatus why) {
        if (ended) {
            return;
        }
        ended = true;
        unsent.clear();
        permit.over();
        connection.ended(this);
        if (call != null) {
            call.cancel(why.toString(), null);
        }
        tellClosed(why);
    }

    @Override
    public void onHeaders(Metadata headers) {
        permit.counted();
    }

    @Override
    public void onReady() {
        sendWaiting();
    }

    @Override
    public void onMessage(byte[] message) {
        if (ended || call == null) {
            return;
        }
        if (!heard) {
            heard = true;
            connection.served(AttemptKind.SUBSCRIBE);
        }
        try {
            listener.update(message);
        } catch (RuntimeException e) {
            log.error("{}: the listener of a stream failed", connection, e);
            end(GrpcStatus.Code.INTERNAL.with("an update could not be taken: " + e));
            return;
        }
        if (++readOfBatch == BATCH) {
            readOfBatch = 0;
            call.request(BATCH);
        }
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
        if (ended) {
            return;
        }
        ended = true;
        unsent.clear();
        if (!trailers.keys().isEmpty()) {
            // Only the provider sends trailers; who lost the connection has none.
            permit.counted();
        }
        permit.over();
        connection.ended(this);
        connection.noteRefusal(status, StatusTranslation.retryAfterNanos(trailers), !heard, AttemptKind.SUBSCRIBE);
        tellClosed(StatusTranslation.of(status));
    }

    private void sendWaiting() {
        while (call != null && call.isReady() && !unsent.isEmpty()) {
            call.sendMessage(unsent.removeFirst());
        }
    }

    private void tellClosed(GrpcStatus why) {
        try {
            listener.closed(why);
        } catch (RuntimeException e) {
            log.error("{}: the listener of a stream failed", connection, e);
        }
    }
}
