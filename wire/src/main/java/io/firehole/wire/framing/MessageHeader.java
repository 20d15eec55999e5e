package io.firehole.wire.framing;

/** The five bytes before each message: 1 if it is packed, else 0; then its length, big-endian. */
public final class MessageHeader {

    /** How many bytes a header has. */
    public static final int BYTES = 5;

    private MessageHeader() {}

    /**
     * Writes a header.
     *
     * @param packed whether the message is packed in the call's encoding
     * @param messageBytes the length of the message that follows, as it is sent
     * @param into receives the header
     * @param at where in {@code into} it begins
     */
    public static void write(boolean packed, int messageBytes, byte[] into, int at) {
        if (messageBytes < 0) {
            throw new IllegalArgumentException("messageBytes must not be negative, was " + messageBytes);
        }
        into[at] = (byte) (packed ? 1 : 0);
        into[at + 1] = (byte) (messageBytes >>> 24);
        into[at + 2] = (byte) (messageBytes >>> 16);
        into[at + 3] = (byte) (messageBytes >>> 8);
        into[at + 4] = (byte) messageBytes;
    }

    /** A header and its unpacked message in one array. */
    public static byte[] frame(byte[] message) {
        byte[] framed = new byte[BYTES + message.length];
        write(false, message.length, framed, 0);
        System.arraycopy(message, 0, framed, BYTES, message.length);
        return framed;
    }
}
