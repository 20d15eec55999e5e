package io.firehole.pool.transport.grpc;

import io.firehole.pool.time.NanoClock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches an open connection: asks for a sign of life when it has been silent, and hears a GOAWAY. Event loop only.
 *
 * <p>grpc-java has a keep-alive of its own, but with calls only, or from the moment a channel begins to connect: a connect
 * that waits some seconds for its permit would be given up for not answering. And it takes no interval below 10 s. Any
 * bytes count as a sign of life; the ping only makes sure that there is something to answer.
 */
final class SignsOfLife {

    /** Marks our pings, so that grpc-java does not complain of an answer it never asked for. Spells FIREHOLE. */
    private static final long PING = 0x46_49_52_45_48_4F_4C_45L;

    private static final int DEBUG_TEXT_MAX = 200;

    private final Channel socket;
    private final Http2ConnectionHandler http2;
    private final ConnectGate gate;
    private final NanoClock clock;
    private final Duration every;
    private final Duration timeout;
    private final Consumer<String> lost;
    private final Consumer<String> goingAway;
    private @Nullable Future<?> next;
    private boolean asked;
    private long askedNanos;

    private SignsOfLife(
            Channel socket,
            Http2ConnectionHandler http2,
            ConnectGate gate,
            GrpcTransportSettings settings,
            NanoClock clock,
            Consumer<String> lost,
            Consumer<String> goingAway) {
        this.socket = socket;
        this.http2 = http2;
        this.gate = gate;
        this.clock = clock;
        this.every = settings.keepAliveEvery();
        this.timeout = settings.keepAliveTimeout();
        this.lost = lost;
        this.goingAway = goingAway;
    }

    /**
     * Begins to watch.
     *
     * @param lost told in words when the connection is of no use any more
     * @param goingAway told in words when the provider takes no further calls; the watch goes on until stopped
     * @return null if that socket does not speak HTTP/2
     */
    static @Nullable SignsOfLife watch(
            Channel socket,
            GrpcTransportSettings settings,
            NanoClock clock,
            Consumer<String> lost,
            Consumer<String> goingAway) {
        Http2ConnectionHandler http2 = socket.pipeline().get(Http2ConnectionHandler.class);
        ConnectGate gate = socket.pipeline().get(ConnectGate.class);
        if (http2 == null || gate == null) {
            return null;
        }
        SignsOfLife watch = new SignsOfLife(socket, http2, gate, settings, clock, lost, goingAway);
        http2.decoder().frameListener(watch.new Frames(http2.decoder().frameListener()));
        if (!watch.every.isZero()) {
            watch.checkIn(watch.every.toNanos());
        }
        return watch;
    }

    void stop() {
        if (next != null) {
            next.cancel(false);
        }
    }

    private void checkIn(long delayNanos) {
        next = socket.eventLoop().schedule(this::check, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        long nowNanos = clock.nanos();
        long lastReadNanos = gate.lastReadNanos();
        if (asked && lastReadNanos - askedNanos >= 0) {
            asked = false;
        }
        if (asked) {
            long waitedNanos = nowNanos - askedNanos;
            if (waitedNanos >= timeout.toNanos()) {
                lost.accept("no sign of life: silent for " + every.toMillis() + " ms, and no answer to a ping within "
                        + timeout.toMillis() + " ms");
            } else {
                checkIn(Math.min(timeout.toNanos() - waitedNanos, every.toNanos()));
            }
        } else if (nowNanos - lastReadNanos < every.toNanos()) {
            checkIn(every.toNanos() - (nowNanos - lastReadNanos));
        } else {
            ask(nowNanos);
            checkIn(Math.min(timeout.toNanos(), every.toNanos()));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A ping that cannot be written gets no answer, which is looked for.
    private void ask(long nowNanos) {
        asked = true;
        askedNanos = nowNanos;
        ChannelHandlerContext ctx = socket.pipeline().context(http2);
        if (ctx != null) {
            http2.encoder().writePing(ctx, false, PING, ctx.newPromise());
            http2.flush(ctx);
        }
    }

    private final class Frames extends Http2FrameListenerDecorator {

        Frames(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            if (data != PING) {
                super.onPingAckRead(ctx, data);
            }
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData)
                throws Http2Exception {
            super.onGoAwayRead(ctx, lastStreamId, errorCode, debugData);
            Http2Error error = Http2Error.valueOf(errorCode);
            String text = debugData.toString(
                    debugData.readerIndex(),
                    Math.min(debugData.readableBytes(), DEBUG_TEXT_MAX),
                    StandardCharsets.UTF_8);
            String message = "the provider sent GOAWAY " + (error == null ? "error " + errorCode : error.name())
                    + (text.isBlank() ? "" : ": " + text);
            // Later: grpc-java is to see the frame first, and tell the calls that it names.
            ctx.executor().execute(() -> goingAway.accept(message));
        }
    }
}
