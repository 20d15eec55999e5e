package io.firehole.gateway.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.OversizeMessageException;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@code Subscribe} call from its first ping to its status. Event loop only.
 *
 * <p>Its {@link State} goes one way: LIVE, then ENDING when a status is due, then OVER when the client is gone or has been
 * told. From ENDING on the place in the pool is given up; what remains is to finish a message that is half written, so that
 * the status reaches the client, and that only for as long as a stalled client is waited for.
 *
 * <p>The client's requests are handled one after the other, and the next bytes are asked for when all before are done with.
 * A request with a ping is a ping alone, as at the reference server, but its filters are checked like any other's. A request
 * too large to be checked within a turn of the event loop is checked on another thread, and those behind it wait.
 */
public final class SubscribeCall {

    private static final Logger logger = LoggerFactory.getLogger(SubscribeCall.class);

    /** Pings and pongs that may wait for the client; while there are as many, its requests are left unread. */
    static final int URGENT_MAX = 1_024;

    /** A request larger than this is parsed and checked off the event loop, which other clients share. */
    static final int CHECKED_INLINE_BYTES = 64 * 1024;

    /** What one call may write before others on the same event loop get their turn. */
    static final int TURN_BYTES = 4 * Packer.PACK_BYTES;

    /** Bytes read at a time: a few packed bytes can hold a message of the full size, and only some of them should wait. */
    private static final int READ_BYTES = 4 * 1024;

    /**
     * What a call shares with its gateway.
     *
     * @param times how long it waits for what
     * @param requestBytesMax the largest request taken
     * @param clock for stalls
     * @param timers whose tasks run on the event loop
     * @param wallClock for {@code created_at}
     * @param checker where large requests are checked
     * @param counters what it counts in
     */
    public record Surroundings(
            StreamTimes times,
            int requestBytesMax,
            NanoClock clock,
            Timers timers,
            InstantSource wallClock,
            Executor checker,
            StreamCounters counters) {}

    private enum State {
        LIVE,
        ENDING,
        OVER
    }

    private final Surroundings given;
    private final Executor eventLoop;
    private final Feed feed;
    private final Outlet outlet;
    private final Inlet inlet;
    private final Packer packer;
    private final MessageDeframer deframer;
    private final Deque<byte[]> requests = new ArrayDeque<>();
    private ByteBuffer unread = ByteBuffer.allocate(0);

    private State state = State.LIVE;
    private @Nullable GrpcStatus last;
    private boolean mayEnd = true;
    private boolean halfClosed;
    private boolean checking;
    private boolean readingPaused;
    private boolean pumping;
    private long waitingSinceNanos;
    private Timers.Timer pingTimer = () -> {};
    private Timers.Timer stallTimer = () -> {};
    private Timers.Timer endTimer = () -> {};

    /**
     * A call that does nothing until {@link #start}.
     *
     * @param wakeup what the feed calls when it has something
     * @param received how the client packs its requests
     * @param sent how it wants its updates packed
     */
    public SubscribeCall(
            Surroundings given,
            Executor eventLoop,
            Feed feed,
            Wakeup wakeup,
            Outlet outlet,
            Inlet inlet,
            MessageEncoding received,
            MessageEncoding sent) {
        this.given = given;
        this.eventLoop = eventLoop;
        this.feed = feed;
        this.outlet = outlet;
        this.inlet = inlet;
        this.packer = new Packer(feed, sent);
        this.deframer = new MessageDeframer(given.requestBytesMax(), received);
        wakeup.wakes(this::pump);
    }

    /** Begins with a ping, which goes out as soon as the outlet takes it. */
    public void start() {
        given.counters().streamOpened();
        waitingSinceNanos = given.clock().nanos();
        ping();
        armStallTimer(stallLimitNanos());
        inlet.more();
    }

    /** The outlet can take a buffer again. */
    public void writable() {
        pump();
    }

    /**
     * The next bytes of the client's requests.
     *
     * @param bytes the call's own from now on
     */
    public void received(ByteBuffer bytes) {
        if (state == State.LIVE) {
            unread = bytes;
            read();
        }
    }

    /** The client has said that no request follows. It still reads. */
    public void halfClosed() {
        halfClosed = true;
        read();
        if (state != State.OVER) {
            armStallTimer(stallLimitNanos());
        }
    }

    /** The client is not there any more, or has got its status. Idempotent. */
    public void gone() {
        if (state != State.OVER) {
            state = State.OVER;
            given.counters().streamClosed();
            stallTimer.cancel();
            endTimer.cancel();
            giveUp();
        }
    }

    /** Ends the call at once with that status, whatever waits: the gateway closes. */
    public void shutDown(GrpcStatus status) {
        if (state != State.OVER) {
            endTimer.cancel();
            mayEnd = true;
            if (state == State.LIVE) {
                begin(status);
            }
            pump();
        }
    }

