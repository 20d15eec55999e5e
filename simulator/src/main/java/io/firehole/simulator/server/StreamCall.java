package io.firehole.simulator.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.ReplayAnswer;
import io.firehole.simulator.chain.RingCursor;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.OversizeMessageException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Subscribe or SubscribeDeshred stream, as the reference runs it.
 *
 * <p>Two ends meet in the {@link Outbox}. Requests are read and checked as they come in; pongs go straight into the box,
 * the newest other request waits until the stream looks, which is between two events of the chain: of several that wait
 * only the last counts. What the chain has is put into the box event by event. Live events are never waited for: a box
 * that is full ends the stream. Replayed ones are, while the live ones wait in the ring.
 *
 * <p>A status is the last thing in the box: it is sent when all before it has gone.
 *
 * <p>Belongs to the call's event loop.
 */
final class StreamCall implements Call {

    private static final Logger log = LoggerFactory.getLogger(StreamCall.class);

    /** Requests larger than this are read on another thread: a hundred thousand keys take their time. */
    private static final int LARGE_REQUEST_BYTES = 64 * 1024;

    /** How many messages a stream may put into its box before it lets the others on its event loop go on. */
    private static final int TURN_MESSAGES = 2_048;

    /** How many times a stream may fill the socket before it lets the others on its event loop go on. */
    private static final int TURN_FLUSHES = 16;

    /** A replay waits while so many bytes wait for the client. */
    private static final long REPLAY_AHEAD_BYTES = 1024 * 1024;

    private final StreamDialect dialect;
    private final Reply reply;
    private final EventLoop loop;
    private final ProviderContext provider;
    private final String account;
    private final Outbox outbox;
    private final MessageEncoding encoding;
    private final Consent consent;
    private final Runnable onClosed;

    private @Nullable Future<?> pings;

    private @Nullable Selection selection;
    private @Nullable RingCursor cursor;
    private Asked.@Nullable Replace waiting;
    private Queue<RingEvent> replay = new ArrayDeque<>();
    private @Nullable RingEvent event;
    private int at = Matches.START;
    private boolean eventReplayed;
    private int turnMessages;

    private final Deque<byte[]> unread = new ArrayDeque<>();
    private boolean reading;
    private boolean lookScheduled;
    private boolean pumping;
    private @Nullable GrpcStatus ending;
    private boolean closed;

    /** Stops and resumes the flow of requests. */
    interface Consent {
        void read(boolean wanted);
    }

    StreamCall(
            StreamDialect dialect,
            Reply reply,
            EventLoop loop,
            ProviderContext provider,
            String account,
            MessageEncoding encoding,
            Consent consent,
            Runnable onClosed) {
        this.dialect = dialect;
        this.reply = reply;
        this.loop = loop;
        this.provider = provider;
        this.account = account;
        this.outbox = new Outbox(provider.limits(), provider.budget(), encoding, provider.traffic());
        this.consent = consent;
        this.onClosed = onClosed;
        this.encoding = encoding;
    }

    /** Sends the headers and the first ping, before any request. */
    void open() {
        reply.headers(encoding);
        ping();
        long every = provider.limits().pingEvery().toNanos();
        pings = loop.scheduleAtFixedRate(this::ping, every, every, TimeUnit.NANOSECONDS);
    }

