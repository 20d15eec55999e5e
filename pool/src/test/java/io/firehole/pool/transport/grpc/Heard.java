package io.firehole.pool.transport.grpc;

import com.google.protobuf.ByteString;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.wire.GrpcStatus;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Hears of a connection and of its streams, and waits for what a test expects. */
final class Heard implements ConnectionListener {

    /** What can be heard. */
    sealed interface Event {
        record Ready() implements Event {}

        record Draining(GrpcStatus why) implements Event {}

        record Closed(GrpcStatus why) implements Event {}

        record Update(ByteString message) implements Event {}

        record StreamClosed(GrpcStatus why) implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Set<String> threads = ConcurrentHashMap.newKeySet();

    @Override
    public void ready() {
        add(new Event.Ready());
    }

    @Override
    public void draining(GrpcStatus why) {
        add(new Event.Draining(why));
    }

    @Override
    public void closed(GrpcStatus why) {
        add(new Event.Closed(why));
    }

    /** A listener for one stream, which tells into the same ear. */
    StreamListener stream() {
        return new StreamListener() {
            @Override
            public void update(byte[] message) {
                add(new Event.Update(ByteString.copyFrom(message)));
            }

            @Override
            public void closed(GrpcStatus why) {
                add(new Event.StreamClosed(why));
            }
        };
    }

    private void add(Event event) {
        threads.add(Thread.currentThread().getName());
        events.add(event);
    }

    /** Every thread that told something. */
    Set<String> threads() {
        return threads;
    }

    Event next() throws InterruptedException {
        Event event = events.poll(20, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("nothing was heard");
        }
        return event;
    }

    /** The next event, which must be of that kind; that a connection drains may be said before any end. */
    <E extends Event> E next(Class<E> kind) throws InterruptedException {
        Event event = next();
        if (event instanceof Event.Draining && kind != Event.Draining.class) {
            event = next();
        }
        if (!kind.isInstance(event)) {
            throw new AssertionError("heard " + event + " instead of " + kind.getSimpleName());
        }
        return kind.cast(event);
    }

    GrpcStatus closedConnection() throws InterruptedException {
        return next(Event.Closed.class).why();
    }

    GrpcStatus closedStream() throws InterruptedException {
        return next(Event.StreamClosed.class).why();
    }

    byte[] update() throws InterruptedException {
        return next(Event.Update.class).message().toByteArray();
    }
}
