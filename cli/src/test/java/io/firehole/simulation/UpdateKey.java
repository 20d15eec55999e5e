package io.firehole.simulation;

/** A number for an update that is the same whenever it is sent: of its names, in whatever order, and its payload. */
final class UpdateKey {

    private static final int NAME = 1;
    private static final int CREATED_AT = 11;
    private static final int FIELD_SHIFT = 3;

    /** The ends of a payload tell any two apart: slot, key and signature stand there. */
    private static final int ENDS = 160;

    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private UpdateKey() {}

    /** That of a message as it was received. */
    static long of(byte[] message) {
        long key = 0;
        int at = 0;
        while (at < message.length) {
            int begin = at;
            int field = (int) (varint(message, at) >>> FIELD_SHIFT);
            at += size(message, at);
            int length = (int) varint(message, at);
            at += size(message, at) + length;
            if (field == NAME) {
                key += hash(message, at - length, length);
            } else if (field != CREATED_AT) {
                key += payload(message, begin, at - begin);
            }
        }
        return key;
    }

    /** That of an update as the chain gives it. */
    static long of(byte[] names, byte[] payload, int offset, int length) {
        return of(names) + payload(payload, offset, length);
    }

    private static long payload(byte[] bytes, int offset, int length) {
        if (length <= 2 * ENDS) {
            return hash(bytes, offset, length);
        }
        return hash(bytes, offset, ENDS) * PRIME + hash(bytes, offset + length - ENDS, ENDS) + length;
    }

    private static long hash(byte[] bytes, int offset, int length) {
        long hash = length + 1L;
        for (int i = offset; i < offset + length; i++) {
            hash = (hash ^ bytes[i]) * PRIME;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    private static long varint(byte[] bytes, int at) {
        long value = 0;
        for (int i = at, shift = 0; ; i++, shift += 7) {
            value |= (long) (bytes[i] & 0x7f) << shift;
            if (bytes[i] >= 0) {
                return value;
            }
        }
    }

    private static int size(byte[] bytes, int at) {
        int end = at;
        while (bytes[end] < 0) {
            end++;
        }
        return end - at + 1;
    }
}
