package io.firehole.wire;

/**
 * Walks over protobuf's wire format, front to back, inside one byte array: it reads tags, varints and lengths, and jumps
 * over everything else.
 *
 * <p>Nothing is copied and nothing behind {@link #enter the current limit} is ever touched, so a hostile length ends in a
 * {@link MalformedUpdateException} and never in another exception. Where implementations of protobuf differ on what
 * nobody sends, this one is strict: a field number or a length that does not fit is refused, where Java's parser cuts it
 * to 32 bits. Not thread-safe.
 */
final class ByteCursor {

    /** How deep groups may nest in each other. Nobody writes groups today; protobuf's own readers stop here too. */
    static final int GROUP_DEPTH_MAX = 100;

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int START_GROUP = 3;
    static final int END_GROUP = 4;
    static final int FIXED32 = 5;

    private static final int VARINT_BYTES_MAX = 10;

    private final byte[] buffer;
    private final int start;
    private int position;
    private int limit;

    /** A cursor at the first of {@code length} bytes; offsets in errors count from there. */
    ByteCursor(byte[] buffer, int offset, int length) {
        this.buffer = buffer;
        this.start = offset;
        this.position = offset;
        this.limit = offset + length;
    }

    /** The index in the array of what is read next. */
    int position() {
        return position;
    }

    /** Whether the message entered last has been read to its end. */
    boolean atEnd() {
        return position == limit;
    }

    /**
     * Narrows the view to a submessage of that many bytes, which {@link #readLength} has checked.
     *
     * @return the limit to give back to {@link #leave}
     */
    int enter(int length) {
        int outer = limit;
        limit = position + length;
        return outer;
    }

    /** Widens the view again, once the submessage is read to its end. */
    void leave(int outerLimit) {
        limit = outerLimit;
    }

    /** A field's number and wire type as protobuf packs them; the number is never 0. */
    int readTag() throws MalformedUpdateException {
        int at = position;
        long tag = readVarint();
        if (tag >>> Integer.SIZE != 0) {
            throw malformed("a field number of more than 29 bits", at);
        }
        if (tag >>> 3 == 0) {
            throw malformed("field number 0", at);
        }
        return (int) tag;
    }

    /** A varint of up to ten bytes; bits beyond the 64th are dropped. */
    long readVarint() throws MalformedUpdateException {
        if (position < limit && buffer[position] >= 0) {
            return buffer[position++];
        }
        return readLongVarint();
    }

    private long readLongVarint() throws MalformedUpdateException {
        int at = position;
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (position == limit) {
                throw malformed("a varint that runs past the end", at);
            }
            byte next = buffer[position++];
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a varint of more than " + VARINT_BYTES_MAX + " bytes", at);
    }

    /** The length of a length-delimited field, which lies wholly before the end of the message it is in. */
    int readLength() throws MalformedUpdateException {
        int at = position;
        long length = readVarint();
        int left = limit - position;
        if (length < 0 || length > left) {
            throw malformed("a length of " + Long.toUnsignedString(length) + " where " + left + " bytes are left", at);
        }
        return (int) length;
    }

    /** Jumps over bytes that {@link #readLength} has checked. */
    void jump(int length) {
        position += length;
    }

    /** Jumps over the value of the field whose tag was read last. */
    void skip(int tag) throws MalformedUpdateException {
        skip(tag, 0);
    }

    private void skip(int tag, int depth) throws MalformedUpdateException {
        switch (tag & 7) {
            case VARINT -> readVarint();
            case FIXED64 -> skipFixed(Long.BYTES);
            case LENGTH_DELIMITED -> jump(readLength());
            case START_GROUP -> skipGroup(tag >>> 3, depth + 1);
            case END_GROUP -> throw malformed("the end of group " + (tag >>> 3) + ", which is not open", position);
            case FIXED32 -> skipFixed(Integer.BYTES);
            default -> throw malformed("wire type " + (tag & 7), position);
        }
    }

    private void skipFixed(int bytes) throws MalformedUpdateException {
        if (limit - position < bytes) {
            throw malformed("a fixed value of " + bytes + " bytes that runs past the end", position);
        }
        position += bytes;
    }

    private void skipGroup(int fieldNumber, int depth) throws MalformedUpdateException {
        if (depth > GROUP_DEPTH_MAX) {
            throw malformed("groups nested more than " + GROUP_DEPTH_MAX + " deep", position);
        }
        int endTag = fieldNumber << 3 | END_GROUP;
        int opened = position;
        while (!atEnd()) {
            int tag = readTag();
            if (tag == endTag) {
                return;
            }
            skip(tag, depth);
        }
        throw malformed("group " + fieldNumber + ", which never ends,", opened);
    }

    MalformedUpdateException malformed(String what, int at) {
        return new MalformedUpdateException(what, at - start);
    }
}
