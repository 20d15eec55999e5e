package io.firehole.gateway.stream;

import com.google.protobuf.Timestamp;
import io.firehole.pool.Delivery;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Subscribe} call from its first ping to its status. Event loop only.
 *
 * <p>Its {@link State} goes one way: LIVE, then ENDING when a status is due, then OVER when the client is gone or has been
 * told. From ENDING on the place in the pool is given up; what remains is to finish a message that is half written, so that
 * the status reaches the client, and that only for as long as a stalled client is waited for.
 *
 * <p>What the client asks comes by way of a {@link RequestReader}, what it is to get goes into a {@link Packer}.
 */
public final class SubscribeCall implements CarriedCall {

    /** Pings and pongs that may wait for the client; while there are as many, its requests are left unread. */
    static final int URGENT_MAX = 1_024;

    /** What one call may write before others on the same event loop get their turn. */
    static final int TURN_BYTES = 4 * Packer.PACK_BYTES;

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

    /** The trailer with the last slot that a client of a gateway which drains has got whole. */
    public static final String LAST_SLOT_TRAILER = "x-last-complete-slot";

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
    private final RequestReader reader;
    private final StallWatch stall;

    private State state = State.LIVE;
    private @Nullable GrpcStatus last;
    private List<HeaderField> lastMetadata = List.of();

    /** Why the call is to end behind what waits for its client; null if it is not. */
    private @Nullable GrpcStatus farewell;

    /** Whether the last whole slot is known, or known to be unknown. */
    private boolean farewellComplete;

    private boolean mayEnd = true;
    private boolean pumping;
    private Timers.Timer pingTimer = () -> {};
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
        this.packer = new Packer(new Updates(), sent);
        this.reader = new RequestReader(given, eventLoop, feed, inlet, received, new Answers());
        this.stall = new StallWatch(
                given.clock(), given.timers(), this::stallLimitNanos, () -> !outlet.isWritable(), this::cut);
        wakeup.wakes(this::pump);
    }

    /** Begins with a ping, which goes out as soon as the outlet takes it. */
    public void start() {
        given.counters().streamOpened();
        ping();
        stall.start();
        inlet.more();
    }

    @Override
    public void writable() {
        pump();
    }

    @Override
    public void received(ByteBuffer bytes) {
        reader.received(bytes);
    }

    @Override
    public void halfClosed() {
        reader.halfClosed();
        if (state != State.OVER) {
            stall.restart();
        }
    }

    @Override
    public void gone() {
        if (state != State.OVER) {
            state = State.OVER;
            given.counters().streamClosed();
            stall.stop();
            endTimer.cancel();
            giveUp();
        }
    }

    /**
     * Ends the call with that status behind what waits for its client, and says which slot was the last that the client has got
     * whole. At once where nothing waits: it is for clients that find another server, and is not held back.
     */
    public void drain(GrpcStatus status) {
        if (state == State.LIVE && farewell == null) {
            farewell = status;
            var unused = feed.finish()
                    .thenAccept(slot -> eventLoop.execute(() -> {
                        if (slot.isPresent() && state == State.LIVE) {
                            String number = String.valueOf(slot.getAsLong());
                            farewell = status.code().with(status.message() + "; last complete slot " + number);
                            lastMetadata = List.of(new HeaderField(LAST_SLOT_TRAILER, number));
                        }
                        farewellComplete = true;
                        pump();
                    }));
        }
    }

    /** Ends the call at once with that status, whatever waits: the gateway closes. */
    public void shutDown(GrpcStatus status) {
        if (state != State.OVER) {
            endTimer.cancel();
            mayEnd = true;
            if (state == State.LIVE) {
                lastMetadata = List.of(); // what waits is dropped, and with it the slot that was to be the last
                begin(status);
            }
            pump();
        }
    }

    /** What the feed has for the client. */
    private final class Updates implements Packer.Source {

        @Override
        public @Nullable Delivery poll() {
            return feed.poll();
        }

        @Override
        public void goesOut(List<Delivery> batch) {
            long now = given.clock().nanos();
            for (Delivery update : batch) {
                feed.written(update, now);
            }
        }
    }

    /** What the client's requests come to. */
    private final class Answers implements RequestReader.Listener {

        @Override
        public void pinged(int id) {
            packer.urgent(update().setPong(SubscribeUpdatePong.newBuilder().setId(id))
                    .build()
                    .toByteArray());
        }

        @Override
        public void refused(GrpcStatus status) {
            end(status);
        }

        @Override
        public void caughtUp() {
            pump();
        }

        @Override
        public boolean hasRoom() {
            return packer.urgentWaiting() < URGENT_MAX;
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
                    stall.moved();
                    outlet.send(buffer);
                }
            }
        } finally {
            pumping = false;
        }
        if (packer.urgentWaiting() < URGENT_MAX) {
            reader.resume();
        }
    }

    /** With nothing left to write: whether there is something to do about the end. */
    private boolean finish() {
        if (state == State.LIVE) {
            GrpcStatus ended = feed.ended();
            if (ended == null) {
                return false;
            }
            GrpcStatus goodbye = farewell;
            if (goodbye != null) {
                if (farewellComplete) {
                    begin(goodbye);
                }
                return farewellComplete && state != State.OVER;
            }
            // An end that is nobody's wish must not look like one: clients do not come back after OK.
            end(ended.isOk() ? GrpcStatus.Code.UNAVAILABLE.with("the subscription has ended") : ended);
            return state != State.OVER;
        }
        if (last != null && mayEnd) {
            outlet.end(last, lastMetadata);
            last = null;
        }
        return false;
    }

    private void end(GrpcStatus status) {
        if (state != State.LIVE) {
            return;
        }
        begin(status);
        if (ReturningClients.comeBackAtOnceAfter(status.code())) {
            mayEnd = false;
            endTimer = given.timers().after(given.times().errorHeldFor().toNanos(), () -> {
                mayEnd = true;
                stall.moved();
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
        reader.stop();
        pingTimer.cancel();
    }

    private long stallLimitNanos() {
        Duration limit = reader.isHalfClosed()
                ? given.times().stalledHalfClosedAfter()
                : given.times().stalledAfter();
        return limit.toNanos();
    }

    private void cut() {
        given.counters().stalledStreamCut();
        outlet.reset(); // a status would wait behind what the client does not take
    }
}
