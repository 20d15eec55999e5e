package io.firehole.gateway.stream;

import io.firehole.pool.Delivery;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.OversizeMessageException;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method that is not ours to understand: whatever the client sends goes to the provider, message by message and
 * byte for byte, and whatever the provider answers goes back. Event loop only.
 *
 * <p>Nobody here knows how many messages either side sends, so every method is taken for one with streams both ways; a
 * unary one is a stream of one message. Neither side is read faster than the other takes: the client's next bytes are asked for
 * when the provider's window has room, the provider's next messages when those that wait for the client are few.
 *
 * <p>Its {@link State} goes one way: LIVE, then ENDING when the status is known and what came before it has yet to be
 * written, then OVER when the client is gone or has been told.
 */
public final class RelayedCall implements CarriedCall {

    /** Messages asked of the provider before the client has taken them, at most. */
    static final int AHEAD_MESSAGES_MAX = 64;

    /** Bytes that wait for the client, before no more are asked for; a single message may be larger. */
    static final int AHEAD_BYTES = 256 * 1024;

    /** Bytes read at a time: a few compressed bytes can hold a message of the full size, and few of those should wait. */
    private static final int READ_BYTES = 4 * 1024;

    private static final byte[] NO_BYTES = {};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /**
     * What a call shares with its gateway.
     *
     * @param times how long it waits for what
     * @param messageBytesMax the largest message taken of a client
     * @param clock for stalls
     * @param timers whose tasks run on the event loop
     * @param counters what it counts in
     */
    public record Surroundings(
            StreamTimes times, int messageBytesMax, NanoClock clock, Timers timers, RelayCounters counters) {}

    private enum State {
        LIVE,
        ENDING,
        OVER
    }

    private final Surroundings given;
    private final Executor eventLoop;
    private final ClientCall<byte[], byte[]> upstream;
    private final Outlet outlet;
    private final Inlet inlet;
    private final MessageDeframer deframer;
    private final Packer packer;
    private final StallWatch stall;

    /** What the provider has sent and the client has not been given. */
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    private long waitingBytes;

    /** Messages asked of the provider that have not come. */
    private int asked;

    /** Of the messages that have come; 0 before the first. */
    private int largestBytes;

    private ByteBuffer unread = NOTHING;
    private boolean holdsUnread;
    private boolean halfClosed;
    private boolean halfCloseSent;

    private State state = State.LIVE;
    private boolean begun;
    private boolean dropsWhatWaits;
    private @Nullable GrpcStatus last;
    private List<HeaderField> lastMetadata = List.of();
    private boolean mayEnd = true;
    private boolean pumping;
    private Timers.Timer endTimer = () -> {};

    /**
     * A call that does nothing until {@link #start}.
     *
     * @param upstream not started, its listener to be called on the event loop
     * @param received how the client packs its messages; they go up unpacked
     */
    public RelayedCall(
            Surroundings given,
            Executor eventLoop,
            ClientCall<byte[], byte[]> upstream,
            Outlet outlet,
            Inlet inlet,
            MessageEncoding received) {
        this.given = given;
        this.eventLoop = eventLoop;
        this.upstream = upstream;
        this.outlet = outlet;
        this.inlet = inlet;
        this.deframer = new MessageDeframer(given.messageBytesMax(), received);
        this.packer = new Packer(this::next, MessageEncoding.IDENTITY);
        this.stall = new StallWatch(
                given.clock(),
                given.timers(),
                () -> given.times().stalledAfter().toNanos(),
                () -> begun && !outlet.isWritable(),
                this::cut);
    }

    /**
     * Begins at the provider.
     *
     * @param metadata of the client, for the provider
     * @throws IllegalArgumentException if metadata cannot travel; then nothing has begun
     */
    public void start(List<HeaderField> metadata) {
        Metadata headers = RelayedMetadata.up(metadata);
        given.counters().callOpened();
        upstream.start(new Answers(), headers);
        stall.start();
        ask();
        inlet.more();
    }

    @Override
    public void writable() {
        pump();
    }

    @Override
    public void received(ByteBuffer bytes) {
        if (state == State.LIVE) {
            unread = bytes;
            holdsUnread = true;
            read();
        }
    }

    @Override
    public void halfClosed() {
        halfClosed = true;
        read();
    }

    @Override
    public void gone() {
        if (state != State.OVER) {
            state = State.OVER;
            given.counters().callClosed();
            stall.stop();
            endTimer.cancel();
            giveUp("the client is gone");
            waiting.clear();
        }
    }

    /** Ends the call at once with that status, whatever waits: the gateway closes. */
    public void shutDown(GrpcStatus status) {
        if (state != State.OVER) {
            endTimer.cancel();
            mayEnd = true;
            dropsWhatWaits = true;
            if (state == State.LIVE) {
                giveUp("the gateway closes");
                conclude(status, List.of());
            }
            pump();
        }
    }

