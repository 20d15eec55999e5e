package io.firehole.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import io.firehole.gateway.stream.Outlet;
import io.firehole.gateway.stream.SubscribeCall;
import io.firehole.wire.GrpcStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * An HTTP/2 response as Armeria pulls it: headers at once, then a buffer each time that the last one has left, then trailers.
 *
 * <p>Armeria asks for one object, writes it, and asks for the next when that write has completed. A DATA frame's write
 * completes when HTTP/2 flow control has let it pass and the socket has taken it. So the demand is the client's window, seen
 * from here, and a client that reads nothing leaves exactly one buffer outstanding.
 *
 * <p>Lives on the event loop of the connection; {@link #subscribe} and {@link #cancel} come from there too, or are sent there.
 */
final class ResponseOutlet implements Outlet, Publisher<HttpObject>, Subscription {

    private final EventLoop eventLoop;
    private final ByteBufAllocator allocator;
    private final ResponseHeaders headers;

    private @Nullable SubscribeCall call;
    private @Nullable Subscriber<? super HttpObject> subscriber;
    private @Nullable GrpcStatus last;
    private long demand;
    private boolean headersSent;
    private boolean over;

    ResponseOutlet(EventLoop eventLoop, ByteBufAllocator allocator, ResponseHeaders headers) {
        this.eventLoop = eventLoop;
        this.allocator = allocator;
        this.headers = headers;
    }

    /** Whom to tell; before {@link #subscribe}. */
    void carries(SubscribeCall call) {
        this.call = call;
    }

    @Override
    public void subscribe(Subscriber<? super HttpObject> newSubscriber) {
        if (subscriber != null) {
            throw new IllegalStateException("a response is written to one client only");
        }
        subscriber = newSubscriber;
        newSubscriber.onSubscribe(this);
        if (over && !headersSent) {
            newSubscriber.onError(AbortedStreamException.get()); // reset before there was anyone to tell
        }
    }

    @Override
    public void request(long n) {
        if (!eventLoop.inEventLoop()) {
            eventLoop.execute(() -> request(n));
            return;
        }
        demand = Math.max(demand, demand + n); // the sum may wrap
        if (over) {
            return;
        }
        if (!headersSent) {
            headersSent = true;
            publish(headers);
        } else if (last != null) {
            writeTrailers(last);
        } else {
            call().writable();
        }
    }

    @Override
    public void cancel() {
        if (!eventLoop.inEventLoop()) {
            eventLoop.execute(this::cancel);
            return;
        }
        finish();
    }

    @Override
    public boolean isWritable() {
        return demand > 0 && headersSent && last == null && !over;
    }

    @Override
    public ByteBuf buffer(int bytes) {
        return allocator.directBuffer(bytes, bytes);
    }

    @Override
    public void send(ByteBuf messages) {
        if (!isWritable()) {
            messages.release();
            throw new IllegalStateException("the client has not taken what was sent before");
        }
        publish(HttpData.wrap(messages));
    }

    @Override
    public void end(GrpcStatus status) {
        if (over || last != null) {
            return;
        }
        last = status;
        if (demand > 0 && headersSent) {
            writeTrailers(status);
        }
    }

    @Override
    public void reset() {
        if (over) {
            return;
        }
        finish();
        if (subscriber != null) {
            // One of the exceptions that Armeria answers with RST_STREAM(CANCEL) and without a warning in the log.
            subscriber.onError(AbortedStreamException.get());
        }
    }

    private void publish(HttpObject object) {
        demand--;
        Objects.requireNonNull(subscriber, "subscriber").onNext(object);
    }

    private void writeTrailers(GrpcStatus status) {
        over = true; // Armeria asks for more within these calls
        publish(GrpcReplies.trailers(status));
        Objects.requireNonNull(subscriber, "subscriber").onComplete();
        call().gone();
    }

    private void finish() {
        if (!over) {
            over = true;
            call().gone();
        }
    }

    private SubscribeCall call() {
        return Objects.requireNonNull(call, "call");
    }
}
