package io.firehole.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.SubscribeUpdate;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that shows every frame, and opens its windows only when told to. */
final class RawClient implements AutoCloseable {

    /** Something the server sent on a stream. */
    sealed interface Seen {
        record Headers(Map<String, String> values, boolean last) implements Seen {}

        record Data(ByteString bytes, boolean last) implements Seen {}

        record Reset(long code) implements Seen {}
    }

    private final EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Http2ConnectionHandler http2;
    private final Channel channel;
    private final InetSocketAddress server;
    private final Map<Integer, Call> calls = new ConcurrentHashMap<>();
    private final AtomicInteger nextStreamId = new AtomicInteger(1);
    private final CompletableFuture<Http2Settings> settings = new CompletableFuture<>();
    private final BlockingQueue<Long> pingAcks = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> goAway = new CompletableFuture<>();

    RawClient(InetSocketAddress server, int windowBytes) {
        this.server = server;
        http2 = new HandlerBuilder()
                .build(new FrameReader(), Http2Settings.defaultSettings().initialWindowSize(windowBytes));
        channel = new Bootstrap()
                .group(eventLoop)
                .channel(NioSocketChannel.class)
                .handler(http2)
                .connect(server)
                .syncUninterruptibly()
                .channel();
    }

    /** Calls a method; no request is sent yet. */
    Call call(String path, String... metadata) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path(path)
                .authority(server.getHostString() + ":" + server.getPort())
                .set("content-type", "application/grpc")
                .set("te", "trailers");
        for (int i = 0; i < metadata.length; i += 2) {
            headers.set(metadata[i], metadata[i + 1]);
        }
        Call call = new Call(nextStreamId.getAndAdd(2));
        calls.put(call.id, call);
        write((ctx, encoder) -> encoder.writeHeaders(ctx, call.id, headers, 0, false, ctx.newPromise()));
        return call;
    }

    private interface Write {
        Future<?> to(ChannelHandlerContext ctx, Http2ConnectionEncoder encoder) throws Http2Exception;
    }

    private void write(Write write) {
        channel.eventLoop().execute(() -> {
            ChannelHandlerContext ctx = channel.pipeline().context(http2);
            try {
                Future<?> unused = write.to(ctx, http2.encoder());
                channel.flush(); // through the handler, whose flow control holds DATA back until then
            } catch (Http2Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    Http2Settings settings() {
        return settings.orTimeout(FakeUpstream.PATIENCE_SECONDS, SECONDS).join();
    }

    /** Sends so many PING frames and waits for the answers. */
    void pings(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            long data = i;
            write((ctx, encoder) -> encoder.writePing(ctx, false, data, ctx.newPromise()));
        }
        for (int i = 0; i < count; i++) {
            assertThat(pingAcks.poll(FakeUpstream.PATIENCE_SECONDS, SECONDS)).isNotNull();
        }
    }

    boolean wasSentAway() {
        return goAway.isDone() || !channel.isActive();
    }

    @Override
    public void close() {
        if (eventLoop.isShuttingDown()) {
            return;
        }
        channel.close().syncUninterruptibly();
        var unused = eventLoop.shutdownGracefully(0, 1, SECONDS);
    }

    final class Call {

        private final int id;
        private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        private final MessageDeframer deframer = new MessageDeframer(Integer.MAX_VALUE);
        private final List<byte[]> messages = new ArrayList<>();

        private Call(int id) {
            this.id = id;
        }

        void send(byte[] message) {
            sendBytes(MessageHeader.frame(message));
        }

        void sendBytes(byte[] bytes) {
            write((ctx, encoder) ->
                    encoder.writeData(ctx, id, Unpooled.wrappedBuffer(bytes), 0, false, ctx.newPromise()));
        }

        void halfClose() {
            write((ctx, encoder) -> encoder.writeData(ctx, id, Unpooled.EMPTY_BUFFER, 0, true, ctx.newPromise()));
        }

        void reset() {
            write((ctx, encoder) -> encoder.writeRstStream(ctx, id, Http2Error.CANCEL.code(), ctx.newPromise()));
        }

        /** Opens stream and connection for so many bytes more. */
        void consume(int bytes) {
            write((ctx, encoder) -> {
                Http2Stream stream = http2.connection().stream(id);
                if (stream != null) {
                    http2.connection().local().flowController().consumeBytes(stream, bytes);
                }
                return ctx.newSucceededFuture();
            });
        }

        Seen next() throws InterruptedException {
            Seen next = seen.poll(FakeUpstream.PATIENCE_SECONDS, SECONDS);
            assertThat(next).as("something from the server").isNotNull();
            return Objects.requireNonNull(next);
        }

        /** The next frame that is not DATA. */
        Seen nextButData() throws InterruptedException {
            Seen next = next();
            while (next instanceof Seen.Data) {
                next = next();
            }
            return next;
        }

        Seen.Headers headers() throws InterruptedException {
            Seen next = next();
            assertThat(next).isInstanceOf(Seen.Headers.class);
            return (Seen.Headers) next;
        }

        Seen.Data data() throws InterruptedException {
            Seen next = next();
            assertThat(next).isInstanceOf(Seen.Data.class);
            return (Seen.Data) next;
        }

        /** The updates that are whole with that frame. */
        List<SubscribeUpdate> updatesIn(Seen.Data data) throws Exception {
            try {
                deframer.feed(data.bytes().asReadOnlyByteBuffer(), messages::add);
            } catch (FramingException e) {
                throw new AssertionError(e);
            }
            List<SubscribeUpdate> updates = new ArrayList<>();
            for (byte[] message : messages) {
                updates.add(SubscribeUpdate.parseFrom(message));
            }
            messages.clear();
            return updates;
        }

        boolean nothingSeen() {
            return seen.isEmpty();
        }
    }

    private static final class HandlerBuilder
            extends AbstractHttp2ConnectionHandlerBuilder<Http2ConnectionHandler, HandlerBuilder> {

        Http2ConnectionHandler build(Http2EventAdapter listener, Http2Settings settings) {
            return server(false)
                    .initialSettings(settings)
                    .frameListener(listener)
                    .gracefulShutdownTimeoutMillis(0)
                    .build();
        }

        @Override
        protected Http2ConnectionHandler build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            return new Http2ConnectionHandler(decoder, encoder, initialSettings) {};
        }
    }

    private final class FrameReader extends Http2EventAdapter {

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings told) {
            settings.complete(told);
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
            goAway.complete(null);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) {
            pingAcks.add(data);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream) {
            onHeadersRead(ctx, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream) {
            Map<String, String> values = new ConcurrentHashMap<>();
            headers.forEach(entry ->
                    values.put(entry.getKey().toString(), entry.getValue().toString()));
            saw(streamId, new Seen.Headers(values, endOfStream));
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            saw(streamId, new Seen.Data(ByteString.copyFrom(data.nioBuffer()), endOfStream));
            return padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
            saw(streamId, new Seen.Reset(errorCode));
        }

        private void saw(int streamId, Seen what) {
            Objects.requireNonNull(calls.get(streamId)).seen.add(what);
        }
    }
}
