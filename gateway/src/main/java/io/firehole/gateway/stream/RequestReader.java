package io.firehole.gateway.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.OversizeMessageException;
import io.firehole.wire.proto.SubscribeRequest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one client, out of the bytes it sends. Event loop only.
 *
 * <p>Requests are handled one after the other, and the next bytes are asked for when all before are done with. A request with
 * a ping is a ping alone, as at the reference server, but its filters are checked like any other's. A request too large to be
 * checked within a turn of the event loop is checked on another thread, and those behind it wait.
 */
final class RequestReader {

    private static final Logger logger = LoggerFactory.getLogger(RequestReader.class);

    /** A request larger than this is parsed and checked off the event loop, which other clients share. */
    static final int CHECKED_INLINE_BYTES = 64 * 1024;

    /** Bytes read at a time: a few compressed bytes can hold a message of the full size, and few of those should wait. */
    private static final int READ_BYTES = 4 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Hears what the requests come to, and says whether more may be read. */
    interface Listener {

        /** The client wants a pong with that id. */
        void pinged(int id);

        /** A request, or the bytes themselves, are wrong; nothing more is read. */
        void refused(GrpcStatus status);

        /** All requests there were have been told; now is the time to answer. */
        void caughtUp();

        /** Whether answers to more requests can be taken. {@link #resume} when that changes to yes. */
        boolean hasRoom();
    }

    private final Executor eventLoop;
    private final Executor checker;
    private final Feed feed;
    private final Inlet inlet;
    private final StreamCounters counters;
    private final Listener listener;
    private final MessageDeframer deframer;
    private final Deque<byte[]> requests = new ArrayDeque<>();

    private ByteBuffer unread = NOTHING;
    private boolean halfClosed;
    private boolean checking;
    private boolean paused;
    private boolean stopped;

    RequestReader(
            SubscribeCall.Surroundings given,
            Executor eventLoop,
            Feed feed,
            Inlet inlet,
            MessageEncoding encoding,
            Listener listener) {
        this.eventLoop = eventLoop;
        this.checker = given.checker();
        this.feed = feed;
        this.inlet = inlet;
        this.counters = given.counters();
        this.listener = listener;
        this.deframer = new MessageDeframer(given.requestBytesMax(), encoding);
    }

    void received(ByteBuffer bytes) {
        if (!stopped) {
            unread = bytes;
            read();
        }
    }

    /** No byte follows. */
    void halfClosed() {
        halfClosed = true;
        read();
    }

    boolean isHalfClosed() {
        return halfClosed;
    }

    /** There is room again for answers. */
    void resume() {
        if (paused) {
            paused = false;
            read();
        }
    }

    /** Forgets what has not been handled, and reads no more. */
    void stop() {
        stopped = true;
        requests.clear();
        unread = NOTHING;
    }

    private void read() {
        try {
            while (!stopped && !checking && unread.hasRemaining()) {
                ByteBuffer some = unread.slice(unread.position(), Math.min(READ_BYTES, unread.remaining()));
                unread.position(unread.position() + some.remaining());
                deframer.feed(some, requests::add);
                handleRequests();
            }
            if (!stopped && !checking && halfClosed) {
                deframer.end();
            }
        } catch (OversizeMessageException e) {
            listener.refused(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                    "SubscribeRequest refused by the gateway: " + e.getMessage()));
        } catch (FramingException e) {
            listener.refused(e.status());
        }
        listener.caughtUp();
        if (!stopped && !checking && !halfClosed) {
            paused = !listener.hasRoom();
            if (!paused) {
                inlet.more();
            }
        }
    }

    private void handleRequests() {
        while (!stopped && !checking && !requests.isEmpty()) {
            byte[] request = requests.remove();
            if (request.length > CHECKED_INLINE_BYTES) {
                checkElsewhere(request);
            } else {
                tell(check(request));
            }
        }
    }

    private void checkElsewhere(byte[] request) {
        checking = true;
        checker.execute(() -> {
            Checked checked = check(request);
            eventLoop.execute(() -> {
                checking = false;
                if (!stopped) {
                    tell(checked);
                    handleRequests(); // what waited behind this one
                    read();
                }
            });
        });
    }

    /** What a request came to. */
    private sealed interface Checked {
        record Taken() implements Checked {}

        record Ping(int id) implements Checked {}

        record Refused(GrpcStatus status) implements Checked {}
    }

    /** Any thread, but for one request at a time. */
    private Checked check(byte[] bytes) {
        try {
            SubscribeRequest request = SubscribeRequest.parseFrom(bytes);
            if (request.hasPing()) {
                feed.check(request);
                counters.pingAnswered();
                return new Checked.Ping(request.getPing().getId());
            }
            counters.requestTaken();
            feed.request(request);
            return new Checked.Taken();
        } catch (InvalidFilterException e) {
            return new Checked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(e.statusMessage()));
        } catch (InvalidProtocolBufferException e) {
            return new Checked.Refused(GrpcStatus.Code.INVALID_ARGUMENT.with(
                    "the message of " + bytes.length + " bytes is no SubscribeRequest: " + e.getMessage()));
        } catch (RuntimeException e) {
            logger.error("A request of {} bytes could not be checked", bytes.length, e);
            return new Checked.Refused(GrpcStatus.Code.INTERNAL.with("the gateway failed to check the request"));
        }
    }

    private void tell(Checked checked) {
        switch (checked) {
            case Checked.Taken() -> {}
            case Checked.Ping(int id) -> listener.pinged(id);
            case Checked.Refused(GrpcStatus status) -> listener.refused(status);
        }
    }
}