    @Override
    public void message(byte[] message) {
        provider.traffic().request();
        if (isEnding()) {
            return;
        }
        if (!provider.streams().request(account, provider.clock().nanos())) {
            provider.refusals().count("requests");
            end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("rate limit exceeded"));
            return;
        }
        heed(message);
    }

    private void heed(byte[] message) {
        if (reading) {
            unread.add(message);
        } else if (message.length > LARGE_REQUEST_BYTES) {
            readElsewhere(message, provider.workers());
        } else {
            take(read(message));
        }
    }

    private void readElsewhere(byte[] message, Executor workers) {
        reading = true;
        consent.read(false);
        workers.execute(() -> {
            Asked asked = read(message);
            loop.execute(() -> {
                reading = false;
                take(asked);
                while (!reading && !unread.isEmpty() && !isEnding()) {
                    heed(unread.remove());
                }
                if (!reading) {
                    consent.read(true);
                }
            });
        });
    }

    private Asked read(byte[] message) {
        try {
            return dialect.read(message);
        } catch (InvalidProtocolBufferException e) {
            // The reference takes bytes it cannot read for the client's wish to end.
            return new Asked.Refused(GrpcStatus.OK);
        } catch (RuntimeException e) {
            return new Asked.Refused(failed(e));
        }
    }

    private void take(Asked asked) {
        if (isEnding()) {
            return;
        }
        switch (asked) {
            case Asked.Pong pong -> {
                outbox.add(dialect.pong(pong.id(), provider.clock().wall()));
                pump();
            }
            case Asked.Replace replace -> {
                waiting = replace;
                look();
            }
            case Asked.Refused refused -> end(refused.status());
        }
    }

    @Override
    public void broken(FramingException problem) {
        if (problem instanceof OversizeMessageException) {
            provider.refusals().count("request.bytes");
        }
        end(GrpcStatus.OK);
    }

    @Override
    public void requestEnded() {
        reply.requestEnded();
    }

    @Override
    public void writable() {
        pump();
        if (isReplaying()) {
            look();
        }
    }

    @Override
    public void shutDown() {
        end(GrpcStatus.Code.UNAVAILABLE.with("server is shutting down try again later"));
    }

    @Override
    public void closed() {
        if (closed) {
            return;
        }
        closed = true;
        stop();
        outbox.close();
        onClosed.run();
    }

    /** Looks for a new request and for new events, soon: requests that arrive together are seen together. */
    private void look() {
        if (!lookScheduled) {
            lookScheduled = true;
            loop.execute(() -> {
                lookScheduled = false;
                advance();
            });
        }
    }

    /** Puts what the chain has into the box, as far as it may. */
    void advance() {
        try {
            goOn();
        } catch (RuntimeException e) {
            end(failed(e));
        }
    }

    private static GrpcStatus failed(RuntimeException e) {
        log.error("a stream ends by a mistake of the simulator", e);
        return GrpcStatus.Code.INTERNAL.with("mistake of the simulator: " + e);
    }

    private void goOn() {
        if (isEnding()) {
            return;
        }
        turnMessages = 0;
        while (!isEnding() && step()) {
            if (turnMessages >= TURN_MESSAGES) {
                look();
                break;
            }
        }
        pump();
        if (isReplaying() && outbox.waitingBytes() < REPLAY_AHEAD_BYTES) {
            look();
        }
    }

    private boolean isReplaying() {
        return !isEnding() && (eventReplayed || !replay.isEmpty());
    }

    /** One event, or a part of it; false if there is nothing to do now. */
    private boolean step() {
        RingEvent now = event;
        if (now == null) {
            now = next();
            if (now == null) {
                return false;
            }
        }
        Selection wanted = selection;
        if (wanted == null) {
            return false;
        }
        if (eventReplayed && outbox.waitingBytes() >= REPLAY_AHEAD_BYTES) {
            event = now;
            return false;
        }
        at = wanted.writer().write(now, at, this::put);
        if (at == Matches.DONE) {
            at = Matches.START;
            event = null;
            eventReplayed = false;
        } else {
            event = now;
        }
        return true;
    }

    /** What comes next: the replay, a request that waits, the ring. */
    private @Nullable RingEvent next() {
        RingEvent replayed = replay.poll();
        if (replayed != null) {
            eventReplayed = true;
            return replayed;
        }
        Asked.Replace request = waiting;
        if (request != null) {
            waiting = null;
            apply(request);
            return isEnding() ? null : next();
        }
        RingCursor place = cursor;
        if (place == null) {
            return null;
        }
        RingEvent live = place.poll();
        if (live == null && place.lagged()) {
            provider.traffic().lagged();
            end(GrpcStatus.Code.INTERNAL.with(dialect.laggedText()));
        }
        return live;
    }

    private void apply(Asked.Replace request) {
        Selection before = selection;
        selection = request.selection();
        if (before == null || before.ring() != request.selection().ring()) {
            cursor = request.selection().ring().cursor();
        }
        Supplier<ReplayAnswer> asked = request.replay();
        if (asked == null) {
            return;
        }
        switch (asked.get()) {
            case ReplayAnswer.Replayed replayed -> replay = new ArrayDeque<>(replayed.events());
            case ReplayAnswer.OutOfRange out ->
                end(GrpcStatus.Code.OUT_OF_RANGE.with("broadcast from " + Long.toUnsignedString(out.requested())
                        + " is not available, last available: " + Long.toUnsignedString(out.oldest())));
            case ReplayAnswer.NothingToReplay nothing ->
                end(GrpcStatus.Code.INTERNAL.with("failed to get replay response"));
            case ReplayAnswer.Off off -> end(GrpcStatus.Code.INTERNAL.with("from_slot is not supported"));
        }
    }

    private boolean put(UpdateKind kind, byte[] names, byte[] payload, int offset, int length, byte[] createdAt) {
        if (!eventReplayed && outbox.isFull()) {
            provider.traffic().lagged();
            end(GrpcStatus.Code.INTERNAL.with("lagged to send an update"));
            return false;
        }
        OutboundMessage message = new OutboundMessage(kind, names, payload, offset, length, createdAt);
        FaultKind poison = dialect.poison(kind);
        if (poison == null) {
            outbox.add(message);
        } else {
            Poison.of(poison, message).forEach(outbox::add);
        }
        turnMessages++;
        return turnMessages < TURN_MESSAGES && (!eventReplayed || outbox.waitingBytes() < REPLAY_AHEAD_BYTES);
    }

    private void ping() {
        if (!isEnding() && !outbox.isFull()) {
            outbox.add(dialect.ping(provider.clock().wall()));
            pump();
        }
    }

    /** Hands to HTTP/2 what it takes now, and the status when all is gone. */
    private void pump() {
        if (closed || pumping) {
            return;
        }
        // Flushing may tell of new room while we are still here; the loop sees that by itself.
        pumping = true;
        try {
            for (int turn = 0; turn < TURN_FLUSHES && !outbox.isEmpty() && reply.isWritable(); turn++) {
                while (!outbox.isEmpty() && reply.isWritable()) {
                    reply.data(outbox.piece(provider.allocator()));
                }
                reply.flush();
            }
        } finally {
            pumping = false;
        }
        outbox.settle();
        GrpcStatus status = ending;
        if (outbox.isEmpty()) {
            if (status != null && !reply.isEnded()) {
                reply.end(status);
            }
        } else if (reply.isWritable()) {
            loop.execute(this::pump);
        }
    }

    private boolean isEnding() {
        return closed || ending != null;
    }

    private void end(GrpcStatus status) {
        if (isEnding()) {
            return;
        }
        ending = status;
        stop();
        pump();
    }

    private void stop() {
        Future<?> timer = pings;
        if (timer != null) {
            timer.cancel(false);
            pings = null;
        }
        event = null;
        waiting = null;
        replay.clear();
        unread.clear();
    }
}