    /** What the provider answers. */
    private final class Answers extends ClientCall.Listener<byte[]> {

        @Override
        public void onHeaders(Metadata headers) {
            if (state == State.LIVE && !begun) {
                begun = true;
                stall.moved();
                outlet.begin(RelayedMetadata.down(headers));
            }
        }

        @Override
        public void onMessage(byte[] message) {
            asked--;
            if (state == State.LIVE) {
                waiting.add(message);
                waitingBytes += message.length;
                largestBytes = Math.max(largestBytes, Math.max(1, message.length));
                pump();
            }
        }

        @Override
        public void onReady() {
            read();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (state == State.LIVE) {
                String text = status.getDescription();
                conclude(
                        GrpcStatus.Code.of(status.getCode().value()).with(text == null ? "" : text),
                        RelayedMetadata.down(trailers));
                if (begun && ReturningClients.comeBackAtOnceAfter(lastCode())) {
                    mayEnd = false;
                    endTimer = given.timers().after(given.times().errorHeldFor().toNanos(), () -> {
                        mayEnd = true;
                        stall.moved();
                        pump();
                    });
                }
                pump();
            }
        }
    }

    /** Hands the client's messages up for as long as the provider takes them. */
    private void read() {
        try {
            while (state == State.LIVE && unread.hasRemaining() && upstream.isReady()) {
                ByteBuffer some = unread.slice(unread.position(), Math.min(READ_BYTES, unread.remaining()));
                unread.position(unread.position() + some.remaining());
                deframer.feed(some, message -> {
                    upstream.sendMessage(message);
                    given.counters().sentUp();
                });
            }
            if (state == State.LIVE && !unread.hasRemaining()) {
                if (!halfClosed) {
                    if (holdsUnread) {
                        holdsUnread = false;
                        unread = NOTHING;
                        inlet.more();
                    }
                } else if (!halfCloseSent) {
                    halfCloseSent = true;
                    deframer.end();
                    upstream.halfClose();
                }
            }
        } catch (OversizeMessageException e) {
            refuse(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("message refused by the gateway: " + e.getMessage()));
        } catch (FramingException e) {
            refuse(e.status());
        }
    }

    private void refuse(GrpcStatus status) {
        giveUp("the client's messages cannot be read");
        conclude(status, List.of());
        pump();
    }

    /** The next message for the packer. */
    private @Nullable Delivery next() {
        byte[] message = waiting.poll();
        if (message == null) {
            return null;
        }
        waitingBytes -= message.length;
        return new Delivery(NO_BYTES, message, 0, message.length, 0);
    }

    /** Asks the provider for as many messages as may wait here, judged by the largest that has come. */
    private void ask() {
        int most = largestBytes == 0 ? 1 : Math.clamp(AHEAD_BYTES / largestBytes, 1, AHEAD_MESSAGES_MAX);
        int more = most - asked - waiting.size();
        if (state == State.LIVE && more > 0 && waitingBytes < AHEAD_BYTES) {
            asked += more;
            upstream.request(more);
        }
    }

    /** Writes what waits for as long as the outlet takes it. The outlet calls back into here while it writes. */
    private void pump() {
        if (pumping || state == State.OVER) {
            return;
        }
        pumping = true;
        try {
            int left = SubscribeCall.TURN_BYTES;
            while (state != State.OVER && outlet.isWritable()) {
                if (left <= 0) {
                    eventLoop.execute(this::pump);
                    break;
                }
                ByteBuf buffer = dropsWhatWaits ? packer.rest() : packer.next(outlet);
                if (buffer == null) {
                    break;
                }
                left -= buffer.readableBytes();
                given.counters().wrote(packer.messages(), buffer.readableBytes());
                stall.moved();
                outlet.send(buffer);
            }
            finish();
        } finally {
            pumping = false;
        }
        ask();
    }

    /** Tells the client the end once all before it has been written. */
    private void finish() {
        GrpcStatus status = last;
        boolean allWritten = dropsWhatWaits ? !packer.midMessage() : waiting.isEmpty() && packer.isEmpty();
        if (state == State.ENDING && status != null && mayEnd && (allWritten || !begun)) {
            last = null;
            outlet.end(status, lastMetadata);
        }
    }

    private void conclude(GrpcStatus status, List<HeaderField> metadata) {
        state = State.ENDING;
        last = status;
        lastMetadata = metadata;
        unread = NOTHING;
        if (!status.isOk()) {
            given.counters().callFailed();
        }
    }

    private GrpcStatus.Code lastCode() {
        return last == null ? GrpcStatus.Code.OK : last.code();
    }

    private void giveUp(String why) {
        upstream.cancel(why, null);
    }

    private void cut() {
        given.counters().stalledCallCut();
        outlet.reset(); // a status would wait behind what the client does not take
    }
}