    private void read() {
        try {
            while (state == State.LIVE && !checking && unread.hasRemaining()) {
                ByteBuffer some = unread.slice(unread.position(), Math.min(READ_BYTES, unread.remaining()));
                unread.position(unread.position() + some.remaining());
                deframer.feed(some, requests::add);
                handleRequests();
            }
            if (state == State.LIVE && !checking && halfClosed) {
                deframer.end();
            }
        } catch (OversizeMessageException e) {
            end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("SubscribeRequest refused by the gateway: " + e.getMessage()));
        } catch (FramingException e) {
            end(e.status());
        }
        pump();
        if (state == State.LIVE && !checking && !halfClosed) {
            readingPaused = packer.urgentWaiting() >= URGENT_MAX;
            if (!readingPaused) {
                inlet.more();
            }
        }
    }

    private void handleRequests() {
        for (byte[] request = requests.poll(); request != null; request = requests.poll()) {
            if (request.length > CHECKED_INLINE_BYTES) {
                checkElsewhere(request);
                return;
            }
            apply(check(request));
            if (state != State.LIVE) {
                return;
            }
        }
    }

    private void checkElsewhere(byte[] request) {
        checking = true;
        given.checker().execute(() -> {
            Checked checked = check(request);
            eventLoop.execute(
                    () -> { // what follows waits behind this request
                        checking = false;
                        if (state == State.LIVE) {
                            apply(checked);
                            handleRequests();
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
                return new Checked.Ping(request.getPing().getId());
            }
            given.counters().requestTaken();
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

    private void apply(Checked checked) {
        switch (checked) {
            case Checked.Taken() -> {}
            case Checked.Ping(int id) -> {
                given.counters().pingAnswered();
                packer.urgent(update().setPong(SubscribeUpdatePong.newBuilder().setId(id))
                        .build()
                        .toByteArray());
            }
            case Checked.Refused(GrpcStatus status) -> end(status);
        }
    }

    private void ping() {
        if (state != State.LIVE) {
            return;
        }
        if (packer.urgentWaiting() < URGENT_MAX) {
            packer.urgent(update().setPing(SubscribeUpdatePing.getDefaultInstance())
                    .build()
                    .toByteArray());
            pump();
        }
        pingTimer = given.timers().after(given.times().pingEvery().toNanos(), this::ping);
    }

    private SubscribeUpdate.Builder update() {
        Instant now = given.wallClock().instant();
        return SubscribeUpdate.newBuilder()
                .setCreatedAt(
                        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
    }

    /** Writes what waits for as long as the outlet takes it. The outlet calls back into here while it writes. */
    private void pump() {
        if (pumping || state == State.OVER) {
            return;
        }
        pumping = true;
        try {
            int left = TURN_BYTES;
            while (state != State.OVER && outlet.isWritable()) {
                if (left <= 0) {
                    eventLoop.execute(this::pump);
                    break;
                }
                ByteBuf buffer = state == State.LIVE ? packer.next(outlet) : packer.rest();
                if (buffer == null) {
                    if (!finish()) {
                        break;
                    }
                } else {
                    left -= buffer.readableBytes();
                    given.counters().wrote(packer.messages(), buffer.readableBytes());
                    waitingSinceNanos = given.clock().nanos();
                    outlet.send(buffer);
                }
            }
        } finally {
            pumping = false;
        }
        if (readingPaused && packer.urgentWaiting() < URGENT_MAX) {
            readingPaused = false;
            read();
        }
    }

    /** With nothing left to write: whether there is something to do about the end. */
    private boolean finish() {
        if (state == State.LIVE) {
            GrpcStatus ended = feed.ended();
            if (ended == null) {
                return false;
            }
            // An end that is nobody's wish must not look like one: clients do not come back after OK.
            end(ended.isOk() ? GrpcStatus.Code.UNAVAILABLE.with("the subscription has ended") : ended);
            return state != State.OVER;
        }
        if (last != null && mayEnd) {
            outlet.end(last);
            last = null;
        }
        return false;
    }

    private void end(GrpcStatus status) {
        if (state != State.LIVE) {
            return;
        }
        begin(status);
        if (makesClientsComeBackAtOnce(status.code())) {
            mayEnd = false;
            endTimer = given.timers().after(given.times().errorHeldFor().toNanos(), () -> {
                mayEnd = true;
                waitingSinceNanos = given.clock().nanos();
                pump();
            });
        }
        pump();
    }

    private void begin(GrpcStatus status) {
        state = State.ENDING;
        last = status;
        given.counters().streamFailed();
        giveUp();
    }

    /** Frees the place in the pool, and all that is held for this client but the rest of a message. */
    private void giveUp() {
        feed.close();
        pingTimer.cancel();
        requests.clear();
        unread = ByteBuffer.allocate(0);
    }

    /**
     * After these a client with automatic reconnection calls again at once, hundreds of times a second, if it had got response
     * headers before; the others are final to it.
     */
    private static boolean makesClientsComeBackAtOnce(GrpcStatus.Code code) {
        return switch (code) {
            case CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS,
                    OUT_OF_RANGE -> true;
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    UNIMPLEMENTED,
                    UNAUTHENTICATED -> false;
        };
    }

    private long stallLimitNanos() {
        Duration limit = halfClosed
                ? given.times().stalledHalfClosedAfter()
                : given.times().stalledAfter();
        return limit.toNanos();
    }

    private void armStallTimer(long delayNanos) {
        stallTimer.cancel();
        stallTimer = given.timers().after(delayNanos, this::cutIfStalled);
    }

    private void cutIfStalled() {
        if (state == State.OVER) {
            return;
        }
        long waitedNanos = given.clock().nanos() - waitingSinceNanos;
        if (outlet.isWritable()) {
            armStallTimer(stallLimitNanos());
        } else if (waitedNanos < stallLimitNanos()) {
            armStallTimer(stallLimitNanos() - waitedNanos);
        } else {
            given.counters().stalledStreamCut();
            outlet.reset(); // a status would wait behind what the client does not take
        }
    }
}
