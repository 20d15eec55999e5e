package io.firehole.wire.framing;

import io.firehole.wire.GrpcStatus;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts one call's byte stream into gRPC messages, however the chunks fall.
 *
 * <p>Holds at most one unfinished message, and of that no more than has arrived: a length over the limit is refused as
 * soon as the header is there, and a length within it reserves nothing. For one thread at a time.
 */
public final class MessageDeframer {

    private static final int FIRST_BUFFER_BYTES = 4 << 10;

    private final int maxMessageBytes;
    private final MessageEncoding encoding;

    private final byte[] header = new byte[MessageHeader.BYTES];
    private int headerBytes;

    /** Meaningless until the header is whole. */
    private int messageLength;

    private byte[] message = {};
    private int messageBytes;
    private boolean failed;

    /** A deframer for a call without {@code grpc-encoding}: a packed message is an error. */
    public MessageDeframer(int maxMessageBytes) {
        this(maxMessageBytes, MessageEncoding.IDENTITY);
    }

    /**
     * @param maxMessageBytes the most bytes of a message, as it travels and unpacked
     * @param encoding the call's {@code grpc-encoding}
     */
    public MessageDeframer(int maxMessageBytes, MessageEncoding encoding) {
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("maxMessageBytes must be at least 1, was " + maxMessageBytes);
        }
        this.maxMessageBytes = maxMessageBytes;
        this.encoding = encoding;
    }

    /**
     * Takes the next bytes of the stream and hands over every message that is whole with them.
     *
     * @param chunk copied, so free for other use afterwards
     * @param sink gets each message in an array of its own, unpacked, before this method returns
     * @throws FramingException if the stream is broken; the messages before the break have been handed over, and the
     *     call must end
     * @throws IllegalStateException if the stream was broken before
     */
    public void feed(byte[] chunk, Consumer<? super byte[]> sink) throws FramingException {
        feed(ByteBuffer.wrap(chunk), sink);
    }

    /** Like {@link #feed(byte[], Consumer)}, of a buffer's remaining bytes, which are consumed. */
    public void feed(ByteBuffer chunk, Consumer<? super byte[]> sink) throws FramingException {
        if (failed) {
            throw new IllegalStateException("the stream is broken, no more of it can be read");
        }
        boolean fine = false;
        try {
            while (takeHeader(chunk) && takeMessage(chunk)) {
                sink.accept(finishMessage());
            }
            fine = true;
        } finally {
            failed = !fine;
        }
    }

    /**
     * Says that the stream has ended.
     *
     * @throws FramingException if it ended within a message
     */
    public void end() throws FramingException {
        if (!failed && headerBytes > 0) {
            failed = true;
            throw new FramingException(
                    GrpcStatus.Code.INTERNAL,
                    "the stream ended within a message, after " + (headerBytes + messageBytes) + " bytes of it");
        }
    }

    /** How many bytes of an unfinished message are held, its header included. */
    public int pendingBytes() {
        return headerBytes + messageBytes;
    }

    private boolean takeHeader(ByteBuffer chunk) throws FramingException {
        if (headerBytes == MessageHeader.BYTES) {
            return true;
        }
        int taken = Math.min(MessageHeader.BYTES - headerBytes, chunk.remaining());
        chunk.get(header, headerBytes, taken);
        headerBytes += taken;
        if (headerBytes > 0) {
            checkFlag();
        }
        if (headerBytes < MessageHeader.BYTES) {
            return false;
        }
        long length = Integer.toUnsignedLong(ByteBuffer.wrap(header).getInt(1));
        if (length > maxMessageBytes) {
            throw OversizeMessageException.announced(length, maxMessageBytes);
        }
        messageLength = (int) length;
        return true;
    }

    private void checkFlag() throws FramingException {
        int flag = header[0];
        if (flag != 0 && flag != 1) {
            throw new FramingException(
                    GrpcStatus.Code.INTERNAL, "message flag " + (flag & 0xff) + ", only 0 and 1 are defined");
        }
        if (flag == 1 && encoding == MessageEncoding.IDENTITY) {
            throw new FramingException(GrpcStatus.Code.INTERNAL, "packed message in a call without grpc-encoding");
        }
    }

    private boolean takeMessage(ByteBuffer chunk) {
        int taken = Math.min(messageLength - messageBytes, chunk.remaining());
        int needed = messageBytes + taken;
        if (needed > message.length) {
            int grown = Math.max(needed, Math.max(FIRST_BUFFER_BYTES, 2 * message.length));
            message = Arrays.copyOf(message, Math.clamp(grown, needed, messageLength));
        }
        chunk.get(message, messageBytes, taken);
        messageBytes = needed;
        return messageBytes == messageLength;
    }

    private byte[] finishMessage() throws FramingException {
        byte[] whole = message.length == messageLength ? message : Arrays.copyOf(message, messageLength);
        boolean packed = header[0] == 1;
        message = new byte[0];
        messageBytes = 0;
        headerBytes = 0;
        return packed ? encoding.decompress(whole, 0, whole.length, maxMessageBytes) : whole;
    }
}
