package io.firehole.simulator.server;

import io.netty.buffer.ByteBuf;

/** A framed message on its way into pieces: four runs of bytes and how far they have been copied. */
final class Rest {

    private static final byte[] NOTHING = {};

    private final byte[] header;
    private final byte[] first;
    private final byte[] second;
    private final int secondOffset;
    private final int secondLength;
    private final byte[] third;
    private final int size;
    private int copied;

    Rest(byte[] header, OutboundMessage message) {
        this(header, message.names(), message.payload(), message.offset(), message.length(), message.end());
    }

    Rest(byte[] header, byte[] packed) {
        this(header, NOTHING, packed, 0, packed.length, NOTHING);
    }

    private Rest(byte[] header, byte[] first, byte[] second, int secondOffset, int secondLength, byte[] third) {
        this.header = header;
        this.first = first;
        this.second = second;
        this.secondOffset = secondOffset;
        this.secondLength = secondLength;
        this.third = third;
        this.size = header.length + first.length + secondLength + third.length;
    }

    int left() {
        return size - copied;
    }

    /** Copies on until the piece holds so many bytes; true if nothing is left. */
    boolean copyTo(ByteBuf piece, int room) {
        int start = copyRun(piece, room, 0, header, 0, header.length);
        start = copyRun(piece, room, start, first, 0, first.length);
        start = copyRun(piece, room, start, second, secondOffset, secondLength);
        copyRun(piece, room, start, third, 0, third.length);
        return copied == size;
    }

    private int copyRun(ByteBuf piece, int room, int start, byte[] run, int offset, int length) {
        int from = copied - start;
        if (from >= 0 && from < length) {
            int count = Math.min(length - from, room - piece.readableBytes());
            if (count > 0) {
                piece.writeBytes(run, offset + from, count);
                copied += count;
            }
        }
        return start + length;
    }
}
