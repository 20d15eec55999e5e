package io.firehole.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The one message of a unary call, collected from the request's body. Event loop only. */
final class UnaryRequest implements Subscriber<HttpObject> {

    /** The largest unary request: the methods of this service take a few bytes. */
    static final int REQUEST_BYTES_MAX = 64 * 1024;

    /** The request is wrong: the call ends with that status. */
    static final class Rejected extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient GrpcStatus status;

        Rejected(GrpcStatus status) {
            super(status.toString(), null, false, false);
            this.status = status;
        }

        GrpcStatus status() {
            return status;
        }
    }

    private final MessageDeframer deframer;
    private final List<byte[]> messages = new ArrayList<>();
    private final CompletableFuture<byte[]> message = new CompletableFuture<>();
    private @Nullable Subscription subscription;

    UnaryRequest(MessageEncoding encoding) {
        deframer = new MessageDeframer(REQUEST_BYTES_MAX, encoding);
    }

    /** The message, or {@link Rejected}. */
    CompletableFuture<byte[]> message() {
        return message;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpObject object) {
        if (object instanceof HttpData data) {
            try (data) {
                deframer.feed(data.array(), messages::add);
                if (messages.size() > 1) {
                    reject(GrpcStatus.Code.INTERNAL.with("a unary call has one request, this one had more"));
                }
            } catch (FramingException e) {
                reject(e.status());
            }
        }
    }

    @Override
    public void onError(Throwable cause) {
        message.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
        try {
            deframer.end();
            if (messages.isEmpty()) {
                message.completeExceptionally(
                        new Rejected(GrpcStatus.Code.INTERNAL.with("the call ended without a request")));
            } else {
                message.complete(messages.getFirst());
            }
        } catch (FramingException e) {
            message.completeExceptionally(new Rejected(e.status()));
        }
    }

    private void reject(GrpcStatus status) {
        message.completeExceptionally(new Rejected(status));
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
