package io.firehole.filters;

/** SipHash-2-4 of bytes, written from its paper; for the second evaluator. */
final class PlainSipHash {

    private final long[] v = new long[4];

    private PlainSipHash() {}

    static long of(long seed, byte[] message) {
        long other = Long.rotateLeft(seed, 32);
        PlainSipHash hash = new PlainSipHash();
        hash.v[0] = seed ^ 0x736f6d6570736575L;
        hash.v[1] = other ^ 0x646f72616e646f6dL;
        hash.v[2] = seed ^ 0x6c7967656e657261L;
        hash.v[3] = other ^ 0x7465646279746573L;
        for (int at = 0; at <= message.length; at += 8) {
            long word = 0;
            for (int i = Math.min(8, message.length - at) - 1; i >= 0; i--) {
                word = (word << 8) | (message[at + i] & 0xff);
            }
            if (message.length - at < 8) {
                word |= (long) message.length << 56;
            }
            hash.v[3] ^= word;
            hash.rounds(2);
            hash.v[0] ^= word;
        }
        hash.v[2] ^= 255;
        hash.rounds(4);
        return hash.v[0] ^ hash.v[1] ^ hash.v[2] ^ hash.v[3];
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            mix(0, 1, 13);
            v[0] = Long.rotateLeft(v[0], 32);
            mix(2, 3, 16);
            mix(0, 3, 21);
            mix(2, 1, 17);
            v[2] = Long.rotateLeft(v[2], 32);
        }
    }

    private void mix(int a, int b, int bits) {
        v[a] += v[b];
        v[b] = Long.rotateLeft(v[b], bits) ^ v[a];
    }
}
