package io.firehole.simulator;

import io.firehole.wire.framing.MessageHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 client that shows every frame, and the end of the socket, as they come. */
final class RawClient implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    /** Not a frame: the server closed the connection in order. */
    static final int FIN = -1;
    /** Not a frame: the connection was reset. */
    static final int RESET = -2;

    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final long PATIENCE_SECONDS = 20;

    private final Socket socket;
    private final OutputStream out;
    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private int nextStream = 1;

    /** Written by the thread that reads. */
    private volatile boolean settled;

    /** Whether the server has sent its settings. */
    boolean isSettled() {
        return settled;
    }

    /**
     * A frame as it came.
     *
     * @param headers what a HEADERS frame says; empty for all others
     */
    record Frame(int type, int flags, int stream, ByteBuffer payload, Http2Headers headers) {
        boolean endsStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
    }

    RawClient(InetSocketAddress address) throws IOException {
        this(address, Integer.MAX_VALUE);
    }

    /** @param window how much each stream may send before it waits; the connection's own is as large as it can be */
    RawClient(InetSocketAddress address, int window) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        ByteArrayOutputStream hello = new ByteArrayOutputStream();
        hello.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer settings = ByteBuffer.allocate(6);
        settings.putShort((short) 4).putInt(window);
        hello.write(frame(SETTINGS, 0, 0, settings.array()));
        hello.write(frame(
                WINDOW_UPDATE,
                0,
                0,
                ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE - 65_535).array()));
        write(hello.toByteArray());
        Thread.ofVirtual().start(this::read);
    }

    /** Opens a call of a method of geyser.Geyser and sends these messages, all in one write. */
    int call(String method, Map<String, String> metadata, byte[]... messages) throws IOException {
        int stream = nextStream;
        nextStream += 2;
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .authority("localhost")
                .path(method.startsWith("/") ? method : "/geyser.Geyser/" + method)
                .set("content-type", "application/grpc")
                .set("te", "trailers");
        metadata.forEach(headers::set);
        ByteBuf encoded = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, encoded);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        byte[] block = new byte[encoded.readableBytes()];
        encoded.readBytes(block);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(frame(HEADERS, 4, stream, block));
        for (byte[] message : messages) {
            all.write(frame(DATA, 0, stream, MessageHeader.frame(message)));
        }
        write(all.toByteArray());
        return stream;
    }

    /** Sends messages on an open call, all in one write. */
    void send(int stream, byte[]... messages) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            all.write(frame(DATA, 0, stream, MessageHeader.frame(message)));
        }
        write(all.toByteArray());
    }

    /** Sends bytes on an open call, without a header of gRPC. */
    void sendRaw(int stream, byte[] bytes) throws IOException {
        write(frame(DATA, 0, stream, bytes));
    }

    /** Ends the client's side of a call. */
    void halfClose(int stream) throws IOException {
        write(frame(DATA, END_STREAM, stream, new byte[0]));
    }

    void ping() throws IOException {
        write(frame(PING, 0, 0, new byte[8]));
    }

    void reset(int stream) throws IOException {
        write(frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(8).array()));
    }

    void grantWindow(int stream, int bytes) throws IOException {
        write(frame(
                WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array()));
    }

    /** The next frame. */
    Frame next() throws InterruptedException {
        Frame frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no frame within " + PATIENCE_SECONDS + " s");
        }
        return frame;
    }

    /** The next frame of that type; what comes before is thrown away. */
    Frame next(int type) throws InterruptedException {
        return next(frame -> frame.type() == type);
    }

    Frame next(Predicate<Frame> wanted) throws InterruptedException {
        for (Frame frame = next(); ; frame = next()) {
            if (wanted.test(frame)) {
                return frame;
            }
            if (frame.type() < 0) {
                throw new AssertionError("the connection ended: " + frame);
            }
        }
    }

    /** The next frame, if one comes within so many nanoseconds. */
    @Nullable
    Frame poll(long nanos) throws InterruptedException {
        return frames.poll(nanos, TimeUnit.NANOSECONDS);
    }

    /** Whether nothing came for so long. The one thing that can only be seen by waiting. */
    boolean silentFor(long millis) throws InterruptedException {
        Frame frame = frames.poll(millis, TimeUnit.MILLISECONDS);
        return frame == null;
    }

    /** Throws away what came until now. */
    void drain() {
        frames.clear();
    }

    /** The headers with which a call ends. */
    Http2Headers trailers(int stream) throws InterruptedException {
        for (Frame frame = next(HEADERS); ; frame = next(HEADERS)) {
            if (frame.stream() == stream && frame.endsStream()) {
                return frame.headers();
            }
        }
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt() & Integer.MAX_VALUE;
                byte[] payload = in.readNBytes(length);
                if (type == SETTINGS && (flags & ACK) == 0) {
                    settled = true;
                    write(frame(SETTINGS, ACK, 0, new byte[0]));
                } else if (type != SETTINGS && type != WINDOW_UPDATE) {
                    // Every block is decoded as it comes: the next ones rest on it.
                    Http2Headers headers = type == HEADERS
                            ? decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload))
                            : EmptyHttp2Headers.INSTANCE;
                    frames.add(new Frame(type, flags, stream, ByteBuffer.wrap(payload), headers));
                }
            }
        } catch (EOFException e) {
            frames.add(end(FIN));
        } catch (IOException | Http2Exception e) {
            frames.add(end(RESET));
        }
    }

    private synchronized void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    private static Frame end(int type) {
        return new Frame(type, 0, 0, ByteBuffer.allocate(0), EmptyHttp2Headers.INSTANCE);
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
