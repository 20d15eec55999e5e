package io.firehole.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import io.firehole.gateway.stream.CarriedCall;
import io.firehole.gateway.stream.HeaderField;
import io.firehole.gateway.stream.Outlet;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageEncoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * An HTTP/2 response as Armeria pulls it: headers when the call begins, then a buffer each time that the last one has left, then trailers.
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
    private final MessageEncoding encoding;

    private @Nullable CarriedCall call;
    private @Nullable Subscriber<? super HttpObject> subscriber;

    /** Null until the call begins. */
    private @Nullable ResponseHeaders headers;

    private @Nullable GrpcStatus last;
    private List<HeaderField> lastMetadata = List.of();
    private long demand;
    private boolean headersSent;
    private boolean over;

    /** @param encoding how the call packs its messages */
    ResponseOutlet(EventLoop eventLoop, ByteBufAllocator allocator, MessageEncoding encoding) {
        this.eventLoop = eventLoop;
        this.allocator = allocator;
        this.encoding = encoding;
    }

    /** Whom to tell; before {@link #subscribe}. */
    void carries(CarriedCall call) {
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
            writeHeaders();
        } else if (last != null) {
            writeTrailers(last);
        } else {
            call().writable();
        }
    }

    @Override
    public void begin(List<HeaderField> metadata) {
        if (over || last != null) {
            return;
        }
        headers = GrpcReplies.headers(encoding, metadata);
        if (demand > 0) {
            writeHeaders();
        }
    }

    /** Writes whatever opens the answer, if that is known: headers, or the end if it comes before them. */
    private void writeHeaders() {
        ResponseHeaders begun = headers;
        GrpcStatus status = last;
        if (begun != null) {
            headersSent = true;
            publish(begun);
        } else if (status != null) {
            headersSent = true;
            over = true;
            publish(GrpcReplies.onlyTrailers(status, lastMetadata));
            Objects.requireNonNull(subscriber, "subscriber").onComplete();
            call().gone();
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
    public void end(GrpcStatus status, List<HeaderField> metadata) {
        if (over || last != null) {
            return;
        }
        last = status;
        lastMetadata = metadata;
        if (demand > 0) {
            if (headersSent) {
                writeTrailers(status);
            } else {
                writeHeaders();
            }
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
        publish(GrpcReplies.trailers(status, lastMetadata));
        Objects.requireNonNull(subscriber, "subscriber").onComplete();
        call().gone();
    }

    private void finish() {
        if (!over) {
            over = true;
            call().gone();
        }
    }

    private CarriedCall call() {
        return Objects.requireNonNull(call, "call");
    }
}
