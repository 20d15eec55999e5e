package io.firehole.pool.transport.grpc;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A provider of bare sockets that does to every connection what a test tells it, and counts by its own clock. */
final class RawProvider implements AutoCloseable {

    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final byte[] SETTINGS_ACK = {0, 0, 0, 4, 1, 0, 0, 0, 0};
    private static final int PREFACE_BYTES = 24;
    private static final int HEADERS = 1;
    private static final int SETTINGS_FRAME = 4;
    private static final int PING = 6;

    /** What becomes of a socket; it is closed when this returns. */
    interface Manner {
        void meet(Socket socket) throws IOException;
    }

    /** Closes at once. */
    static final Manner CLOSES = socket -> {};

    /** Comes up as HTTP/2 and closes then. */
    static final Manner COMES_UP_AND_CLOSES = socket -> {
        socket.getOutputStream().write(SETTINGS);
        // Read what the client sends, or closing would reset the connection before it has seen the settings.
        socket.shutdownOutput();
        socket.getInputStream().skip(Long.MAX_VALUE);
    };

    private final ServerSocket listening;
    private final List<Long> accepted = new ArrayList<>();
    private final BlockingQueue<Long> arrivals = new LinkedBlockingQueue<>();
    private final List<Socket> open = new ArrayList<>();

    private RawProvider(Manner manner) {
        try {
            listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> accept(manner));
    }

    static RawProvider that(Manner manner) {
        return new RawProvider(manner);
    }

    private void accept(Manner manner) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                long now = System.nanoTime();
                synchronized (accepted) {
                    accepted.add(now);
                    open.add(socket);
                }
                arrivals.add(now);
                Thread.ofVirtual().start(() -> meet(manner, socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void meet(Manner manner, Socket socket) {
        try (socket) {
            manner.meet(socket);
        } catch (IOException clientGone) {
            // as it may
        }
    }

    /**
     * Speaks HTTP/2 as far as a client needs it: settings and, if wanted, answers to pings; calls {@code onCall} with
     * the number of every stream.
     */
    static Manner http2(boolean answersPings, Answer onCall, Runnable onPing) {
        return socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(SETTINGS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.skipNBytes(PREFACE_BYTES);
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(length);
                if (type == SETTINGS_FRAME && flags == 0) {
                    out.write(SETTINGS_ACK);
                } else if (type == PING && flags == 0 && answersPings) {
                    out.write(new byte[] {0, 0, 8, PING, 1, 0, 0, 0, 0});
                    out.write(payload);
                    onPing.run();
                } else if (type == HEADERS) {
                    onCall.answer(stream, out);
                }
            }
        };
    }

    /** Answers a call. */
    interface Answer {
        void answer(int stream, OutputStream out) throws IOException;
    }

    /** Answers with a bare HTTP status of three digits. */
    static Answer httpStatus(int status) {
        return (stream, out) -> {
            byte[] digits = Integer.toString(status).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            // :status as a literal with the name from the static table; the frame ends headers and stream.
            out.write(new byte[] {
                0, 0, 5, HEADERS, 5, 0, 0, 0, (byte) stream, 8, 3, digits[0], digits[1], digits[2],
            });
        };
    }

    /** Answers with HTTP status 429 and for how many seconds one should stay away: two digits. */
    static Answer tooManyRequests(int seconds) {
        byte[] name = "retry-after".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return (stream, out) -> {
            out.write(new byte[] {0, 0, (byte) (5 + 2 + name.length + 3), HEADERS, 5, 0, 0, 0, (byte) stream});
            out.write(new byte[] {8, 3, '4', '2', '9'});
            // A literal with a name of its own.
            out.write(new byte[] {0, (byte) name.length});
            out.write(name);
            out.write(new byte[] {2, (byte) ('0' + seconds / 10), (byte) ('0' + seconds % 10)});
        };
    }

    int port() {
        return listening.getLocalPort();
    }

    GrpcEndpoint endpoint() {
        return GrpcEndpoint.parse("http://127.0.0.1:" + port());
    }

    void awaitArrival() throws InterruptedException {
        if (arrivals.poll(20, TimeUnit.SECONDS) == null) {
            throw new AssertionError("no connection came");
        }
    }

    /** When connections were accepted, in nanoseconds of this machine's clock. */
    List<Long> accepted() {
        synchronized (accepted) {
            return List.copyOf(accepted);
        }
    }

    /** The most that were accepted in any window of that length, its two ends counted. */
    int worst(long windowNanos) {
        List<Long> times = accepted();
        int worst = 0;
        for (int first = 0, last = 0; last < times.size(); last++) {
            while (times.get(last) - times.get(first) > windowNanos) {
                first++;
            }
            worst = Math.max(worst, last - first + 1);
        }
        return worst;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        synchronized (accepted) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
