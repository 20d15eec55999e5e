package io.firehole.simulator;

import io.firehole.simulator.RawClient.Frame;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The messages of one call of a {@link RawClient}. */
final class MessageReader {

    private final RawClient client;
    private final int stream;
    private final MessageDeframer deframer;
    private final Deque<byte[]> ready = new ArrayDeque<>();
    private int frames;
    private int largest;

    MessageReader(RawClient client, int stream) {
        this(client, stream, MessageEncoding.IDENTITY);
    }

    MessageReader(RawClient client, int stream, MessageEncoding encoding) {
        this.client = client;
        this.stream = stream;
        this.deframer = new MessageDeframer(Integer.MAX_VALUE, encoding);
    }

    byte[] next() throws InterruptedException {
        while (ready.isEmpty()) {
            take(client.next());
        }
        return ready.remove();
    }

    /** Takes frames until none has come for so long. */
    void collectUntilSilentFor(long millis) throws InterruptedException {
        for (Frame frame = poll(millis); frame != null; frame = poll(millis)) {
            take(frame);
        }
    }

    private @Nullable Frame poll(long millis) throws InterruptedException {
        return client.poll(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void take(Frame frame) {
        if (frame.type() < 0) {
            throw new AssertionError("the connection ended: " + frame);
        }
        if (frame.type() != RawClient.DATA || frame.stream() != stream) {
            return;
        }
        frames++;
        largest = Math.max(largest, frame.payload().remaining());
        try {
            deframer.feed(frame.payload(), ready::add);
        } catch (FramingException e) {
            throw new AssertionError(e);
        }
    }

    /** How many DATA frames it took. */
    int frames() {
        return frames;
    }

    int largestFrame() {
        return largest;
    }
}
