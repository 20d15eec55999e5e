package io.firehole.wire.capture;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A recording of a stream: the {@code SubscribeUpdate} messages in the order they came, as bytes.
 *
 * <p>The format: gzip; inside, until its end, four bytes of length (unsigned, big-endian) and that many bytes of one
 * message, again and again. The whole recording is in memory. Immutable and for any thread, as long as nobody writes to
 * the messages.
 */
public final class Capture implements Iterable<byte[]> {

    /** The longest message a recording may hold: no block comes near it. */
    public static final int MESSAGE_BYTES_MAX = 64 << 20;

    /** The most that a recording may have unpacked, since all of it is kept in memory. */
    public static final long TOTAL_BYTES_MAX = 1L << 30;

    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final List<byte[]> messages;

    private Capture(String name, List<byte[]> messages) {
        this.name = name;
        this.messages = Collections.unmodifiableList(messages);
    }

    /**
     * Reads the whole file.
     *
     * @throws CaptureException if the file is no recording
     * @throws IOException if it cannot be read
     */
    public static Capture open(Path file) throws IOException {
        try (InputStream packed = Files.newInputStream(file)) {
            return open(packed, file.toString());
        }
    }

    /**
     * Reads the stream to its end, and leaves it open.
     *
     * @param packed a recording, packed with gzip
     * @param name what errors call it
     * @throws CaptureException if the stream is no recording
     * @throws IOException if it cannot be read
     */
    public static Capture open(InputStream packed, String name) throws IOException {
        return new Reader(name).read(packed);
    }

    /** What errors call the recording: its path, when it was opened by one. */
    public String name() {
        return name;
    }

    /** How many messages it has. */
    public int size() {
        return messages.size();
    }

    /** The messages in their order; read them, never change them. */
    public List<byte[]> messages() {
        return messages;
    }

    @Override
    public Iterator<byte[]> iterator() {
        return messages.iterator();
    }

    /**
     * Every message decoded, anew with each call.
     *
     * @throws CaptureException if a message is no {@code SubscribeUpdate}
     */
    public List<SubscribeUpdate> updates() throws CaptureException {
        List<SubscribeUpdate> updates = new ArrayList<>(messages.size());
        for (byte[] message : messages) {
            try {
                updates.add(SubscribeUpdate.parseFrom(message));
            } catch (InvalidProtocolBufferException e) {
                throw new CaptureException(
                        name + ": message " + (updates.size() + 1) + " is no SubscribeUpdate: " + e.getMessage(), e);
            }
        }
        return Collections.unmodifiableList(updates);
    }

    @Override
    public String toString() {
        return "Capture[" + name + ", " + messages.size() + " messages]";
    }

    /** Reads one recording, and knows where it stands for the sake of errors. */
    private static final class Reader {

        private final String name;
        private final List<byte[]> messages = new ArrayList<>();
        private long unpackedBytes;

        Reader(String name) {
            this.name = name;
        }

        Capture read(InputStream packed) throws IOException {
            try {
                DataInputStream in = new DataInputStream(
                        new BufferedInputStream(new GZIPInputStream(packed, BUFFER_BYTES), BUFFER_BYTES));
                for (int first = in.read(); first >= 0; first = in.read()) {
                    readMessage(first, in);
                }
            } catch (EOFException e) {
                throw broken("truncated", e);
            } catch (ZipException e) {
                throw broken(messages.isEmpty() && unpackedBytes == 0 ? "not a gzip file" : "damaged gzip", e);
            }
            return new Capture(name, messages);
        }

        private void readMessage(int firstByteOfLength, DataInputStream in) throws IOException {
            long length = ((long) firstByteOfLength << 24) | (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            if (length > MESSAGE_BYTES_MAX) {
                throw broken("a message of " + length + " bytes, the limit is " + MESSAGE_BYTES_MAX + ",", null);
            }
            if (unpackedBytes + Integer.BYTES + length > TOTAL_BYTES_MAX) {
                throw broken("more than " + TOTAL_BYTES_MAX + " bytes unpacked,", null);
            }
            byte[] message = in.readNBytes((int) length);
            if (message.length < length) {
                throw new EOFException();
            }
            messages.add(message);
            unpackedBytes += Integer.BYTES + length;
        }

        private CaptureException broken(String what, @Nullable IOException cause) {
            return new CaptureException(
                    name + ": " + what + " after " + messages.size() + " messages (unpacked byte " + unpackedBytes
                            + ")",
                    cause);
        }
    }
}
