package io.firehole.simulator.server;

import io.firehole.wire.UpdateKind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One message for one client, as runs of bytes to be written one after the other: the names it matched under, the
 * payload that all clients share, and the end. None of the arrays may be changed. Belongs to its box.
 */
final class OutboundMessage {

    private static final byte[] NOTHING = {};

    private final UpdateKind kind;
    private final byte[] names;
    private byte[] payload;
    private int offset;
    private final int length;
    private final byte[] end;
    private byte @Nullable [] falseHeader;

    OutboundMessage(UpdateKind kind, byte[] names, byte[] payload, int offset, int length, byte[] end) {
        this.kind = kind;
        this.names = names;
        this.payload = payload;
        this.offset = offset;
        this.length = length;
        this.end = end;
    }

    /** A message that is one run of bytes. */
    static OutboundMessage of(UpdateKind kind, byte[] bytes) {
        return new OutboundMessage(kind, NOTHING, bytes, 0, bytes.length, NOTHING);
    }

    /** The same behind five bytes that lie: it is neither packed nor are they made anew. */
    OutboundMessage behind(byte[] header) {
        falseHeader = header;
        return this;
    }

    /** Five bytes to be written before it that are not true; null as a rule. */
    byte @Nullable [] falseHeader() {
        return falseHeader;
    }

    /**
     * Takes a copy of the payload if that is a part of something larger: a message that waits must not keep a whole
     * slot in memory.
     */
    void detach() {
        if (payload.length > length) {
            payload = Arrays.copyOfRange(payload, offset, offset + length);
            offset = 0;
        }
    }

    int size() {
        return names.length + length + end.length;
    }

    byte[] toBytes() {
        byte[] bytes = new byte[size()];
        System.arraycopy(names, 0, bytes, 0, names.length);
        System.arraycopy(payload, offset, bytes, names.length, length);
        System.arraycopy(end, 0, bytes, names.length + length, end.length);
        return bytes;
    }

    UpdateKind kind() {
        return kind;
    }

    byte[] names() {
        return names;
    }

    byte[] payload() {
        return payload;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    byte[] end() {
        return end;
    }
}
