package io.firehole.pool;

import io.firehole.wire.proto.GetSlotResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A stub's call at the {@link FakeProvider}: a unary one is answered with the connection's number as slot, as soon as it
 * is half-closed; any other stays open.
 */
final class FakeCall<Q, R> extends ClientCall<Q, R> {

    final MethodDescriptor<Q, R> method;
    final CallOptions options;
    final List<Object> sent = new ArrayList<>();
    final Context context = Context.current();
    Metadata headers = new Metadata();
    boolean halfClosed;
    boolean ended;

    private final FakeProvider.Link link;
    private @Nullable Listener<R> listener;

    FakeCall(FakeProvider.Link link, MethodDescriptor<Q, R> method, CallOptions options) {
        this.link = link;
        this.method = method;
        this.options = options;
    }

    @Override
    public void start(Listener<R> told, Metadata with) {
        listener = told;
        headers = with;
        link.calls.add(this);
        if (link.isClosed()) {
            end(Status.UNAVAILABLE.withDescription("closed"));
        }
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendMessage(Q message) {
        sent.add(message);
    }

    @Override
    public void halfClose() {
        halfClosed = true;
        if (method.getType() == MethodDescriptor.MethodType.UNARY && !ended) {
            R answer = method.parseResponse(GetSlotResponse.newBuilder()
                    .setSlot(link.id())
                    .build()
                    .toByteString()
                    .newInput());
            link.later(() -> {
                if (!ended) {
                    executor().execute(() -> Objects.requireNonNull(listener).onMessage(answer));
                    end(Status.OK);
                }
            });
        }
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        end(Status.CANCELLED.withDescription(message).withCause(cause));
    }

    void end(Status status) {
        if (!ended) {
            ended = true;
            link.calls.remove(this);
            executor().execute(() -> Objects.requireNonNull(listener).onClose(status, new Metadata()));
        }
    }

    private Executor executor() {
        return Objects.requireNonNull(options.getExecutor());
    }
}
